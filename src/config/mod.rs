//! Configuration: the stack file, the user's settings, and where they are.
//!
//! Everything here is strict (an unknown key is an error, never ignored) and
//! every error names its file, line, column and key and says what would be
//! right. Files, folders and variables come in as arguments: [`Paths`] and
//! [`Variables`] are made once, in main, and tests make their own.

pub mod discover;
mod filters;
mod keys;
pub mod paths;
mod reader;
pub mod settings;
pub mod source;
pub mod stack_file;
pub mod trust;
pub mod variables;

pub use discover::{Found, FoundBy};
pub use paths::Paths;
pub use settings::{Origin, Settings, Valued};
pub use source::{ConfigError, ConfigErrors, Source};
pub use stack_file::StackFile;
pub use trust::{Approval, TrustStore};
pub use variables::Variables;
