//! Lines of an engine, understood as they come in.

use futures_util::StreamExt as _;
use jiff::tz::TimeZone;

use crate::{
    engines::EngineStream,
    logs::format::Reader,
    model::{LogLine, Stream},
};

/// The lines of one instance with what they say of themselves. Each of its pipes is read
/// on its own: what one says between two lines of the other does not end a stack trace.
pub(super) fn understood(lines: EngineStream<LogLine>) -> EngineStream<LogLine> {
    let reader = Reader::new(None, TimeZone::system());
    let (mut stdout, mut stderr) = (reader.clone(), reader);
    let tell = move |mut line: LogLine| {
        let reader = match line.stream {
            Stream::Stdout => &mut stdout,
            Stream::Stderr => &mut stderr,
        };
        line.told = reader.read(line.at, line.as_str());
        line
    };
    lines.scan(tell, |tell, line| std::future::ready(Some(line.map(tell)))).boxed()
}
