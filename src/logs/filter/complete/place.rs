//! [`Place`]: what is being written where the cursor is.

use std::ops::Range;

use crate::logs::filter::{
    lexer::{self, Head, Lexer, Token},
    scan,
    words::{Op, Subject, subject},
};

/// What is being written where the cursor is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place<'a> {
    /// What may stand here.
    pub(super) expects: Expects<'a>,
    /// What stands there up to the cursor.
    pub(super) typed: &'a str,
    /// What a completion stands for; goes on behind the cursor.
    pub(super) replace: Range<usize>,
}

/// What may stand in a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expects<'a> {
    /// The beginning of a term.
    Term,
    /// One of the values of a term.
    Value { subject: Subject, name: &'a str, op: Op },
}

impl<'a> Place<'a> {
    /// What is being written at `cursor`; `None` where anything may stand.
    pub(super) fn find(text: &'a str, cursor: usize) -> Option<Self> {
        let mut lexer = Lexer::new(text);
        loop {
            let start = lexer.next_start();
            if cursor <= start {
                return Some(Self::nothing_yet(cursor));
            }
            let (token, end) = match lexer.next() {
                Ok(Some(piece)) => (Some(piece.token), piece.at.end),
                Ok(None) => return Some(Self::nothing_yet(cursor)),
                // It is being written, so it may be incomplete; it has the rest.
                Err(_) => (None, text.len()),
            };
            match token {
                Some(Token::Open | Token::Close) => {}
                _ if cursor > end => {}
                Some(Token::Not | Token::And | Token::Or) => {
                    return Some(Self::word(text, start..end, cursor));
                }
                Some(Token::Term(_)) | None => return Self::in_term(text, start..end, cursor),
            }
        }
    }

    fn nothing_yet(cursor: usize) -> Self {
        Self { expects: Expects::Term, typed: "", replace: cursor..cursor }
    }

    fn word(text: &'a str, at: Range<usize>, cursor: usize) -> Self {
        Self { expects: Expects::Term, typed: &text[at.start..cursor], replace: at }
    }

    fn in_term(text: &'a str, at: Range<usize>, cursor: usize) -> Option<Self> {
        let Some(head) = lexer::head(text, at.start).ok()? else {
            let is_phrase = text[at.clone()].starts_with('"');
            return (!is_phrase).then(|| Self::word(text, at, cursor));
        };
        if cursor < head.op_at.end {
            let name_end = head.name.end.min(cursor);
            let typed = &text[at.start..name_end];
            return Some(Self { expects: Expects::Term, typed, replace: at.start..head.op_at.end });
        }
        Self::in_value(text, &head, head.op_at.end..at.end, cursor)
    }

    fn in_value(text: &'a str, head: &Head, value: Range<usize>, cursor: usize) -> Option<Self> {
        let name = &text[head.name.clone()];
        let subject = subject(name)?;
        let is_free = matches!(subject, Subject::Text | Subject::Message) || head.op.is_regex();
        if is_free {
            return None;
        }
        let item = scan::item_places(text, value).into_iter().find(|item| cursor <= item.end)?;
        let typed = &text[item.start..cursor];
        Some(Self {
            expects: Expects::Value { subject, name, op: head.op },
            typed: typed.strip_prefix('"').unwrap_or(typed),
            replace: item,
        })
    }
}
