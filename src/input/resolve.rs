//! [`Resolver`]: from key presses to commands.

use crate::input::{
    command::{Command, Context},
    key::Key,
    keymap::{Found, Keymap},
    sequence::show,
};

/// Gives what a key press led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// A command, complete.
    Command(Command),
    /// The beginning of a longer sequence: the keys so far, to show.
    Pending(String),
    /// Nothing: no binding, or a sequence that was broken off.
    Unbound,
}

/// Gives the state between two keys of a sequence.
///
/// A key that does not continue a sequence ends it and does nothing itself: half
/// of a mistyped sequence must not become another command.
#[derive(Clone, Debug, Default)]
pub struct Resolver {
    pressed: Vec<Key>,
}

impl Resolver {
    /// Takes the next key; the first of `contexts` that knows it wins.
    pub fn press(&mut self, key: Key, keymap: &Keymap, contexts: &[Context]) -> Resolution {
        self.pressed.push(key);
        match keymap.find(&self.pressed, contexts) {
            Found::Pending => Resolution::Pending(show(&self.pressed)),
            Found::Command(command) => {
                self.clear();
                Resolution::Command(command)
            }
            Found::Nothing => {
                self.clear();
                Resolution::Unbound
            }
        }
    }

    /// The keys of an unfinished sequence, to show; empty when there is none.
    #[must_use]
    pub fn pending(&self) -> String {
        show(&self.pressed)
    }

    /// Forgets an unfinished sequence: focus moved, a dialog opened, text was pasted.
    pub fn clear(&mut self) {
        self.pressed.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICES: [Context; 2] = [Context::Services, Context::Global];

    fn keymap(text: &str) -> Keymap {
        Keymap::builtin("default").unwrap().merge("mine.toml", text).unwrap()
    }

    fn type_keys(keymap: &Keymap, contexts: &[Context], keys: &str) -> Vec<Resolution> {
        let mut resolver = Resolver::default();
        keys.split(' ').map(|key| resolver.press(key.parse().unwrap(), keymap, contexts)).collect()
    }

    #[test]
    fn a_single_key_is_a_command_at_once() {
        let got = type_keys(&keymap(""), &SERVICES, "j G Enter");
        let want = [Command::Down, Command::Bottom, Command::Open].map(Resolution::Command);
        assert_eq!(got, want);
    }

    #[test]
    fn the_first_context_wins_over_the_global_one() {
        let keymap = keymap("[services]\nj = 'zoom'");
        assert_eq!(type_keys(&keymap, &SERVICES, "j"), [Resolution::Command(Command::Zoom)],);
        assert_eq!(
            type_keys(&keymap, &[Context::Stats, Context::Global], "j"),
            [Resolution::Command(Command::Down)],
        );
    }

    #[test]
    fn a_sequence_waits_and_then_becomes_a_command() {
        let keymap = keymap("[global]\n\"C-x o\" = 'next-pane'");
        assert_eq!(
            type_keys(&keymap, &SERVICES, "C-x o j"),
            [
                Resolution::Pending("C-x".to_owned()),
                Resolution::Command(Command::NextPane),
                Resolution::Command(Command::Down),
            ],
        );
    }

    #[test]
    fn a_broken_sequence_does_nothing_and_is_forgotten() {
        let keymap = keymap("[global]\n\"C-x o\" = 'next-pane'");
        assert_eq!(
            type_keys(&keymap, &SERVICES, "C-x q q"),
            [
                Resolution::Pending("C-x".to_owned()),
                Resolution::Unbound,
                Resolution::Command(Command::Close),
            ],
        );
    }

    #[test]
    fn an_unbound_key_also_hides_the_outer_binding() {
        let keymap = keymap("[services]\nq = 'none'");
        assert_eq!(type_keys(&keymap, &SERVICES, "q"), [Resolution::Unbound]);
    }

    #[test]
    fn pending_keys_can_be_shown_and_forgotten() {
        let keymap = keymap("[global]\n\"C-x C-x o\" = 'next-pane'");
        let mut resolver = Resolver::default();
        resolver.press("C-x".parse().unwrap(), &keymap, &SERVICES);
        resolver.press("C-x".parse().unwrap(), &keymap, &SERVICES);
        assert_eq!(resolver.pending(), "C-x C-x");
        resolver.clear();
        assert_eq!(resolver.pending(), "");
    }
}
