//! [`Source`]: the text of a configuration file; [`ConfigError`]: what is wrong in it, and where.

use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    ops::Range,
    path::{Path, PathBuf},
};

use thiserror::Error;
use toml::{Spanned, de::DeTable};
use unicode_width::UnicodeWidthStr as _;

use crate::text::{
    Clean,
    redact::{self, MASK},
};

/// A configuration file larger than this is not one.
const MAX_BYTES: u64 = 1024 * 1024;

/// The text of a configuration file, with the name that messages call it by.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file, as the person named it.
    pub file: PathBuf,
    /// What is in it.
    pub text: String,
    /// Whether assignments in it can hold secrets, which messages must not quote.
    masked: bool,
}

impl Source {
    /// Takes text that was read already.
    #[must_use]
    pub fn new(file: &Path, text: &str) -> Self {
        Self { file: file.into(), text: text.into(), masked: false }
    }

    /// Reads a file of at most 1 MiB.
    ///
    /// # Errors
    /// When it cannot be read, is larger, or is not UTF-8.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let fail = |message: &str| ConfigError::of_file(file, message);
        let bytes =
            read_bounded(file).map_err(|error| fail(&format!("cannot be read: {error}")))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(fail("is larger than 1 MiB: this is not a configuration file"));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            fail(&format!("is not UTF-8 (byte {})", error.utf8_error().valid_up_to() + 1))
        })?;
        Ok(Self { file: file.into(), text, masked: false })
    }

    /// The same source, of whose secrets messages quote nothing.
    #[must_use]
    pub fn with_masked_values(mut self) -> Self {
        self.masked = true;
        self
    }

    /// Parses the text as TOML.
    ///
    /// # Errors
    /// When it is not TOML.
    pub fn parse(&self) -> Result<Spanned<DeTable<'_>>, ConfigError> {
        DeTable::parse(&self.text).map_err(|error| {
            self.error(error.span().unwrap_or(0..0), None, error.message().trim_end())
        })
    }

    /// Says what is wrong with a part of the text. `key` is the dotted path of the value.
    #[must_use]
    pub fn error(&self, span: Range<usize>, key: Option<&str>, message: &str) -> ConfigError {
        ConfigError {
            file: Clean::new(&self.file.to_string_lossy()),
            place: Some(self.place(span)),
            key: key.map(Clean::new),
            message: Clean::new(message),
            hint: None,
        }
    }

    /// Says what is wrong with the word at a line and a column, both from 1 and the
    /// column in characters.
    #[must_use]
    pub fn error_at(&self, line: usize, column: usize, message: &str) -> ConfigError {
        let lines = self.text.split_inclusive('\n').take(line.saturating_sub(1));
        let line_start: usize = lines.map(str::len).sum();
        let rest = &self.text[line_start..];
        let before = rest.char_indices().nth(column.saturating_sub(1));
        let start = line_start + before.map_or(0, |(at, _)| at);
        let word = &self.text[start..];
        let end = word.find(|c: char| c.is_whitespace() || "=,]}#".contains(c));
        self.error(start..start + end.unwrap_or(word.len()), None, message)
    }

    /// The line that a byte of the text is in, from 1.
    #[must_use]
    pub fn line_of(&self, byte: usize) -> usize {
        let end = self.floor(byte);
        self.text[..end].matches('\n').count() + 1
    }

    fn place(&self, span: Range<usize>) -> Place {
        let start = self.floor(span.start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let rest = &self.text[line_start..];
        let line = rest.lines().next().unwrap_or_default();
        // An error at the end of the text can lie behind the last line's end.
        let from = (start - line_start).min(line.len());
        let to = self.floor(span.end).saturating_sub(line_start).clamp(from, line.len());
        let secrets = if self.masked { secret_parts(line) } else { Vec::new() };
        let before = shown(line, 0..from, &secrets);
        let marked = shown(line, from..to, &secrets);
        let after = shown(line, to..line.len(), &secrets);
        Place {
            line: self.line_of(start),
            column: line[..from].chars().count() + 1,
            caret_start: before.width(),
            caret_width: marked.width().max(1),
            snippet: Clean::new(&format!("{before}{marked}{after}")),
        }
    }

    /// The nearest character boundary at or before a byte.
    fn floor(&self, byte: usize) -> usize {
        self.text.floor_char_boundary(byte)
    }
}

fn read_bounded(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Finds the values in a line that are assigned to a secret's name, and the user
/// information of its URLs.
fn secret_parts(line: &str) -> Vec<Range<usize>> {
    let assigned = line.match_indices('=').filter_map(|(at, _)| {
        let name = line[..at].trim_end().trim_end_matches(['"', '\'']);
        let name = name.rsplit(|c: char| !c.is_alphanumeric() && !"_-".contains(c)).next()?;
        let is_secret = redact::is_secret_name(name) && !is_reference(&line[at + 1..]);
        is_secret.then(|| value_range(line, at + 1))
    });
    let in_urls = redact::url_secrets(line);
    // A login in what should be no URL, such as `tcp:bob:password@db`.
    let logins = line.match_indices('@').filter_map(|(at, _)| {
        let word = line[..at].rfind(|c: char| c.is_whitespace() || "\"'=[{,".contains(c));
        let start = word.map_or(0, |before| before + 1);
        line[start..at].contains(':').then_some(start..at)
    });
    let logins = logins.filter(|part| !line[part.clone()].contains("//"));
    let mut parts: Vec<_> =
        assigned.chain(in_urls).chain(logins).filter(|part| !part.is_empty()).collect();
    parts.sort_by_key(|part| part.start);
    parts
}

/// Whether a value says where a secret is: that is shown, so that it can be put right.
fn is_reference(value: &str) -> bool {
    let inner = value.trim_start().strip_prefix('{').map(str::trim_start);
    let places = ["env", "file", "dotenv"];
    let names = |inner: &str| {
        places.iter().any(|place| {
            inner.strip_prefix(place).is_some_and(|rest| rest.trim_start().starts_with('='))
        })
    };
    inner.is_some_and(names)
}

/// Where the value ends that begins behind byte `from`; an open quote goes to the line's end.
fn value_range(line: &str, from: usize) -> Range<usize> {
    let start = line.len() - line[from..].trim_start().len();
    let value = &line[start..];
    let len = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].find(quote).map_or(value.len(), |close| close + 2),
        _ => value.find([',', '}', '#']).unwrap_or(value.len()),
    };
    // An escaped quote inside hides nothing if the rest of the line goes with it.
    let len = if value[..len].contains('\\') { value.len() } else { len };
    start..start + len
}

/// The part of a line as it may be shown.
fn shown(line: &str, part: Range<usize>, secrets: &[Range<usize>]) -> String {
    let mut out = String::new();
    let mut at = part.start;
    for secret in secrets {
        let (from, to) = (secret.start.max(at), secret.end.min(part.end));
        if from < to {
            out.push_str(&line[at..from]);
            out.push_str(MASK);
            at = to;
        }
    }
    out.push_str(&line[at..part.end]);
    Clean::new(&out).as_str().to_owned()
}

/// What is wrong with a configuration, where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct ConfigError {
    /// The file, the variable or the flag.
    pub file: Clean,
    /// The place in the file; `None` when the file as a whole is meant.
    pub place: Option<Place>,
    /// The dotted path of the value, such as `services.api.replicas`.
    pub key: Option<Clean>,
    /// What is wrong.
    pub message: Clean,
    /// What would be right, where we know.
    pub hint: Option<Clean>,
}

/// A place in a file, with its line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The line of text, secrets masked.
    pub snippet: Clean,
    /// How many terminal columns of the snippet come before what is meant.
    pub caret_start: usize,
    /// How many terminal columns of the snippet are meant; at least 1.
    pub caret_width: usize,
}

impl ConfigError {
    /// Says what is wrong with a file as a whole, or with a variable or a flag.
    #[must_use]
    pub fn of_file(file: &Path, message: &str) -> Self {
        Self {
            file: Clean::new(&file.to_string_lossy()),
            place: None,
            key: None,
            message: Clean::new(message),
            hint: None,
        }
    }

    /// The same error with what would be right.
    #[must_use]
    pub fn with_hint(mut self, hint: &str) -> Self {
        self.hint = Some(Clean::new(hint));
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.place else {
            write!(f, "{}: {}", self.file, self.message)?;
            return match &self.hint {
                Some(hint) => write!(f, "\n  = hint: {hint}"),
                None => Ok(()),
            };
        };
        let number = place.line.to_string();
        let gutter = " ".repeat(number.len());
        let indent = " ".repeat(place.caret_start);
        let carets = "^".repeat(place.caret_width);
        writeln!(f, "{}", self.message)?;
        writeln!(f, "{gutter}--> {}:{}:{}", self.file, place.line, place.column)?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{number} | {}", place.snippet)?;
        write!(f, "{gutter} | {indent}{carets}")?;
        match &self.hint {
            Some(hint) => write!(f, "\n{gutter} = hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with a configuration, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.0.iter().enumerate() {
            let gap = if at == 0 { "" } else { "\n\n" };
            write!(f, "{gap}error: {error}")?;
        }
        Ok(())
    }
}

impl From<ConfigError> for ConfigErrors {
    fn from(error: ConfigError) -> Self {
        Self(vec![error])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new(Path::new("midwatch.toml"), text)
    }

    fn span_of(source: &Source, part: &str) -> Range<usize> {
        let start = source.text.find(part).unwrap();
        start..start + part.len()
    }

    #[test]
    fn an_error_shows_its_line_and_points_at_the_part() {
        let source = source("name = \"x\"\nreplica = 3\n");
        let error = source
            .error(span_of(&source, "replica"), Some("replica"), "unknown key `replica`")
            .with_hint("did you mean `replicas`?");
        assert_eq!(
            error.to_string(),
            "unknown key `replica`\n --> midwatch.toml:2:1\n  |\n2 | replica = 3\n  | ^^^^^^^\n  \
             = hint: did you mean `replicas`?"
        );
    }

    #[test]
    fn an_error_at_a_line_and_a_column_points_at_the_word_there() {
        let source = source("a = 1\n  名 = [\"x\"]\r\n");
        let marked = |line, column| {
            let place = source.error_at(line, column, "no").place.unwrap();
            (place.line, place.column, place.caret_start, place.caret_width)
        };
        assert_eq!(marked(2, 3), (2, 3, 2, 2));
        assert_eq!(marked(2, 8), (2, 8, 8, 3));
        // A place that is not there is no reason to fail.
        assert_eq!(marked(9, 9).2, 0);
    }

    #[test]
    fn wide_characters_and_tabs_keep_the_caret_in_place() {
        let source = source("\t名 = 1");
        let place = source.error(span_of(&source, "1"), None, "no").place.unwrap();
        assert_eq!(place.snippet.as_str(), "␉名 = 1");
        assert_eq!((place.column, place.caret_start), (6, 6));
    }

    #[test]
    fn the_end_of_the_text_is_a_place_too() {
        let error = source("name = \"x").parse().unwrap_err();
        assert_eq!(error.place.unwrap().line, 1);
        let error = source("a = [1,\n").parse().unwrap_err();
        assert!(error.to_string().contains('^'));
    }

    #[test]
    fn a_hostile_line_is_shown_and_not_obeyed() {
        let source = source("a = \"\u{1b}]0;x\u{7}\"");
        let shown = source.parse().unwrap_err().to_string();
        assert!(shown.contains("␛]0;x␇") && !shown.contains('\u{1b}'), "{shown}");
    }

    #[test]
    fn secrets_of_the_line_are_masked_and_the_caret_still_points_right() {
        let source =
            source("env = { DB_PASSWORD = \"canary\", URL = \"tcp://bob:canary@h\", A = 1 }")
                .with_masked_values();
        let place = source.error(span_of(&source, "1 }"), None, "no").place.unwrap();
        let snippet = place.snippet.as_str();
        assert!(!snippet.contains("canary") && snippet.contains("URL = \"tcp://"), "{snippet}");
        let before: String = snippet.chars().take(place.caret_start).collect();
        assert!(before.ends_with("A = "), "{before}");
        let place = self::source("auth = { env = \"X\", key = \"canary\" }").with_masked_values();
        let shown = place.error(0..4, None, "no").to_string();
        assert!(shown.contains("{ env = \"X\", key = •••••• }"), "{shown}");
        let open = self::source("API_KEY = \"can\\\"ary").with_masked_values();
        assert!(!open.parse().unwrap_err().to_string().contains("ary"));
    }
}
