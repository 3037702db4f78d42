//! [`Cx`]: what a pane may look at while it answers or draws.

use std::{borrow::Cow, collections::BTreeSet};

use jiff::{Timestamp, tz::TimeZone};
use ratatui::{
    layout::Size,
    style::{Modifier, Style},
    text::Span,
};

use crate::{
    input::{Command, Context, Keymap},
    model::{Condition, EngineId, LogSourceSpec, ServiceKey, Stack, Thresholds, TimeStyle},
    store::{EngineView, ServiceView, Store},
    text::Clean,
    ui::{
        glyphs::Glyphs,
        theme::{Role, Theme},
    },
};

/// What a pane may look at. Borrowed, so that drawing cannot change anything.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    /// What is known.
    pub store: &'a Store,
    /// What is selected and marked.
    pub selection: &'a Selection,
    /// What the stack file says of the stack.
    pub stack: &'a Stack,
    /// From where on a number is past what it should be.
    pub thresholds: &'a Thresholds,
    /// Whether nothing is offered that could change what runs.
    pub read_only: bool,
    /// Faults that the demo can switch; empty outside the demo.
    pub faults: &'a [DemoFault],
    /// Names of the themes there are.
    pub themes: &'a [String],
    /// The keys.
    pub keymap: &'a Keymap,
    /// Where keys are pressed now, innermost first.
    pub contexts: &'a [Context],
    /// Whether typed characters are text now.
    pub typing: bool,
    /// The colours.
    pub theme: &'a Theme,
    /// The signs.
    pub glyphs: &'a Glyphs,
    /// How times are shown.
    pub time: TimeStyle,
    /// The zone of this session.
    pub zone: &'a TimeZone,
    /// The time of this message or frame.
    pub now: Timestamp,
    /// The room inside this pane or dialog, in cells.
    pub size: Size,
    /// Whether this pane or dialog has the focus.
    pub focused: bool,
}

impl<'a> Cx<'a> {
    /// A piece of text in the look of a role.
    pub fn span<'s>(&self, role: Role, text: impl Into<Cow<'s, str>>) -> Span<'s> {
        Span::styled(text, self.theme.style(role))
    }

    /// The same, with other room.
    #[must_use]
    pub fn sized(self, size: Size) -> Self {
        Cx { size, ..self }
    }

    /// The style of a role on a row, which looks like nothing but selected when it is.
    #[must_use]
    pub fn on_row(&self, role: Role, selected: bool) -> Style {
        let cursor = if self.focused { Role::Selection } else { Role::SelectionIdle };
        let (style, selection) = (self.theme.style(role), self.theme.style(cursor));
        match selected {
            false => style,
            // A ground of its own leaves a state its colour.
            true if selection.fg.is_none()
                && !selection.add_modifier.contains(Modifier::REVERSED) =>
            {
                style.patch(selection)
            }
            true => selection,
        }
    }

    /// How something does as far as is known now. What a lost engine said last is shown
    /// as old, never as well.
    #[must_use]
    pub fn standing(&self, engine: &EngineId, condition: &Condition) -> Standing {
        let Condition { level, reason } = condition;
        if self.store.engine(engine).is_some_and(EngineView::is_up) {
            let (glyph, role) = (self.glyphs.level(*level), Role::of(*level));
            return Standing { glyph, role, words: reason.clone() };
        }
        let words = format!("was: {reason}");
        Standing { glyph: self.glyphs.stale, role: Role::Stale, words }
    }

    /// The key of a command here and now, for words like "press R".
    #[must_use]
    pub fn key(&self, command: Command) -> Option<String> {
        if self.typing {
            return self.keymap.label_while_typing(command, self.contexts);
        }
        self.keymap.label(command, self.contexts)
    }

    /// The service that is selected.
    #[must_use]
    pub fn selected(&self) -> Option<&'a ServiceView> {
        self.store.service(self.selection.service.as_ref()?)
    }
}

/// How something does, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The sign.
    pub glyph: &'static str,
    /// The look.
    pub role: Role,
    /// Why, in a few words.
    pub words: String,
}

/// What the person has selected. Names, never rows: a list may change under it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The service under the cursor.
    pub service: Option<ServiceKey>,
    /// Marked services.
    pub marks: BTreeSet<ServiceKey>,
    /// Log sources that were chosen, by name.
    pub sources: BTreeSet<Clean>,
}

impl Selection {
    /// The services whose logs are shown: the marked ones, or the selected one.
    #[must_use]
    pub fn shown(&self) -> Vec<&ServiceKey> {
        if self.marks.is_empty() {
            self.service.iter().collect()
        } else {
            self.marks.iter().collect()
        }
    }

    /// Whether a log source is shown because the service that it goes with is.
    #[must_use]
    pub fn goes_with(&self, source: &LogSourceSpec) -> bool {
        let with = source.service.as_ref();
        with.is_some_and(|with| self.shown().iter().any(|shown| shown.service.name == *with))
    }
}

/// A fault of the demo stack that can be switched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoFault {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it does.
    pub description: &'static str,
    /// Whether it is on.
    pub on: bool,
}
