//! [`LogReport`]: a line as a JSON object.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::Entry;
use crate::{
    logs::{
        Redactor,
        format::{self, Field, Value},
    },
    model::{Format, Severity, Stream},
};

/// The largest whole number that a JSON reader certainly keeps as it is (2⁵³).
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// What `midwatch logs --json` prints and what is exported, one object a line.
///
/// | field | type | what |
/// |---|---|---|
/// | `time` | RFC 3339 or null | when the engine took the line |
/// | `own_time` | RFC 3339 or null | when it was said by its own account |
/// | `level` | string or null | `trace`, `debug`, `info`, `notice`, `warn`, `error`, `fatal` |
/// | `level_is_guess` | bool | whether the level is a guess from its words |
/// | `format` | string | how it is written: `plain`, `json`, `logfmt`, `access`, … |
/// | `continues` | bool | whether it belongs to the line before it of its instance |
/// | `stack` | string or null | the stack (compose project) |
/// | `service` | string | the service |
/// | `instance` | string | the instance |
/// | `stream` | string | `stdout` or `stderr` |
/// | `text` | string | the line; what a terminal could obey is made visible |
/// | `cut_bytes` | number | how many bytes were cut from its end |
/// | `message` | string or null | what it says, of formats that have parts |
/// | `fields` | object or null | all else that it says, nested under dotted names |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct LogReport<'a> {
    pub time: Option<Timestamp>,
    pub own_time: Option<Timestamp>,
    pub level: Option<Severity>,
    pub level_is_guess: bool,
    pub format: Format,
    pub continues: bool,
    pub stack: Option<&'a str>,
    pub service: &'a str,
    pub instance: &'a str,
    pub stream: Stream,
    pub text: &'a str,
    pub cut_bytes: u64,
    pub message: Option<Cow<'a, str>>,
    pub fields: Option<Fields<'a>>,
}

/// The fields of a line, as one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Fields<'a>(pub Vec<Field<'a>>);

impl<'a> LogReport<'a> {
    /// Takes a line apart. The text is reported as it is; in what its parts say, which
    /// may be written otherwise there, secrets are masked by `redactor`.
    #[must_use]
    pub fn new(entry: &Entry<'a>, redactor: Option<&Redactor>) -> Self {
        let told = entry.told;
        let (message, fields) = match format::parts(told.format, entry.text) {
            Some(parts) => (Some(parts.message), Some(parts.fields)),
            None => (None, None),
        };
        let mut report = Self {
            time: entry.at,
            own_time: told.at,
            level: told.level,
            level_is_guess: told.is_guess,
            format: told.format,
            continues: told.continues,
            stack: entry.stack,
            service: entry.service,
            instance: entry.instance,
            stream: entry.stream,
            text: entry.text,
            cut_bytes: entry.cut_bytes,
            message,
            fields: fields.map(Fields),
        };
        if let Some(redactor) = redactor {
            report.mask_parts(redactor);
        }
        report
    }

    fn mask_parts(&mut self, redactor: &Redactor) {
        if let Some(message) = &mut self.message
            && let Cow::Owned(masked) = redactor.mask(message)
        {
            *message = masked.into();
        }
        for Field { name, value } in self.fields.iter_mut().flat_map(|fields| &mut fields.0) {
            if let Value::Text(text) = value
                && let Cow::Owned(masked) = redactor.mask_value(name, text)
            {
                *text = masked.into();
            }
        }
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for Field { name, value } in &self.0 {
            match value {
                Value::Text(text) => map.serialize_entry(name, text)?,
                // An order number is not 5.0.
                Value::Number(number) if number.fract() == 0.0 && number.abs() <= MAX_WHOLE => {
                    map.serialize_entry(name, &(*number as i64))?;
                }
                Value::Number(number) => map.serialize_entry(name, number)?,
                Value::Bool(bool) => map.serialize_entry(name, bool)?,
                Value::Null => map.serialize_entry(name, &())?,
            }
        }
        map.end()
    }
}
