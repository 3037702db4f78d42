//! [`Levels`]: which levels are wanted.

use strum::IntoEnumIterator as _;

use super::{
    FilterError,
    scan::Item,
    words::{Op, Subject},
};
use crate::{model::Severity, text::suggest};

/// The word for lines without a level.
pub(super) const NONE: &str = "none";

/// What else levels are called.
const ALIASES: [(&str, Severity); 12] = [
    ("verbose", Severity::Trace),
    ("dbg", Severity::Debug),
    ("information", Severity::Info),
    ("warning", Severity::Warn),
    ("err", Severity::Error),
    ("critical", Severity::Fatal),
    ("crit", Severity::Fatal),
    ("alert", Severity::Fatal),
    ("emergency", Severity::Fatal),
    ("emerg", Severity::Fatal),
    ("panic", Severity::Fatal),
    ("severe", Severity::Error),
];

/// Which levels are wanted: a bit each, and one for none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Levels(u16);

/// The bit of lines without a level.
const NO_LEVEL: u16 = 1 << 15;

impl Levels {
    /// Those that compare so with what was written.
    pub(super) fn new(op: Op, items: &[Item<'_>]) -> Result<Self, FilterError> {
        let named: Vec<Option<Severity>> = items.iter().map(named).collect::<Result<_, _>>()?;
        if matches!(op, Op::Is | Op::IsNot) {
            let levels = named.into_iter().map(bit).fold(0, |all, bit| all | bit);
            // A line without a level is not of another level either.
            let others = Severity::iter().map(|level| bit(Some(level)) & !levels);
            return Ok(Self(if op == Op::Is {
                levels
            } else {
                others.fold(0, |all, bit| all | bit)
            }));
        }
        let ([Some(bound)], [_]) = (named.as_slice(), items) else {
            let at = items.last().map_or(0..0, |item| item.at.clone());
            let word = Subject::Level.word();
            let message = format!("`{word}{}` takes one level, such as `warn`", op.sign());
            return Err(FilterError::new(at, message));
        };
        let is_wanted = |level: &Severity| match op {
            Op::Less => level < bound,
            Op::AtMost => level <= bound,
            Op::More => level > bound,
            _ => level >= bound,
        };
        let levels = Severity::iter().filter(is_wanted).map(|level| bit(Some(level)));
        Ok(Self(levels.fold(0, |all, bit| all | bit)))
    }

    pub(super) fn contains(self, level: Option<Severity>) -> bool {
        self.0 & bit(level) != 0
    }
}

fn bit(level: Option<Severity>) -> u16 {
    level.map_or(NO_LEVEL, |level| 1 << level as u16)
}

/// The level of this name; inside, `None` for the word that means none.
fn named(item: &Item<'_>) -> Result<Option<Severity>, FilterError> {
    let word = item.text.to_ascii_lowercase();
    if word == NONE {
        return Ok(None);
    }
    let alias = || ALIASES.iter().find(|(alias, _)| *alias == word).map(|(_, level)| *level);
    if let Some(level) = word.parse().ok().or_else(alias) {
        return Ok(Some(level));
    }
    let names = Severity::iter().map(Severity::name).chain([NONE]);
    let known = names.clone().chain(ALIASES.iter().map(|(alias, _)| *alias));
    let hint = match suggest::closest(&word, known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("write one of {}", names.collect::<Vec<_>>().join(", ")),
    };
    Err(FilterError::new(item.at.clone(), format!("`{}` is no level; {hint}", item.text)))
}
