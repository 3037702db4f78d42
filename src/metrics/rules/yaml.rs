//! YAML as a tree with lines, bounded, and without what makes a small file a large tree.

use saphyr_parser::{Event, Parser, StrInput};

/// How deep a tree may be.
const MAX_DEPTH: usize = 16;

/// How many nodes a tree may have.
const MAX_NODES: usize = 100_000;

/// A value and where it begins.
#[derive(Debug)]
pub(super) struct Node {
    /// From 1.
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value of a key; `None` when this is no map, or has no such key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let Value::Map(entries) = &self.value else { return None };
        entries.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The entries; none when this is no list.
    pub(super) fn list(&self) -> &[Node] {
        if let Value::List(nodes) = &self.value { nodes } else { &[] }
    }

    /// Keys and texts; none when this is no map.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &Node)> {
        let entries: &[_] = if let Value::Map(entries) = &self.value { entries } else { &[] };
        entries.iter().map(|(name, node)| (name.as_str(), node))
    }
}

/// Why a text is no such tree, and in which line.
pub(super) type Wrong = (usize, String);

/// Reads the first document of a text; `None` when there is none.
pub(super) fn read(text: &str) -> Result<Option<Node>, Wrong> {
    let mut reader = Reader { parser: Parser::new_from_str(text), nodes: 0 };
    loop {
        match reader.event()? {
            (Event::StreamEnd, _) => return Ok(None),
            (
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing,
                _,
            ) => {}
            (event, line) => return reader.node(event, line, 0).map(Some),
        }
    }
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    nodes: usize,
}

impl<'a> Reader<'a> {
    fn event(&mut self) -> Result<(Event<'a>, usize), Wrong> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, span.start.line())),
            Some(Err(wrong)) => Err((wrong.marker().line(), wrong.info().to_owned())),
            None => Err((0, "it ends too soon".into())),
        }
    }

    fn node(&mut self, event: Event<'a>, line: usize, depth: usize) -> Result<Node, Wrong> {
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return Err((line, "it is too deep or too large".into()));
        }
        let value = match event {
            Event::Scalar(text, ..) => Value::Text(text.into_owned()),
            Event::SequenceStart(..) => Value::List(self.list(depth)?),
            Event::MappingStart(..) => Value::Map(self.map(depth)?),
            // A few of them, each of several others, would be more than any memory holds.
            Event::Alias(_) => return Err((line, "anchors and aliases are not read".into())),
            _ => return Err((line, "a value is missing".into())),
        };
        Ok(Node { line, value })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Wrong> {
        let mut nodes = Vec::new();
        loop {
            match self.event()? {
                (Event::SequenceEnd, _) => return Ok(nodes),
                (event, line) => nodes.push(self.node(event, line, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(String, Node)>, Wrong> {
        let mut entries = Vec::new();
        loop {
            let key = match self.event()? {
                (Event::MappingEnd, _) => return Ok(entries),
                (Event::Scalar(key, ..), _) => key.into_owned(),
                (_, line) => return Err((line, "a key is no text".into())),
            };
            let (event, line) = self.event()?;
            entries.push((key, self.node(event, line, depth + 1)?));
        }
    }
}
