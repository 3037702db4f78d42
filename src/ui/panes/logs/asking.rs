//! What is typed in the pane: it takes effect while it is typed, and is taken back by
//! whoever thinks better of it.

use std::collections::BTreeMap;

use super::{
    Logs,
    origin::{keys, names, service},
    prompt::{Ask, Problem, Prompt},
    shown::value_words,
    sift::{here_and_now, record},
};
use crate::{
    logs::{Completion, FilterError, SearchError, Vocabulary, complete, format::parts, when},
    model::{SavedFilter, SavedIn},
    ui::{Cx, Reaction},
};

/// How many of the lines on the screen completions are made of.
const LEARNED: usize = 200;

impl Logs {
    /// Begins to ask.
    pub(super) fn ask(&mut self, ask: Ask, cx: &Cx<'_>) {
        let before = match ask {
            Ask::Filter => self.sieve.as_ref().map_or("", |sieve| &sieve.text).to_owned(),
            Ask::Search => self.quest.as_ref().map_or("", |quest| &quest.text).to_owned(),
            Ask::Fields => self.fields.join(" "),
            Ask::Goto => String::new(),
        };
        // A search begins anew, as in every pager; a filter is changed.
        let text = if ask == Ask::Search { "" } else { &before };
        self.prompt = Some(Prompt::new(ask, text, &before));
        // What is in force makes sense, and so does nothing.
        self.judge(None, cx);
    }

    /// Lets what was typed take effect as far as it makes sense, so that it is seen
    /// before it is decided on.
    pub(super) fn preview(&mut self, cx: &Cx<'_>) {
        let Some(prompt) = &self.prompt else { return };
        let (ask, text) = (prompt.ask, prompt.text().to_owned());
        let problem = self.put_in_force(ask, &text, cx).err();
        self.judge(problem, cx);
    }

    /// Thinks better of it.
    pub(super) fn withdraw(&mut self, cx: &Cx<'_>) {
        if let Some(Prompt { ask, before, .. }) = self.prompt.take() {
            self.take_back(ask, &before, cx);
        }
    }

    /// Takes what was typed, unless it makes no sense: then the prompt stays and says why.
    pub(super) fn accept(&mut self, cx: &Cx<'_>) -> Reaction {
        if let Some(prompt) = self.prompt.as_mut().filter(|prompt| prompt.has_choice()) {
            prompt.complete();
            self.preview(cx);
            return Reaction::done();
        }
        let Some(prompt) = self.prompt.take_if(|prompt| prompt.is_right()) else {
            return Reaction::done();
        };
        match prompt.ask {
            Ask::Search => self.accept_search(&prompt, cx),
            Ask::Goto if !prompt.text().is_empty() => self.go_to_time(prompt.text(), cx),
            Ask::Filter | Ask::Fields | Ask::Goto => Reaction::done(),
        }
    }

    /// Goes to what is looked for. Nothing is what was looked for before, as in every pager.
    fn accept_search(&mut self, prompt: &Prompt, cx: &Cx<'_>) -> Reaction {
        if prompt.text().is_empty() && self.quest.is_none() {
            self.take_back(Ask::Search, &prompt.before, cx);
        }
        if self.quest.is_some() { self.seek_first_match(cx) } else { Reaction::done() }
    }

    /// Puts in force again what was so before, and made sense then.
    fn take_back(&mut self, ask: Ask, before: &str, cx: &Cx<'_>) {
        drop(self.put_in_force(ask, before, cx));
    }

    /// Has what was typed take effect, or says what is wrong with it. It is read here
    /// alone: that is the work of a key.
    fn put_in_force(&mut self, ask: Ask, text: &str, cx: &Cx<'_>) -> Result<(), Problem> {
        match ask {
            Ask::Filter => self.filter_by(text, cx)?,
            Ask::Search => self.search_for(text)?,
            Ask::Fields => self.fields = names_in(text),
            Ask::Goto if text.is_empty() => {}
            Ask::Goto => drop(when_words(text, cx)?),
        }
        Ok(())
    }

    /// Says what is wrong with what was typed, and what it could become.
    fn judge(&mut self, problem: Option<Problem>, cx: &Cx<'_>) {
        let Some(mut prompt) = self.prompt.take() else { return };
        let text = prompt.text();
        let completions = match prompt.ask {
            Ask::Filter => {
                let mut offers = saved(text, cx);
                offers.extend(complete(text, prompt.field.cursor_byte(), &self.vocabulary(cx)));
                offers
            }
            Ask::Fields => self.field_names(text, cx),
            Ask::Search | Ask::Goto => Vec::new(),
        };
        prompt.judge(problem, completions);
        self.prompt = Some(prompt);
    }

    /// The words of what is on the screen.
    fn vocabulary(&self, cx: &Cx<'_>) -> Vocabulary {
        let mut words = Vocabulary::new();
        let keys = keys(cx);
        let axis = self.axis_of_all(&keys, cx);
        let Some(last) = self.last(&axis, &keys) else { return words };
        for (place, line) in axis.back_from(last).take(LEARNED) {
            let Some(key) = keys.get(place.log) else { continue };
            words.learn(&record(line, service(key, cx), names(key, cx.store).instance));
        }
        words
    }

    /// Names of fields of what is on the screen that the last word could become.
    fn field_names(&self, text: &str, cx: &Cx<'_>) -> Vec<Completion> {
        let start = text.rfind([' ', ',']).map_or(0, |gap| gap + 1);
        let chosen = names_in(&text[..start]);
        let keys = keys(cx);
        let axis = self.axis_of_all(&keys, cx);
        let Some(last) = self.last(&axis, &keys) else { return Vec::new() };
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for (_, line) in axis.back_from(last).take(LEARNED) {
            let parts = parts(line.told().format, line.text());
            for field in parts.into_iter().flat_map(|parts| parts.fields) {
                let value = value_words(&field.value);
                seen.entry(field.name.into_owned()).or_insert(value);
            }
        }
        let is_meant = |name: &String| name.starts_with(&text[start..]) && !chosen.contains(name);
        let offer = |(name, value): (String, String)| Completion {
            replace: start..text.len(),
            with: format!("{name} "),
            note: format!("such as {value}"),
        };
        seen.into_iter().filter(|(name, _)| is_meant(name)).map(offer).collect()
    }
}

/// The time that a text means.
pub(super) fn when_words(text: &str, cx: &Cx<'_>) -> Result<jiff::Timestamp, Problem> {
    let text = text.trim();
    // `-15m` is what a log viewer understands, and `15m` what our own options do.
    let told = when::parse(text.strip_prefix('-').unwrap_or(text), &here_and_now(cx));
    told.map_err(|error| Problem { at: None, words: format!("{error}: {}", when::HINT) })
}

/// The names in a text.
fn names_in(text: &str) -> Vec<String> {
    text.split([' ', ',']).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The saved filters that a text could be the beginning of, by name.
fn saved(text: &str, cx: &Cx<'_>) -> Vec<Completion> {
    let is_meant = |filter: &&SavedFilter| filter.name.as_str().starts_with(text.trim());
    let offer = |filter: &SavedFilter| Completion {
        replace: 0..text.len(),
        with: filter.expression.as_str().into(),
        note: match filter.saved_in {
            SavedIn::StackFile => format!("saved as {}", filter.name),
            SavedIn::Settings => format!("saved as {} in your settings", filter.name),
        },
    };
    cx.stack.filters.iter().filter(is_meant).map(offer).collect()
}

impl From<FilterError> for Problem {
    fn from(error: FilterError) -> Self {
        Self { words: error.to_string(), at: Some(error.at) }
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        Self { words: error.to_string(), at: Some(error.at) }
    }
}
