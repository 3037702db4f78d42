//! [`Keymap`]: which keys ask for which command, merged from files.

pub mod error;
mod reader;

use strum::IntoEnumIterator as _;

use crate::{
    input::{
        command::{Command, Context},
        key::Key,
        keymap::{
            error::{KeymapError, KeymapFault},
            reader::Reader,
        },
        sequence::Sequence,
    },
    text::place::{Place, nearest},
};

/// The keymaps that come with the program: name and text.
const BUILTIN: [(&str, &str); 3] = [
    ("default", include_str!("../../../keymaps/default.toml")),
    ("emacs", include_str!("../../../keymaps/emacs.toml")),
    ("k9s", include_str!("../../../keymaps/k9s.toml")),
];

/// The keymap that lies under every other one.
const BASE: &str = "default";

/// What a keymap writes instead of a command to make a key do nothing.
const UNBOUND: &str = "none";

/// Gives the bindings of every context.
///
/// Layers are merged in the order given: `default`, a named one, the person's own
/// file. A later layer rebinds keys of an earlier one; within one layer, and
/// between a key and a sequence that begins with it, a clash is an error.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<Binding>,
    layers: usize,
}

#[derive(Clone, Debug)]
struct Binding {
    context: Context,
    keys: Sequence,
    /// `None` for a key that does nothing here, also where an outer context binds it.
    command: Option<Command>,
    layer: usize,
    place: Place,
}

/// What keys pressed so far amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Command(Command),
    Pending,
    Nothing,
}

impl Keymap {
    /// Loads a keymap that comes with the program, merged over `default`.
    ///
    /// # Errors
    /// [`KeymapError::UnknownKeymap`] when there is none of that name.
    pub fn builtin(name: &str) -> Result<Self, KeymapError> {
        let text = |wanted: &str| BUILTIN.iter().find(|(name, _)| *name == wanted).map(|b| b.1);
        let (Some(base), Some(named)) = (text(BASE), text(name)) else {
            return Err(KeymapError::UnknownKeymap {
                name: name.to_owned(),
                suggestion: nearest(name, Self::builtin_names()).map(str::to_owned),
            });
        };
        let keymap = Self { bindings: Vec::new(), layers: 0 };
        let keymap = keymap.merge(&format!("keymaps/{BASE}.toml"), base)?;
        if name == BASE {
            return Ok(keymap);
        }
        keymap.merge(&format!("keymaps/{name}.toml"), named)
    }

    /// The names of the keymaps that come with the program.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// Lays the keymap `text`, read from `file`, over this one; it may be partial.
    ///
    /// # Errors
    /// [`KeymapError::File`] with the place and the reason of the first fault.
    pub fn merge(mut self, file: &str, text: &str) -> Result<Self, KeymapError> {
        let reader = Reader::new(file, text);
        self.layers += 1;
        for (name, table) in reader.document()?.get_ref() {
            let context = reader.context(name)?;
            let Some(entries) = table.get_ref().as_table() else {
                return Err(reader.fault(table, KeymapFault::NotATable(context.name())));
            };
            for (keys, command) in entries {
                let binding = reader.binding(context, keys, command, self.layers)?;
                self.bind(binding)?;
            }
        }
        self.refuse_hidden_prefixes()?;
        Ok(self)
    }

    /// The key that a footer shows for `command`, as pressed in `contexts`.
    ///
    /// The first context wins. The latest layer's first written key comes first,
    /// single keys before sequences. `None` when no key reaches the command.
    #[must_use]
    pub fn label(&self, command: Command, contexts: &[Context]) -> Option<String> {
        self.labels(command, contexts).into_iter().next()
    }

    /// The same while text is typed there: a key that the text field takes is not one.
    #[must_use]
    pub fn label_while_typing(&self, command: Command, contexts: &[Context]) -> Option<String> {
        let found = self.bindings_of(command, contexts);
        let reaches = |binding: &&&Binding| !binding.keys.keys().iter().any(|key| key.edits_text());
        found.iter().find(reaches).map(|binding| binding.keys.to_string())
    }

    /// All keys that reach `command` in `contexts`, the most natural first.
    #[must_use]
    pub fn labels(&self, command: Command, contexts: &[Context]) -> Vec<String> {
        let found = self.bindings_of(command, contexts);
        let mut labels: Vec<String> = Vec::with_capacity(found.len());
        for label in found.iter().map(|binding| binding.keys.to_string()) {
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        labels
    }

    fn bindings_of(&self, command: Command, contexts: &[Context]) -> Vec<&Binding> {
        let mut found: Vec<&Binding> = self
            .bindings
            .iter()
            .filter(|binding| binding.command == Some(command))
            .filter(|binding| self.reaches(binding, contexts))
            .collect();
        found.sort_by_key(|binding| {
            (binding.keys.keys().len(), self.layers - binding.layer, position(binding, contexts))
        });
        found
    }

    /// Every command that a key reaches in `contexts`, with its keys, for the help.
    #[must_use]
    pub fn bindings(&self, contexts: &[Context]) -> Vec<(Command, Vec<String>)> {
        Command::iter()
            .map(|command| (command, self.labels(command, contexts)))
            .filter(|(_, labels)| !labels.is_empty())
            .collect()
    }

    /// Looks the keys pressed so far up; the first context that knows them wins.
    pub(crate) fn find(&self, pressed: &[Key], contexts: &[Context]) -> Found {
        for context in contexts {
            let here = || self.bindings.iter().filter(|binding| binding.context == *context);
            if here().any(|b| b.command.is_some() && b.keys.continues(pressed)) {
                return Found::Pending;
            }
            if let Some(binding) = here().find(|binding| binding.keys.keys() == pressed) {
                return binding.command.map_or(Found::Nothing, Found::Command);
            }
        }
        Found::Nothing
    }

    fn reaches(&self, binding: &Binding, contexts: &[Context]) -> bool {
        let keys = binding.keys.keys();
        position(binding, contexts) < contexts.len()
            && (1..keys.len()).all(|n| self.find(&keys[..n], contexts) == Found::Pending)
            && binding.command.map(Found::Command) == Some(self.find(keys, contexts))
    }

    fn bind(&mut self, new: Binding) -> Result<(), KeymapError> {
        let same = |old: &Binding| old.context == new.context && old.keys == new.keys;
        if let Some(old) = self.bindings.iter().find(|old| same(old)) {
            if old.layer == new.layer {
                return Err(clash(&new, old));
            }
            self.bindings.retain(|old| !same(old));
        }
        self.bindings.push(new);
        Ok(())
    }

    /// Refuses a key that could never be pressed, because a longer one begins with it.
    fn refuse_hidden_prefixes(&self) -> Result<(), KeymapError> {
        let bound = || self.bindings.iter().filter(|binding| binding.command.is_some());
        for long in bound() {
            let hidden = bound().find(|short| {
                short.context == long.context && long.keys.continues(short.keys.keys())
            });
            if let Some(short) = hidden {
                let (new, old) =
                    if short.layer > long.layer { (short, long) } else { (long, short) };
                return Err(clash(new, old));
            }
        }
        Ok(())
    }
}

fn position(binding: &Binding, contexts: &[Context]) -> usize {
    contexts.iter().position(|c| *c == binding.context).unwrap_or(contexts.len())
}

fn command_name(binding: &Binding) -> &'static str {
    binding.command.map_or(UNBOUND, Command::name)
}

fn clash(new: &Binding, old: &Binding) -> KeymapError {
    KeymapError::File {
        place: new.place.clone(),
        fault: Box::new(KeymapFault::Clash {
            context: new.context.name(),
            key: new.keys.to_string(),
            command: command_name(new),
            other_key: old.keys.to_string(),
            other_command: command_name(old),
            other_place: old.place.clone(),
        }),
    }
}

#[cfg(test)]
mod tests;
