//! The formats whose messages are pieces of the line, by name.

mod access;
mod celery;
mod gunicorn;
mod java;
mod klog;
mod nginx;
mod postgres;
mod python;
mod redis;
mod syslog;
mod tracing;
mod uvicorn;

use super::line::{Line, Opening, Sink};
use crate::model::Format;

/// Reads a line of a format; `None` when it is not of it.
pub(super) fn read<'a>(
    format: Format,
    opening: &Opening<'a>,
    fields: &mut impl Sink<'a>,
) -> Option<Line<'a>> {
    match format {
        Format::Plain | Format::Json | Format::Logfmt => None,
        Format::Access => access::read(opening, fields),
        Format::NginxError => nginx::read(opening, fields),
        Format::Postgres => postgres::read(opening, fields),
        Format::Redis => redis::read(opening, fields),
        Format::Python => python::read(opening, fields),
        Format::Uvicorn => uvicorn::read(opening, fields),
        Format::Gunicorn => gunicorn::read(opening, fields),
        Format::Celery => celery::read(opening, fields),
        Format::Java => java::read(opening, fields),
        Format::Klog => klog::read(opening, fields),
        Format::Tracing => tracing::read(opening, fields),
        Format::Syslog => syslog::read(opening, fields),
    }
}
