//! [`HostView`]: what this host has and uses.

use jiff::Timestamp;

use super::{series::Series, service::HOLDS};
use crate::model::HostSample;

/// What is known of the host that midwatch runs on.
#[derive(Clone, Debug)]
pub struct HostView {
    /// The newest reading.
    pub sample: HostSample,
    /// When we heard it.
    pub heard_at: Timestamp,
    /// What it used lately.
    pub series: Series,
}

impl HostView {
    /// Whether the newest reading still says what the host does now.
    #[must_use]
    pub fn is_current(&self, now: Timestamp) -> bool {
        self.heard_at >= now - HOLDS
    }

    pub(super) fn new(sample: HostSample, heard_at: Timestamp) -> Self {
        let mut series = Series::default();
        series.push(&sample.as_sample(), heard_at);
        Self { sample, heard_at, series }
    }

    pub(super) fn update(&mut self, sample: HostSample, heard_at: Timestamp) {
        self.series.push(&sample.as_sample(), heard_at);
        self.sample = sample;
        self.heard_at = heard_at;
    }
}
