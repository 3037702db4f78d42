//! [`Look`]: `[ui]` of a stack file, the layer between the defaults and the user's file.

use super::{Ascii, Origin, Settings, Valued, file};
use crate::config::{
    keys::{Holds, Keys, key},
    reader::{Reader, Table},
};

pub(in crate::config) const KEYS: Keys = Keys {
    known: &[
        key("theme", Holds::Text, "The name of a theme"),
        key("keymap", Holds::Text, "The name of a keymap"),
        key(
            "ascii",
            Holds::Either(&[Holds::Flag, Holds::Word(|| vec!["auto"])]),
            "Whether to draw with ASCII alone",
        ),
    ],
    later: &["banner_color", "log_lines", "refresh"],
};

/// How midwatch looks for whoever looks at a stack and wants nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The name of a theme.
    pub theme: Option<Valued<String>>,
    /// The name of a keymap.
    pub keymap: Option<Valued<String>>,
    /// Whether to draw with ASCII alone.
    pub ascii: Option<Valued<Ascii>>,
}

impl Look {
    /// Reads it from the table of that name.
    pub(in crate::config) fn read(reader: &mut Reader<'_>, root: &Table<'_>) -> Self {
        let mut look = Self::default();
        let Some(table) = root.get("ui").and_then(|node| reader.table(&node)) else { return look };
        reader.keys(&table, &KEYS);
        for (key, node) in table.entries() {
            let line = reader.source.line_of(key.span.start);
            let origin = Origin::File { file: reader.source.file.clone(), line };
            match key.value {
                "theme" => look.theme = valued(file::name(reader, &node), origin),
                "keymap" => look.keymap = valued(file::name(reader, &node), origin),
                "ascii" => look.ascii = valued(file::ascii(reader, &node), origin),
                _ => {}
            }
        }
        look
    }
}

fn valued<T>(value: Option<T>, origin: Origin) -> Option<Valued<T>> {
    value.map(|value| Valued::new(value, origin))
}

impl Settings {
    /// The defaults, with the look of a stack over them.
    #[must_use]
    pub fn of_stack(look: &Look) -> Self {
        let usual = Self::default();
        Self {
            theme: look.theme.clone().unwrap_or(usual.theme),
            keymap: look.keymap.clone().unwrap_or(usual.keymap),
            ascii: look.ascii.clone().unwrap_or(usual.ascii),
            ..usual
        }
    }
}
