//! [`Case`]: whether capitals matter.

use regex_syntax::ast::{self, Ast, ClassSetItem, Visitor};

/// Whether capitals matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// When the pattern has some.
    Smart,
    /// Always.
    Exact,
    /// Never.
    Ignore,
}

impl Case {
    /// Whether a pattern is looked for without regard to capitals, as long as it does
    /// not say otherwise itself (`(?i)`, `(?-i)`).
    pub(super) fn is_ignored(self, ast: &Ast) -> bool {
        match self {
            Self::Smart => !has_capitals(ast),
            Self::Exact => false,
            Self::Ignore => true,
        }
    }
}

/// Whether a pattern looks for capitals. `\W` and `\S` do not: there the capital means
/// "not".
fn has_capitals(ast: &Ast) -> bool {
    ast::visit(ast, Capitals).is_err()
}

/// Ends its visit at the first capital.
struct Capitals;

/// There is a capital.
struct Found;

impl Visitor for Capitals {
    type Output = ();
    type Err = Found;

    fn finish(self) -> Result<(), Found> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Found> {
        match ast {
            Ast::Literal(literal) => check(literal.c),
            // `\p{Lu}` would find small letters too, were capitals no matter.
            Ast::ClassUnicode(_) => Err(Found),
            _ => Ok(()),
        }
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Found> {
        match item {
            ClassSetItem::Literal(literal) => check(literal.c),
            ClassSetItem::Range(range) => check(range.start.c).and(check(range.end.c)),
            ClassSetItem::Unicode(_) => Err(Found),
            _ => Ok(()),
        }
    }
}

fn check(c: char) -> Result<(), Found> {
    if c.is_uppercase() { Err(Found) } else { Ok(()) }
}
