//! [`Past`]: what instances used that are gone, so that a deploy has a before.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::series::Series;
use crate::{model::ServiceKey, text::Clean};

/// How many are kept in all, and how many of one service.
const KEPT: usize = 64;
const KEPT_OF_ONE: usize = 8;

/// What one instance used that is gone.
#[derive(Clone, Debug)]
pub(super) struct Gone {
    service: ServiceKey,
    pub(super) name: Clean,
    pub(super) series: Series,
}

/// What instances used that are gone, the last to go last.
#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    gone: VecDeque<Gone>,
}

impl Past {
    /// Those of a service.
    pub(super) fn of<'a>(&'a self, service: &'a ServiceKey) -> impl Iterator<Item = &'a Gone> {
        self.gone.iter().filter(move |gone| gone.service == *service)
    }

    /// Keeps what an instance used.
    pub(super) fn keep(&mut self, service: ServiceKey, name: Clean, series: Series) {
        if series.readings() == 0 {
            return;
        }
        if self.of(&service).count() == KEPT_OF_ONE
            && let Some(oldest) = self.gone.iter().position(|gone| gone.service == service)
        {
            self.gone.remove(oldest);
        }
        if self.gone.len() == KEPT {
            self.gone.pop_front();
        }
        self.gone.push_back(Gone { service, name, series });
    }

    /// All of them.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Series> {
        self.gone.iter_mut().map(|gone| &mut gone.series)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.gone.len()
    }

    /// Forgets what is further back than anybody can look.
    pub(super) fn forget_before(&mut self, from: Timestamp) {
        self.gone.retain(|gone| gone.series.heard_at().is_some_and(|at| at >= from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EngineId, Sample, ServiceId};

    fn service(name: &str) -> ServiceKey {
        ServiceKey { engine: EngineId::new("docker"), service: ServiceId::alone(name) }
    }

    fn read_at(second: i64) -> Series {
        let at = Timestamp::from_second(second).unwrap();
        let mut series = Series::default();
        series.push(&Sample::empty(at), at);
        series
    }

    fn names(past: &Past, service: &ServiceKey) -> Vec<String> {
        past.of(service).map(|gone| gone.name.to_string()).collect()
    }

    #[test]
    fn the_last_of_a_service_are_kept_and_leave_room_for_others() {
        let (api, mut past) = (service("api"), Past::default());
        past.keep(service("db"), "db-1".into(), read_at(0));
        for number in 0..100 {
            past.keep(api.clone(), (&*format!("api-{number}")).into(), read_at(0));
        }
        assert_eq!(names(&past, &api).len(), KEPT_OF_ONE);
        assert_eq!(names(&past, &api)[7], "api-99");
        assert_eq!(names(&past, &service("db")), ["db-1"]);
        for number in 0..100 {
            past.keep(service(&format!("other-{number}")), "one".into(), read_at(0));
        }
        assert_eq!(past.gone.len(), KEPT);
    }

    #[test]
    fn what_nobody_can_look_at_any_more_is_forgotten() {
        let (api, mut past) = (service("api"), Past::default());
        past.keep(api.clone(), "early".into(), read_at(0));
        past.keep(api.clone(), "late".into(), read_at(100));
        past.keep(api.clone(), "never read".into(), Series::default());
        past.forget_before(Timestamp::from_second(50).unwrap());
        assert_eq!(names(&past, &api), ["late"]);
    }
}
