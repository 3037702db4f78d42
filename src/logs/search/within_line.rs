//! Makes a pattern match within a line, also when it is looked for in a block of lines.

use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look,
    LookSet,
};

/// Whether a pattern can match at all.
pub(super) fn can_match(hir: &Hir) -> bool {
    hir.properties().minimum_len().is_some()
}

/// The same pattern for text without line feeds: it finds the same within a line, and
/// nothing that goes beyond it. Groups only group; nobody asks what they caught.
pub(super) fn bound(hir: &Hir) -> Hir {
    rebuild(hir, &|leaf| match leaf.kind() {
        HirKind::Literal(literal) if literal.0.contains(&b'\n') => Hir::fail(),
        HirKind::Class(class) => Hir::class(without_line_feed(class)),
        HirKind::Look(look) => Hir::look(of_line(*look)),
        _ => leaf.clone(),
    })
}

/// The same pattern without its word boundaries, so one that finds all that it finds
/// and more; `None` when it has none. Those boundaries are Unicode's, which the fast
/// automaton cannot tell in text that is not ASCII.
pub(super) fn without_words(hir: &Hir) -> Option<Hir> {
    if !hir.properties().look_set().contains_word_unicode() {
        return None;
    }
    Some(rebuild(hir, &|leaf| match leaf.kind() {
        HirKind::Look(look) if LookSet::singleton(*look).contains_word_unicode() => Hir::empty(),
        _ => leaf.clone(),
    }))
}

/// The same pattern with other leaves. What can no longer match is left out of choices
/// and optional parts.
fn rebuild(hir: &Hir, leaf: &impl Fn(&Hir) -> Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => leaf(hir),
        HirKind::Capture(group) => rebuild(&group.sub, leaf),
        HirKind::Repetition(repetition) => {
            let sub = rebuild(&repetition.sub, leaf);
            match (can_match(&sub), repetition.min) {
                (true, _) => Hir::repetition(repetition.with(sub)),
                (false, 0) => Hir::empty(),
                (false, _) => Hir::fail(),
            }
        }
        HirKind::Concat(subs) => {
            let subs: Vec<Hir> = subs.iter().map(|sub| rebuild(sub, leaf)).collect();
            if subs.iter().all(can_match) { Hir::concat(subs) } else { Hir::fail() }
        }
        HirKind::Alternation(subs) => {
            let subs = subs.iter().map(|sub| rebuild(sub, leaf)).filter(can_match);
            Hir::alternation(subs.collect())
        }
    }
}

fn without_line_feed(class: &Class) -> Class {
    match class {
        Class::Unicode(class) => {
            let mut class = class.clone();
            class.difference(&ClassUnicode::new([ClassUnicodeRange::new('\n', '\n')]));
            Class::Unicode(class)
        }
        Class::Bytes(class) => {
            let mut class = class.clone();
            class.difference(&ClassBytes::new([ClassBytesRange::new(b'\n', b'\n')]));
            Class::Bytes(class)
        }
    }
}

/// In a block, the ends of the text are the ends of the line. Lines end with line feeds
/// alone, so that a carriage return is a character like any other.
fn of_line(look: Look) -> Look {
    match look {
        Look::Start | Look::StartCRLF => Look::StartLF,
        Look::End | Look::EndCRLF => Look::EndLF,
        other => other,
    }
}
