//! [`Untold`]: why something that is used is not told, as far as that is known.

use crate::{model::SampleSource, store::ServiceView, ui::Cx};

/// Who tells of a service, but not of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Untold {
    /// Rates are known from the second reading on.
    FirstReading,
    By(SampleSource),
}

impl Untold {
    /// Who tells of the instances of a service.
    pub(super) fn of(service: &ServiceView, cx: &Cx<'_>) -> Self {
        let views = service.instances.iter().filter_map(|key| cx.store.instance(key));
        let newest = || views.clone().filter_map(|view| view.series.latest());
        if newest().all(|sample| sample.interval.is_none()) {
            return Self::FirstReading;
        }
        let by_kernel = newest().any(|sample| sample.source == SampleSource::Kernel);
        Self::By(if by_kernel { SampleSource::Kernel } else { SampleSource::Engine })
    }

    /// Of an amount that any reading can tell.
    pub(super) fn amount(self) -> &'static str {
        match self {
            Self::By(SampleSource::Kernel) => "not told by the kernel",
            Self::By(SampleSource::Engine) => "not told by the engine's API",
            Self::FirstReading => "not told",
        }
    }

    /// Of a rate.
    pub(super) fn rate(self) -> &'static str {
        match self {
            Self::FirstReading => "known from the next reading on",
            Self::By(_) => self.amount(),
        }
    }

    /// Of what goes over the network.
    pub(super) fn network(self) -> &'static str {
        match self {
            Self::By(SampleSource::Kernel) => {
                "not told: it uses the host's network, or its own cannot be read"
            }
            Self::By(SampleSource::Engine) => {
                "not told by the engine's API, as of what uses the host's network"
            }
            Self::FirstReading => self.rate(),
        }
    }

    /// Of what goes to and comes from disks.
    pub(super) fn disks(self) -> &'static str {
        match self {
            // Control groups v1 count only what goes to disks that are throttled for somebody.
            // Of a process without a group nobody counts it either.
            Self::By(SampleSource::Kernel) => {
                "not told: the kernel has no count of it (control groups v1 seldom have)"
            }
            Self::By(SampleSource::Engine) | Self::FirstReading => self.rate(),
        }
    }
}
