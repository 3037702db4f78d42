//! The forms in which lines write their times.
//!
//! Read by hand, because a line costs less this way than with a parser that is told its
//! form at run time; the calendar is jiff's, and so is the proof in the tests.

use jiff::{
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use super::Stamp;

/// The months as logs name them.
const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// The time at the beginning of a text, and how many bytes it takes.
pub(in crate::logs::format) fn leading(text: &str) -> Option<(Stamp, usize)> {
    let mut cursor = Cursor { bytes: text.as_bytes(), at: 0 };
    let stamp = match cursor.bytes.first()? {
        b'0'..=b'9' => match (cursor.bytes.get(2)?, cursor.bytes.get(4)?) {
            (_, b'-' | b'/') => cursor.year_first()?,
            (b':', _) => Stamp::Clock(cursor.clock()?),
            _ => cursor.day_first()?,
        },
        b'A'..=b'Z' => cursor.name_first()?,
        _ => return None,
    };
    // More after another colon is no time: an address of IPv6 can begin like one.
    let is_clock = matches!(stamp, Stamp::Clock(_));
    let goes_on = |next: u8| next.is_ascii_alphanumeric() || (is_clock && next == b':');
    let is_whole = !cursor.peek().is_some_and(goes_on);
    is_whole.then_some((stamp, cursor.at))
}

/// klog's form: `1120 03:12:41.000000`; and how many bytes it takes.
pub(in crate::logs::format) fn month_day(text: &str) -> Option<(Stamp, usize)> {
    let mut cursor = Cursor { bytes: text.as_bytes(), at: 0 };
    let (month, day) = (cursor.number(2)?, cursor.number(2)?);
    cursor.eat(b' ')?;
    let time = cursor.clock()?;
    Some((Stamp::Yearless(month as i8, day as i8, time), cursor.at))
}

/// A place in a line.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    fn eat_one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let found = self.peek().filter(|byte| wanted.contains(byte))?;
        self.at += 1;
        Some(found)
    }

    /// A number of just so many digits (up to four).
    fn number(&mut self, digits: usize) -> Option<i16> {
        let text = self.bytes.get(self.at..self.at + digits)?;
        let add =
            |sum: i16, byte: &u8| byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0'));
        let number = text.iter().try_fold(0, add)?;
        self.at += digits;
        Some(number)
    }

    /// `2026-11-20T03:12:41.123Z` (RFC 3339, ISO 8601), and with a space, slashes, a
    /// comma, `+0000`, ` UTC` or without a zone.
    fn year_first(&mut self) -> Option<Stamp> {
        let year = self.number(4)?;
        let separator = self.eat_one_of(b"-/")?;
        let month = self.number(2)?;
        self.eat(separator)?;
        let day = self.number(2)?;
        self.eat_one_of(b"Tt ")?;
        self.zoned(year, month as i8, day as i8)
    }

    /// `20/Nov/2026:03:12:41 +0000` (access logs), `20 Nov 2026 03:12:41.123` (Redis), also
    /// with dashes (Tomcat).
    fn day_first(&mut self) -> Option<Stamp> {
        let day = self.number(2)?;
        let separator = self.eat_one_of(b"/ -")?;
        let month = self.month()?;
        self.eat(separator)?;
        let year = self.number(4)?;
        self.eat_one_of(b": ")?;
        self.zoned(year, month, day as i8)
    }

    /// `Nov 20 03:12:41` (RFC 3164), `Fri Nov 20 03:12:41.123456 2026` (Apache's error
    /// log), `Fri, 20 Nov 2026 03:12:41 GMT` (RFC 2822).
    fn name_first(&mut self) -> Option<Stamp> {
        if let Some(month) = self.month() {
            let (day, time) = self.day_and_clock()?;
            return Some(Stamp::Yearless(month, day, time));
        }
        let is_weekday = self.bytes.get(..3)?.iter().all(u8::is_ascii_alphabetic);
        self.at = 3;
        if self.eat_one_of(b", ").filter(|_| is_weekday)? == b',' {
            self.eat(b' ')?;
            return self.day_first();
        }
        let month = self.month()?;
        let (day, time) = self.day_and_clock()?;
        self.eat(b' ')?;
        let date = Date::new(self.number(4)?, month, day).ok()?;
        Some(Stamp::Civil(date.to_datetime(time)))
    }

    /// ` 20 03:12:41`, also with a day of one digit after two spaces.
    fn day_and_clock(&mut self) -> Option<(i8, Time)> {
        self.eat(b' ')?;
        let digits = if self.eat(b' ').is_some() { 1 } else { 2 };
        let day = self.number(digits)?;
        self.eat(b' ')?;
        Some((day as i8, self.clock()?))
    }

    fn month(&mut self) -> Option<i8> {
        let name = self.bytes.get(self.at..self.at + 3)?;
        let month = MONTHS.iter().position(|month| *month == name)?;
        self.at += 3;
        Some(month as i8 + 1)
    }

    /// The time of a day that is known, and its zone where it has one.
    fn zoned(&mut self, year: i16, month: i8, day: i8) -> Option<Stamp> {
        let time = self.clock()?;
        let civil = DateTime::from_parts(Date::new(year, month, day).ok()?, time);
        match self.zone() {
            Some(offset) => offset.to_timestamp(civil).ok().map(Stamp::Exact),
            None => Some(Stamp::Civil(civil)),
        }
    }

    /// `03:12:41`, with any fraction after a point or a comma.
    fn clock(&mut self) -> Option<Time> {
        let hour = self.number(2)?;
        self.eat(b':')?;
        let minute = self.number(2)?;
        self.eat(b':')?;
        // A leap second is read as the one before it, as jiff does.
        let second = match self.number(2)? {
            60 => 59,
            second => second,
        };
        Time::new(hour as i8, minute as i8, second as i8, self.fraction()).ok()
    }

    /// A fraction of a second, in nanoseconds.
    fn fraction(&mut self) -> i32 {
        let rest = &self.bytes[self.at..];
        let starts = matches!(rest, [b'.' | b',', digit, ..] if digit.is_ascii_digit());
        if !starts {
            return 0;
        }
        let length = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += 1 + length;
        let digits = rest[1..=length].iter().chain(std::iter::repeat(&b'0')).take(9);
        digits.fold(0, |nanos, digit| nanos * 10 + i32::from(digit - b'0'))
    }

    /// `Z`, `+00:00`, `+0000`, `+00`, and the same or `UTC` after a space.
    fn zone(&mut self) -> Option<Offset> {
        let start = self.at;
        let spaced = self.eat(b' ').is_some();
        let offset = match self.peek() {
            Some(b'Z' | b'z') if !spaced => self.named_zone(1),
            Some(b'U' | b'G') if self.bytes[self.at..].starts_with(b"UTC") => self.named_zone(3),
            Some(b'U' | b'G') if self.bytes[self.at..].starts_with(b"GMT") => self.named_zone(3),
            Some(b'+' | b'-') => self.numeric_zone(spaced),
            _ => None,
        };
        if offset.is_none() {
            self.at = start;
        }
        offset
    }

    fn named_zone(&mut self, length: usize) -> Option<Offset> {
        self.at += length;
        self.peek().is_none_or(|next| !next.is_ascii_alphanumeric()).then_some(Offset::UTC)
    }

    /// After a space, hours alone are more likely a number of something.
    fn numeric_zone(&mut self, spaced: bool) -> Option<Offset> {
        let sign = if self.eat_one_of(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.number(2)?;
        let colon = self.eat(b':').is_some();
        let minutes = match self.number(2) {
            Some(minutes) => minutes,
            None if colon || spaced => return None,
            None => 0,
        };
        let is_time = hours < 24 && minutes < 60;
        let seconds = sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60);
        is_time.then(|| Offset::from_seconds(seconds).ok())?
    }
}

#[cfg(test)]
#[path = "forms_tests.rs"]
mod tests;
