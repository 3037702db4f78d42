//! [`LogsOptions`]: the flags of `midwatch logs`, as clap reads them.

use clap::builder::{PossibleValue, PossibleValuesParser, RangedU64ValueParser, TypedValueParser};
use strum::IntoEnumIterator as _;

use crate::model::{Severity, Stack};

/// Flags of `logs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that is given or not")]
pub struct LogsOptions {
    /// Services (api, shop/api), instances (shop-api-2) or logs of the stack file; all
    /// otherwise.
    #[arg(value_name = "NAME")]
    pub services: Vec<String>,
    /// Go on with what comes, also after restarts.
    #[arg(short, long, conflicts_with = "until")]
    pub follow: bool,
    /// Only from this time on: 10m (ago), 03:10, 2026-11-20T03:10:00Z.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only before this time.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only what each instance said before it was last started.
    #[arg(short, long, conflicts_with_all = ["follow", "until"])]
    pub previous: bool,
    /// At most this many of the last lines of each instance, or `all`; of these, what is
    /// wanted [default: 500, or all with --since, --until or a filter without -f].
    #[arg(long, value_name = "N")]
    pub tail: Option<Tail>,
    /// Only lines at least as bad as this, as far as they tell.
    #[arg(long, value_name = "LEVEL", value_parser = levels(), ignore_case = true)]
    pub level: Option<Severity>,
    /// Only lines in which this is found, or in a stack trace of which it is. Capitals
    /// matter only when it has some.
    #[arg(long, value_name = "RE")]
    pub grep: Option<String>,
    /// Only lines in which this is not found; may be given several times.
    #[arg(long, value_name = "RE")]
    pub not: Vec<String>,
    /// Only lines that this filter of the console wants, or the saved one of this name.
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// Show this many lines before and after each that is wanted.
    #[arg(short = 'C', long, value_name = "N", default_value = "0", hide_default_value = true,
        value_parser = RangedU64ValueParser::<usize>::new().range(..=1000))]
    pub around: usize,
    /// What becomes of secrets.
    #[command(flatten)]
    pub secrets: Secrets,
    /// Put each line's time before it.
    #[arg(short, long)]
    pub timestamps: bool,
    /// One JSON object a line.
    #[arg(long)]
    pub json: bool,
}

impl LogsOptions {
    /// These with the expression of a saved filter in place of its name. What has the name of
    /// none is a filter itself.
    #[must_use]
    pub fn with_saved(&self, stack: &Stack) -> Self {
        let saved = self.filter.as_ref().and_then(|filter| stack.filter(filter.trim()));
        let expression = saved.map(|saved| saved.expression.to_string());
        Self { filter: expression.or_else(|| self.filter.clone()), ..self.clone() }
    }
}

/// How many of the last lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// All that the engine has kept.
    All,
    /// This many.
    Lines(usize),
}

impl std::str::FromStr for Tail {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        text.parse().map(Self::Lines).map_err(|_| "write a number, or `all`".into())
    }
}

/// Flags about secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Secrets {
    /// Mask secrets, also when `--no-redact` was given before; this is the default.
    #[arg(long, overrides_with = "no_redact")]
    pub redact: bool,
    /// Print secrets as they are: passwords, tokens, keys.
    #[arg(long, overrides_with = "redact")]
    pub no_redact: bool,
}

/// Other words for levels, as logs and people have them.
const LEVEL_ALIASES: [(Severity, &[&str]); 4] = [
    (Severity::Info, &["information"]),
    (Severity::Warn, &["warning"]),
    (Severity::Error, &["err"]),
    (Severity::Fatal, &["critical", "crit", "panic", "alert", "emerg"]),
];

/// Takes levels by their names, and lists them in the help.
fn levels() -> impl TypedValueParser<Value = Severity> {
    let known = Severity::iter().map(|level| {
        let others = LEVEL_ALIASES.iter().find(|(of, _)| *of == level);
        PossibleValue::new(level.name()).aliases(others.map_or(&[][..], |(_, names)| names))
    });
    PossibleValuesParser::new(known).try_map(|name| {
        let name = name.to_ascii_lowercase();
        let other = LEVEL_ALIASES.iter().find(|(_, names)| names.contains(&&*name));
        other.map_or_else(|| name.parse(), |(level, _)| Ok(*level))
    })
}
