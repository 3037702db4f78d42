//! [`Against`]: what a service used, against what it was allowed to use then. Pure.

use crate::store::Part;

/// What a service used in a slot, and what it was allowed to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Slot {
    pub(super) used: f64,
    /// Of all instances that used something; `None` where one of them had none.
    pub(super) limit: Option<f64>,
}

impl Slot {
    /// The share of the limit that was used.
    pub(super) fn share(&self) -> Option<f64> {
        self.limit.map(|limit| self.used / limit)
    }
}

/// What instances used, each with its limits.
pub(super) struct Against<'a>(Vec<(&'a Part, Vec<&'a Part>)>);

impl<'a> Against<'a> {
    /// Puts what was used beside the limits on it, both of one span.
    pub(super) fn new(used: &'a [Part], limits: &'a [Part]) -> Self {
        let same = |part: &Part| limits.iter().filter(|limit| limit.name == part.name).collect();
        Self(used.iter().map(|part| (part, same(part))).collect())
    }

    /// Slot by slot; `None` where nobody told what was used.
    pub(super) fn slots(&self) -> impl DoubleEndedIterator<Item = Option<Slot>> {
        let slots = self.0.first().map_or(0, |(part, _)| part.amounts.len());
        (0..slots).map(|slot| self.at(slot))
    }

    fn at(&self, slot: usize) -> Option<Slot> {
        let amount = |part: &Part| Some(part.amounts.get(slot).copied()??.mean);
        let limit = |limits: &[&Part]| limits.iter().find_map(|part| amount(part));
        let mut told = self.0.iter().filter_map(|(part, limits)| {
            let limit = limit(limits).filter(|limit| *limit > 0.0);
            Some(Slot { used: amount(part)?, limit })
        });
        let first = told.next()?;
        Some(told.fold(first, |sum, next| Slot {
            used: sum.used + next.used,
            limit: sum.limit.zip(next.limit).map(|(sum, limit)| sum + limit),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Amount;

    fn part(name: &str, values: &[Option<f64>]) -> Part {
        let amounts = values.iter().map(|value| value.map(Amount::exactly)).collect();
        Part { name: name.into(), amounts }
    }

    fn slots(used: &[Part], limits: &[Part]) -> Vec<Option<(f64, Option<f64>)>> {
        let against = Against::new(used, limits);
        against.slots().map(|slot| slot.map(|slot| (slot.used, slot.limit))).collect()
    }

    #[test]
    fn use_is_put_beside_the_limits_of_those_that_used_it() {
        let used = [
            part("a", &[Some(1.0), Some(1.0), None, Some(1.0)]),
            part("b", &[Some(2.0), None, None, Some(2.0)]),
        ];
        let limits = [part("b", &[Some(8.0); 4]), part("a", &[Some(4.0), Some(5.0), None, None])];
        let expected = [Some((3.0, Some(12.0))), Some((1.0, Some(5.0))), None, Some((3.0, None))];
        assert_eq!(slots(&used, &limits), expected);
    }

    #[test]
    fn one_that_came_in_the_place_of_another_has_its_own_limit() {
        let used = [part("a", &[None, Some(2.0)]), part("a", &[Some(1.0), None])];
        let limits = [part("a", &[None, Some(8.0)]), part("a", &[Some(4.0), None])];
        assert_eq!(slots(&used, &limits), [Some((1.0, Some(4.0))), Some((2.0, Some(8.0)))]);
    }

    #[test]
    fn a_limit_of_nothing_is_none() {
        assert_eq!(
            slots(&[part("a", &[Some(1.0)])], &[part("a", &[Some(0.0)])]),
            [Some((1.0, None))]
        );
        assert_eq!(slots(&[part("a", &[Some(1.0)])], &[]), [Some((1.0, None))]);
        assert_eq!(slots(&[], &[]), []);
    }
}
