//! The members of a JSON object, each as it is written.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::model::log::MAX_LINE_BYTES;

/// Shows `each` the members of an object in order: the name, and the value as it is
/// written. Gives whether the text is an object.
///
/// An object that was cut where lines are cut is one as far as it goes.
pub(super) fn members<'a>(text: &'a str, each: impl FnMut(Cow<'a, str>, &'a str)) -> bool {
    let mut reader = serde_json::Deserializer::from_str(text);
    let result = reader.deserialize_map(Members { each }).and_then(|()| reader.end());
    match result {
        Ok(()) => true,
        Err(error) => error.is_eof() && text.len() + 4 > MAX_LINE_BYTES,
    }
}

struct Members<F> {
    each: F,
}

impl<'a, F: FnMut(Cow<'a, str>, &'a str)> Visitor<'a> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key()? {
            (self.each)(name, map.next_value::<&'a RawValue>()?.get());
        }
        Ok(())
    }
}

/// A text that is borrowed where it holds no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'a> Deserialize<'a> for Name<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor).map(Name)
    }
}

struct NameVisitor;

impl<'a> Visitor<'a> for NameVisitor {
    type Value = Cow<'a, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// What a JSON text says, given with its quotes; as it is written where its escapes make
/// no characters (half of a pair, say). `None` for what is no text.
pub(super) fn text_of(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    Some(serde_json::from_str(raw).map_or(Cow::Borrowed(inner), Cow::Owned))
}
