//! Reading one keymap file.

use std::sync::Arc;

use strum::IntoEnumIterator as _;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    input::{
        command::{Command, Context},
        keymap::{
            Binding, UNBOUND,
            error::{KeymapError, KeymapFault},
        },
    },
    text::place::{Place, nearest},
};

/// Reads one file, and knows where in it things stand.
pub(super) struct Reader<'a> {
    file: Arc<str>,
    text: &'a str,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &str, text: &'a str) -> Self {
        Self { file: file.into(), text }
    }

    pub(super) fn document(&self) -> Result<Spanned<DeTable<'a>>, KeymapError> {
        DeTable::parse(self.text).map_err(|error| KeymapError::File {
            place: Place::of(&self.file, self.text, &error.span().unwrap_or(0..0)),
            fault: Box::new(KeymapFault::Syntax(error.message().to_owned())),
        })
    }

    pub(super) fn fault<T>(&self, at: &Spanned<T>, fault: KeymapFault) -> KeymapError {
        KeymapError::File {
            place: Place::of(&self.file, self.text, &at.span()),
            fault: Box::new(fault),
        }
    }

    pub(super) fn context<S: AsRef<str>>(&self, name: &Spanned<S>) -> Result<Context, KeymapError> {
        name.get_ref().as_ref().parse().map_err(|_| {
            let name_text = name.get_ref().as_ref();
            self.fault(
                name,
                KeymapFault::UnknownTable {
                    name: name_text.to_owned(),
                    suggestion: nearest(name_text, Context::iter().map(Context::name))
                        .map(str::to_owned),
                },
            )
        })
    }

    pub(super) fn binding<S: AsRef<str>>(
        &self,
        context: Context,
        keys: &Spanned<S>,
        command: &Spanned<DeValue<'_>>,
        layer: usize,
    ) -> Result<Binding, KeymapError> {
        let written = keys.get_ref().as_ref();
        let sequence = written
            .parse()
            .map_err(|error| self.fault(keys, KeymapFault::Key { key: written.into(), error }))?;
        Ok(Binding {
            context,
            keys: sequence,
            command: self.command(written, command)?,
            layer,
            place: Place::of(&self.file, self.text, &keys.span()),
        })
    }

    fn command(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Option<Command>, KeymapError> {
        let Some(name) = value.get_ref().as_str() else {
            let found = value.get_ref().type_str();
            return Err(self.fault(value, KeymapFault::NotAName { key: key.to_owned(), found }));
        };
        if name == UNBOUND {
            return Ok(None);
        }
        name.parse().map(Some).map_err(|_| {
            let known = Command::iter().map(Command::name).chain([UNBOUND]);
            self.fault(
                value,
                KeymapFault::UnknownCommand {
                    key: key.to_owned(),
                    name: name.to_owned(),
                    suggestion: nearest(name, known).map(str::to_owned),
                },
            )
        })
    }
}
