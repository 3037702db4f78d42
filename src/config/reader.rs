//! [`Reader`]: takes typed values out of parsed TOML and collects what is wrong.
//!
//! Not serde: one pass reports every mistake of a file, each at its own place, and
//! knows the difference between a mistyped key and one of a later version.

use std::{fmt::Display, ops::Range, time::Duration};

use toml::de::{DeTable, DeValue};

use crate::{
    config::{
        keys::Keys,
        source::{ConfigError, ConfigErrors, Source},
    },
    model::TextFault,
    text::{suggest, units},
};

/// More mistakes than this in one file tell nothing new.
const MAX_ERRORS: usize = 20;

/// A value with its place in the file.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
    /// The dotted path, such as `services.api.port`.
    pub(crate) path: String,
}

impl<T> At<T> {
    /// Another value at the same place.
    pub(crate) fn with<U>(&self, value: U) -> At<U> {
        At { value, span: self.span.clone(), path: self.path.clone() }
    }
}

/// Any value of the file.
pub(crate) type Node<'a> = At<&'a DeValue<'a>>;
/// A table of the file.
pub(crate) type Table<'a> = At<&'a DeTable<'a>>;

impl<'a> Table<'a> {
    /// The whole file.
    pub(crate) fn root(table: &'a DeTable<'a>) -> Self {
        At { value: table, span: 0..0, path: String::new() }
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<Node<'a>> {
        let (_, value) = self.value.get_key_value(key)?;
        Some(At { value: value.get_ref(), span: value.span(), path: self.path_of(key) })
    }

    /// The place of a key itself, for mistakes that are about it and not its value.
    pub(crate) fn key(&self, key: &str) -> Option<At<()>> {
        let (name, _) = self.value.get_key_value(key)?;
        Some(At { value: (), span: name.span(), path: self.path_of(key) })
    }

    /// All keys with their values, in the order of the file.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (At<&'a str>, Node<'a>)> {
        self.value.iter().map(|(key, value)| {
            let name: &'a str = key.get_ref().as_ref();
            let path = self.path_of(name);
            (
                At { value: name, span: key.span(), path: path.clone() },
                At { value: value.get_ref(), span: value.span(), path },
            )
        })
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.into() } else { format!("{}.{key}", self.path) }
    }
}

/// Reads values and keeps the mistakes.
pub(crate) struct Reader<'s> {
    pub(crate) source: &'s Source,
    errors: Vec<(usize, ConfigError)>,
}

impl<'s> Reader<'s> {
    pub(crate) fn new(source: &'s Source) -> Self {
        Self { source, errors: Vec::new() }
    }

    /// Gives the value if nothing was wrong, and all mistakes in the file's order otherwise.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<T, ConfigErrors> {
        self.errors.sort_by_key(|(at, _)| *at);
        self.errors.truncate(MAX_ERRORS);
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(ConfigErrors(self.errors.into_iter().map(|(_, error)| error).collect())),
        }
    }

    /// Notes a mistake.
    pub(crate) fn fail<T>(&mut self, at: &At<T>, message: impl Display, hint: impl AsRef<str>) {
        let error = self.source.error(at.span.clone(), Some(&at.path), &message.to_string());
        let error = if hint.as_ref().is_empty() { error } else { error.with_hint(hint.as_ref()) };
        self.errors.push((at.span.start, error));
    }

    /// Notes what is wrong with a text, at the part that is meant.
    pub(crate) fn fault(&mut self, text: &At<&str>, fault: &TextFault) {
        let at = self.part(text, fault.at.clone());
        self.fail(&at, &fault.message, &fault.hint);
    }

    /// The place of a part of a text; that of all of it when the part is empty or the file
    /// does not say the text word for word: an escape moves what is behind it.
    pub(crate) fn part(&self, text: &At<&str>, part: Range<usize>) -> At<()> {
        let begin = text.span.start + 1;
        let said = self.source.text.get(begin..).is_some_and(|it| it.starts_with(text.value));
        if !said || part.is_empty() {
            return text.with(());
        }
        At { value: (), span: begin + part.start..begin + part.end, path: text.path.clone() }
    }

    /// Refuses every key that the table does not have.
    pub(crate) fn keys(&mut self, table: &Table<'_>, keys: &Keys) {
        let known: Vec<_> = keys.known.iter().map(|key| key.name).collect();
        self.only(table, &known, keys.later);
    }

    /// Refuses every key that is not among `known`; those in `later` by another reason.
    pub(crate) fn only(&mut self, table: &Table<'_>, known: &[&str], later: &[&str]) {
        for (key, _) in table.entries() {
            if known.contains(&key.value) {
                continue;
            }
            if later.contains(&key.value) {
                let message = format!("`{}` is not known to this version of midwatch", key.path);
                self.fail(&key, message, "take it out until a version that has it");
                continue;
            }
            let hint = match suggest::closest(key.value, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("known here: {}", known.join(", ")),
            };
            self.fail(&key, format!("unknown key `{}`", key.path), hint);
        }
    }

    pub(crate) fn string<'a>(&mut self, node: &Node<'a>) -> Option<At<&'a str>> {
        if let DeValue::String(text) = node.value {
            if text.contains('\0') {
                self.fail(node, format!("`{}` holds a NUL character", node.path), "");
                return None;
            }
            return Some(node.with(text.as_ref()));
        }
        let hint = match node.value {
            DeValue::Integer(value) => format!("write \"{value}\""),
            DeValue::Float(value) => format!("write \"{value}\""),
            DeValue::Boolean(value) => format!("write \"{value}\""),
            _ => String::new(),
        };
        self.wrong_type(node, "text", hint)
    }

    pub(crate) fn integer(&mut self, node: &Node<'_>, range: Range<u64>) -> Option<At<u64>> {
        let DeValue::Integer(value) = node.value else {
            let unquoted = node.value.as_str().filter(|text| text.parse::<u64>().is_ok());
            let hint =
                unquoted.map_or(String::new(), |text| format!("write {text}, without quotes"));
            return self.wrong_type(node, "a whole number", hint);
        };
        match u64::from_str_radix(value.as_str(), value.radix()) {
            Ok(value) if range.contains(&value) => Some(node.with(value)),
            _ => {
                let message = format!("`{}` cannot be {value}", node.path);
                let hint = format!("it goes from {} to {}", range.start, range.end - 1);
                self.fail(node, message, hint);
                None
            }
        }
    }

    pub(crate) fn boolean(&mut self, node: &Node<'_>) -> Option<At<bool>> {
        match node.value {
            DeValue::Boolean(value) => Some(node.with(*value)),
            _ => self.wrong_type(node, "true or false", String::new()),
        }
    }

    pub(crate) fn table<'a>(&mut self, node: &Node<'a>) -> Option<Table<'a>> {
        match node.value {
            DeValue::Table(table) => Some(node.with(table)),
            _ => self.wrong_type(node, "a table", String::new()),
        }
    }

    /// The elements of an array. `hint` says what to write instead; without one, a
    /// single text is shown in brackets.
    pub(crate) fn array<'a>(&mut self, node: &Node<'a>, hint: &str) -> Option<Vec<Node<'a>>> {
        let DeValue::Array(array) = node.value else {
            let hint = match node.value.as_str() {
                Some(text) if hint.is_empty() => format!("write [{text:?}]"),
                _ => hint.into(),
            };
            return self.wrong_type(node, "an array", hint);
        };
        let element = |(at, value): (usize, &'a toml::Spanned<DeValue<'a>>)| At {
            value: value.get_ref(),
            span: value.span(),
            path: format!("{}[{at}]", node.path),
        };
        Some(array.iter().enumerate().map(element).collect())
    }

    pub(crate) fn strings<'a>(&mut self, node: &Node<'a>, hint: &str) -> Option<Vec<At<&'a str>>> {
        let nodes = self.array(node, hint)?;
        let texts: Vec<_> = nodes.iter().filter_map(|node| self.string(node)).collect();
        (texts.len() == nodes.len()).then_some(texts)
    }

    /// A duration such as `"10s"`, at least and at most these.
    pub(crate) fn duration(
        &mut self,
        node: &Node<'_>,
        least: Duration,
        most: Duration,
    ) -> Option<Duration> {
        let text = match node.value {
            DeValue::String(text) => text.as_ref(),
            DeValue::Integer(value) => {
                let hint = format!("write \"{value}s\" (units: ms, s, m, h, d)");
                return self.wrong_type(node, "a duration in quotes", hint);
            }
            _ => return self.wrong_type(node, "a duration", "as in \"10s\"".into()),
        };
        match units::duration(text) {
            Ok(value) if value >= least && value <= most => Some(value),
            Ok(_) => {
                let (least, most) = (units::duration_words(least), units::duration_words(most));
                let message = format!("`{}` cannot be \"{text}\"", node.path);
                self.fail(node, message, format!("it goes from \"{least}\" to \"{most}\""));
                None
            }
            Err(hint) => {
                self.fail(node, format!("\"{text}\" is not a duration"), hint);
                None
            }
        }
    }

    /// One word of several.
    pub(crate) fn choice<T: Copy>(&mut self, node: &Node<'_>, words: &[(&str, T)]) -> Option<T> {
        let names: Vec<_> = words.iter().map(|(name, _)| *name).collect();
        let Some(text) = node.value.as_str() else {
            let hint = format!("one of \"{}\"", names.join("\", \""));
            return self.wrong_type(node, "text", hint);
        };
        let found = words.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        if found.is_none() {
            let hint = match suggest::closest(text, names.iter().copied()) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => format!("one of \"{}\"", names.join("\", \"")),
            };
            self.fail(node, format!("`{}` cannot be \"{text}\"", node.path), hint);
        }
        found
    }

    fn wrong_type<T>(&mut self, node: &Node<'_>, wanted: &str, hint: String) -> Option<T> {
        let found = match node.value {
            DeValue::String(_) => "text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.fail(node, format!("`{}` is {found}; it must be {wanted}", node.path), hint);
        None
    }
}
