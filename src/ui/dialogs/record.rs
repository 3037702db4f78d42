//! One record of a log, whole: what it says of itself, and all of its text, formatted.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    input::{Command, Context},
    model::InstanceKey,
    store::Topics,
    text::Clean,
    ui::{
        Cx, Pane, Reaction, TakenLine, Wish,
        dialogs::{scroll::Scroll, wrapped},
        theme::Role,
    },
};

/// A record as it was when it was opened: its line may be gone from the log since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordView {
    /// Whose it is.
    pub key: InstanceKey,
    /// Whose it is.
    pub name: String,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// All of its text, formatted.
    pub text: Vec<String>,
}

/// Something that is known of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// The columns of the facts' names.
const NAMES: usize = 15;

/// One record of a log.
#[derive(Debug)]
pub struct Record {
    key: InstanceKey,
    name: Clean,
    facts: Vec<(&'static str, Clean)>,
    /// Clean, since a string in JSON can hold what a terminal would obey.
    text: Vec<Clean>,
    /// The text as it is copied.
    lines: Vec<String>,
    scroll: Scroll,
}

impl Record {
    /// Opens a record.
    #[must_use]
    pub fn new(view: RecordView) -> Self {
        Self {
            name: Clean::new(&view.name),
            facts: view.facts.iter().map(|fact| (fact.name, Clean::new(&fact.value))).collect(),
            text: view.text.iter().map(|line| Clean::new(line)).collect(),
            lines: view.text,
            key: view.key,
            scroll: Scroll::default(),
        }
    }

    fn facts(&self) -> Vec<wrapped::Fact<'_>> {
        let fact = |(name, value): &(&'static str, Clean)| {
            wrapped::Fact::new(*name, Role::Text, value.as_str().to_owned())
        };
        self.facts.iter().map(fact).collect()
    }

    fn texts(&self) -> Vec<wrapped::Fact<'_>> {
        self.text.iter().map(|line| wrapped::Fact::new("", Role::Text, line.as_str())).collect()
    }

    fn length(&self, width: u16) -> usize {
        let width = usize::from(width);
        wrapped::rows(&self.facts(), NAMES, width).len()
            + 1
            + wrapped::rows(&self.texts(), 0, width).len()
    }
}

impl Pane for Record {
    fn context(&self) -> Context {
        Context::Record
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        vec![cx.span(Role::Title, "Record "), cx.span(Role::Text, self.name.as_str())].into()
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        self.scroll.footnote(self.length(cx.size.width), cx.size.height.into(), cx)
    }

    fn commands(&self, cx: &Cx<'_>) -> Vec<Command> {
        let mut commands = vec![Command::Copy];
        commands.extend(self.scroll.moves(self.length(cx.size.width), cx.size.height.into()));
        commands.push(Command::Back);
        commands
    }

    fn interest(&self) -> Topics {
        Topics::empty()
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        if self.scroll.on(command, self.length(cx.size.width), cx.size.height.into()) {
            return Reaction::done();
        }
        match command {
            Command::Copy => {
                let taken = |text: &String| TakenLine { key: self.key.clone(), text: text.clone() };
                Reaction::wish(Wish::Copy(self.lines.iter().map(taken).collect()))
            }
            Command::Back | Command::Open => Reaction::wish(Wish::Close),
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let width = usize::from(area.width);
        let (facts, texts) = (self.facts(), self.texts());
        let gap = [wrapped::Fact::heading("")];
        let mut rows = wrapped::rows(&facts, NAMES, width);
        rows.extend(wrapped::rows(&gap, NAMES, width));
        rows.extend(wrapped::rows(&texts, 0, width));
        let first = self.scroll.first_shown(rows.len(), area.height.into());
        wrapped::draw(&rows, first, area, buffer, cx);
    }
}
