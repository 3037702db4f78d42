//! [`Plan`]: what has room where. What matters least goes first. Pure.

use ratatui::layout::{Rect, Size};

/// The columns in front of a curve: the numbers of its scale, and a line.
pub(super) const GUTTER: u16 = 6;

/// The rows of a chart that is good to read: a title, and three of curve.
const GOOD: u16 = 4;

/// The fewest rows of a chart.
const LEAST: u16 = 3;

/// The columns between two charts that lie side by side.
const BETWEEN: u16 = 2;

/// From these columns on charts lie side by side in any case, or when there are not rows
/// for all of them below each other.
const ALWAYS_BESIDE: u16 = 150;
const MAY_BE_BESIDE: u16 = 100;
const ROWS_ENOUGH: u16 = 22;

/// How much a row for what there is to say of the curves is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    No,
    /// When two curves have their room.
    Nice,
    /// When one curve has its room.
    Much,
}

impl Wish {
    /// The rows from which on it has one.
    fn rows(self) -> u16 {
        match self {
            Self::No => u16::MAX,
            Self::Nice => 2 * GOOD + 4,
            Self::Much => GOOD + 3,
        }
    }
}

/// Where charts are, the first ones first. A chart of one row is its title alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) charts: Vec<Rect>,
    /// The row of time below each column of charts.
    pub(super) axes: Vec<Rect>,
    /// The row for what there is to say of the curves; empty where it is not wanted.
    pub(super) legend: Rect,
}

/// How many columns of charts there are.
fn across(size: Size) -> u16 {
    let beside =
        size.width >= ALWAYS_BESIDE || (size.width >= MAY_BE_BESIDE && size.height < ROWS_ENOUGH);
    if beside { 2 } else { 1 }
}

fn column_width(size: Size) -> u16 {
    let across = across(size);
    (size.width - (across - 1) * BETWEEN) / across
}

/// The cells of each curve.
pub(super) fn cells(size: Size) -> u16 {
    column_width(size).saturating_sub(GUTTER)
}

/// Whether there is a row of time.
pub(super) fn has_axis(size: Size) -> bool {
    size.height >= LEAST + 2
}

impl Plan {
    /// Makes room for so many charts, of which the first so many have curves.
    pub(super) fn new(area: Rect, charts: u16, curves: u16, legend: Wish) -> Self {
        let size = area.as_size();
        let (across, width) = (across(size), column_width(size));
        let axis = u16::from(has_axis(size));
        let legend = u16::from(area.height >= legend.rows());
        let rows = area.height - axis - legend;
        let heights = heights(rows, charts.div_ceil(across), curves.div_ceil(across));
        let below = |rows: u16| Rect { y: area.y + rows, height: 1, ..area };
        let left = |column: u16| area.x + column * (width + BETWEEN);
        let mut plan = Self::default();
        let mut top = 0;
        for (row, height) in heights.into_iter().enumerate() {
            for column in (0..across).filter(|column| row as u16 * across + column < charts) {
                let (x, y) = (left(column), area.y + top);
                plan.charts.push(Rect { x, y, width, height });
            }
            top += height;
        }
        if legend > 0 {
            plan.legend = below(area.height - 1);
        }
        if axis > 0 {
            let axis = below(area.height - 1 - legend);
            plan.axes = (0..across).map(|column| Rect { x: left(column), width, ..axis }).collect();
        }
        plan
    }
}

/// The rows of so many charts below each other, of which the first so many have curves: as
/// many as can be read are drawn, the others have a row for their numbers, as long as there
/// is one.
fn heights(rows: u16, charts: u16, curves: u16) -> Vec<u16> {
    let fits = |each: u16, drawn: &u16| drawn * each + (charts - drawn) <= rows;
    let drawn = |each: u16| (1..=curves.min(charts)).rev().find(|drawn| fits(each, drawn));
    let Some(drawn) = drawn(GOOD).or_else(|| drawn(LEAST)) else {
        // Not even one beside the numbers of all others.
        return match rows.checked_sub(LEAST) {
            Some(rest) if curves > 0 => [vec![LEAST], vec![1; usize::from(rest)]].concat(),
            _ => vec![1; usize::from(rows.min(charts))],
        };
    };
    let room = rows - (charts - drawn);
    let drawn_height = |chart: u16| room / drawn + u16::from(chart < room % drawn);
    let height = |chart: u16| if chart < drawn { drawn_height(chart) } else { 1 };
    (0..charts).map(height).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_matter_least_are_numbers_first() {
        assert_eq!(heights(17, 4, 4), [5, 4, 4, 4]);
        assert_eq!(heights(10, 4, 4), [4, 4, 1, 1]);
        assert_eq!(heights(6, 4, 4), [3, 1, 1, 1]);
        assert_eq!(heights(5, 4, 4), [3, 1, 1]);
        assert_eq!(heights(2, 4, 4), [1, 1]);
        assert_eq!(heights(17, 4, 2), [8, 7, 1, 1]);
        assert_eq!(heights(17, 4, 0), [1, 1, 1, 1]);
        assert_eq!(heights(0, 4, 4), Vec::<u16>::new());
        assert_eq!(heights(9, 0, 0), Vec::<u16>::new());
    }

    #[test]
    fn everything_is_in_its_place_at_any_size() {
        for (width, height) in (0..230).flat_map(|w| (0..60).map(move |h| (w, h))) {
            let area = Rect::new(3, 2, width, height);
            for (charts, curves, legend) in
                [(4, 4, Wish::Much), (3, 2, Wish::No), (0, 0, Wish::Nice)]
            {
                let plan = Plan::new(area, charts, curves, legend);
                let all = plan.charts.iter().chain(&plan.axes).chain([&plan.legend]);
                let drawn: Vec<Rect> = all.copied().filter(|place| !place.is_empty()).collect();
                for (n, place) in drawn.iter().enumerate() {
                    assert_eq!(place.intersection(area), *place, "{width}x{height}");
                    let free = drawn[..n].iter().all(|other| !other.intersects(*place));
                    assert!(free, "{width}x{height}: {place:?}");
                }
            }
        }
    }

    #[test]
    fn charts_lie_side_by_side_where_that_helps() {
        let across = |width, height| across(Size { width, height });
        assert_eq!(
            [across(118, 32), across(114, 16), across(198, 46), across(66, 11)],
            [1, 2, 2, 1]
        );
    }
}
