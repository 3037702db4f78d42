//! Dialogs: what opens over the panes, one file each.

pub mod alert;
pub mod detail;
pub mod faults;
pub mod help;
pub mod inspect;
pub mod log_sources;
pub mod palette;
pub mod record;
mod scroll;
pub mod themes;
pub(in crate::ui) mod wrapped;

use crate::{
    input::Command,
    ui::{Cx, Overlay, Pane},
};

/// Makes the dialog for an overlay; `offered` are the commands of where it is opened.
#[must_use]
pub fn open(overlay: Overlay, offered: &[Command], cx: &Cx<'_>) -> Box<dyn Pane> {
    match overlay {
        Overlay::Alert(id) => Box::new(alert::AlertDialog::new(id)),
        Overlay::Help => Box::new(help::Help::new(offered, cx)),
        Overlay::Palette => Box::new(palette::Palette::new(offered, cx)),
        Overlay::Themes => Box::new(themes::Themes::new(cx)),
        Overlay::Faults => Box::new(faults::Faults::default()),
        Overlay::Detail(service) => Box::new(detail::Detail::new(service, cx)),
        Overlay::Inspect(instance) => Box::new(inspect::Inspect::new(instance)),
        Overlay::LogSources => Box::new(log_sources::LogSources::default()),
        Overlay::Record(record) => Box::new(record::Record::new(record)),
    }
}
