//! [`Table`]: columns that line up, for people and their pagers.

use unicode_width::UnicodeWidthStr as _;

use crate::cli::{CliError, Printer};

/// Rows of cells. Cells are clean text; the last column is never padded.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with a heading.
    pub(crate) fn new<const N: usize>(heading: [&str; N]) -> Self {
        Self { rows: vec![heading.map(str::to_owned).to_vec()] }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// Prints all rows.
    pub(crate) fn print(&self, printer: &mut Printer<'_>) -> Result<(), CliError> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max()
        };
        let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.push_str(&" ".repeat(width - cell.width() + 2));
            }
            printer.line(line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_also_with_wide_characters() {
        let mut table = Table::new(["NAME", "LEVEL"]);
        table.row(["名前".into(), "ok".into()]);
        table.row(["a".into(), String::new()]);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        table.print(&mut Printer::new(&mut out, &mut err)).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "NAME  LEVEL\n名前  ok\na\n");
    }
}
