//! [`Toasts`]: short news, shown for a few seconds.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    text::{Clean, width::width},
    ui::{Cx, theme::Role, widgets::cells},
};

/// How long one is shown.
const SHOWN: SignedDuration = SignedDuration::from_secs(6);

/// How long one is shown at least: whoever presses a key after that has seen it, and wants
/// to see what it covers.
const READ: SignedDuration = SignedDuration::from_secs(2);

/// How many are shown at once; the oldest goes.
const AT_ONCE: usize = 3;

/// The news that is shown now.
#[derive(Debug, Default)]
pub struct Toasts(VecDeque<(Timestamp, Clean)>);

impl Toasts {
    /// Shows news. What is shown already is shown once, as long as what is new.
    pub fn push(&mut self, text: &str, now: Timestamp) {
        let text = Clean::new(text);
        self.0.retain(|(_, shown)| *shown != text);
        if self.0.len() == AT_ONCE {
            self.0.pop_front();
        }
        self.0.push_back((now, text));
    }

    /// Takes back news that is no longer true.
    pub fn take_back(&mut self, text: &str) {
        self.0.retain(|(_, shown)| shown.as_str() != text);
    }

    /// Takes away what was shown long enough; whether anything was.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        self.take_older(SHOWN, now)
    }

    fn take_older(&mut self, age: SignedDuration, now: Timestamp) -> bool {
        let before = self.0.len();
        self.0.retain(|(at, _)| now.duration_since(*at) < age);
        self.0.len() != before
    }

    /// Takes away what somebody who presses a key now has seen; whether there was any.
    pub fn dismiss(&mut self, now: Timestamp) -> bool {
        self.take_older(READ, now)
    }

    /// Draws them at the bottom right of an area.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        for (line, (_, text)) in self.0.iter().rev().enumerate() {
            let Some(y) = area.bottom().checked_sub(line as u16 + 1).filter(|y| *y >= area.y)
            else {
                return;
            };
            let columns = (width(text.as_str()) + 2).min(area.width.into()) as u16;
            let place = Rect { x: area.right() - columns, y, width: columns, height: 1 };
            cells::cover(buffer, place);
            let style = cx.theme.style(Role::ToastInfo);
            buffer.set_stringn(place.x, y, " ".repeat(columns.into()), columns.into(), style);
            cells::put(buffer, cells::skip(place, 1), text.as_str(), style, cx.glyphs.ellipsis);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(toasts: &Toasts) -> Vec<&str> {
        toasts.0.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn news_that_is_still_shown_is_shown_once_and_for_as_long_as_what_is_new() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let mut toasts = Toasts::default();
        toasts.push("copied", at(0));
        toasts.push("no match", at(1));
        toasts.push("copied\u{7}", at(4));
        toasts.push("copied\u{7}", at(4));
        toasts.push("copied", at(5));
        assert_eq!(texts(&toasts).iter().filter(|text| **text == "copied").count(), 1);
        assert_eq!(texts(&toasts).last(), Some(&"copied"));
        toasts.expire(at(10));
        assert_eq!(texts(&toasts).last(), Some(&"copied"), "its time began anew");
        assert!(!texts(&toasts).contains(&"no match"));
    }

    #[test]
    fn news_goes_with_a_key_once_it_was_there_to_be_read() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let mut toasts = Toasts::default();
        toasts.push("copied", at(0));
        toasts.push("no match", at(1));
        assert!(!toasts.dismiss(at(1)));
        assert_eq!(texts(&toasts), ["copied", "no match"]);
        assert!(toasts.dismiss(at(2)));
        assert_eq!(texts(&toasts), ["no match"]);
    }
}
