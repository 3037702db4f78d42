//! What log lines say: how they are written, and which of them are wanted.
//!
//! A line is understood once, when it comes in ([`format::Reader`]), and what it says
//! of itself travels with it as [`Told`](crate::model::Told). Everything else is read
//! from its text again when somebody looks at it ([`format::parts()`]).

pub mod export;
pub mod filter;
pub mod format;
pub mod patterns;
pub mod record;
pub mod redact;
pub mod search;
pub mod when;

pub use export::{Entry, LogReport};
pub use filter::{Completion, Filter, FilterError, Vocabulary, complete};
pub use patterns::{Pattern, PatternCounter, PatternError};
pub use record::Record;
pub use redact::{Masker, RedactError, Redactor};
pub use search::{Case, Search, SearchError};
