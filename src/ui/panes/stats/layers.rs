//! [`Layers`]: what the instances of a service used, one upon the other. Pure.

use crate::{
    store::{Amount, Part},
    text::Clean,
};

/// How many instances are told apart; all others are one layer more.
pub(super) const APART: usize = 6;

/// The names of a service's instances, in the order in which they are stacked: the same
/// in every chart. An instance that took the place of another by its name goes on where
/// that one was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names(Vec<Clean>);

impl Names {
    /// Takes note of the names of these parts.
    pub(super) fn learn(&mut self, parts: &[Part]) {
        for part in parts {
            if !self.0.contains(&part.name) {
                self.0.push(part.name.clone());
            }
        }
    }

    /// The layer of a name.
    fn layer(&self, name: &Clean) -> usize {
        let place = self.0.iter().position(|known| known == name);
        place.map_or(APART, |place| place.min(APART))
    }

    /// How many layers there are.
    pub(super) fn layers(&self) -> usize {
        self.0.len().min(APART + 1)
    }

    /// What a layer is called.
    pub(super) fn name(&self, layer: usize) -> String {
        match self.0.get(layer..) {
            Some([_, _, ..]) if layer == APART => format!("{} more", self.0.len() - APART),
            Some([name, ..]) => name.to_string(),
            _ => String::new(),
        }
    }
}

/// What each layer used, and all of them together, slot by slot.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Layers {
    pub(super) each: Vec<Vec<Option<Amount>>>,
    pub(super) total: Vec<Option<Amount>>,
    /// Whether the most of the total was perhaps less: several instances had theirs in one
    /// slot, and need not have had it at the same time.
    pub(super) is_most_bound: bool,
}

impl Layers {
    /// Stacks parts of one span.
    pub(super) fn new(parts: Vec<Part>, names: &Names) -> Self {
        let mut layers = Self { each: vec![Vec::new(); names.layers()], ..Self::default() };
        for Part { name, amounts } in parts {
            layers.is_most_bound |= have_peaks(&layers.total, &amounts);
            add(&mut layers.total, &amounts);
            if let Some(layer) = layers.each.get_mut(names.layer(&name)) {
                if layer.is_empty() {
                    *layer = amounts;
                } else {
                    add(layer, &amounts);
                }
            }
        }
        layers
    }

    /// Of a thing that has no parts.
    pub(super) fn single(amounts: Vec<Option<Amount>>) -> Self {
        Self { each: vec![amounts.clone()], total: amounts, is_most_bound: false }
    }

    /// Whether anything of it is known.
    pub(super) fn is_known(&self) -> bool {
        self.total.iter().any(Option::is_some)
    }
}

/// Whether both rise above their mean in one slot.
fn have_peaks(one: &[Option<Amount>], other: &[Option<Amount>]) -> bool {
    let has_peak = |amount: &Option<Amount>| amount.is_some_and(|a| a.most > a.mean);
    one.iter().zip(other).any(|(one, other)| has_peak(one) && has_peak(other))
}

fn add(sum: &mut Vec<Option<Amount>>, amounts: &[Option<Amount>]) {
    if sum.is_empty() {
        sum.extend_from_slice(amounts);
        return;
    }
    for (sum, amount) in sum.iter_mut().zip(amounts) {
        *sum = match (*sum, *amount) {
            (Some(sum), Some(amount)) => Some(sum.plus(amount)),
            (sum, amount) => sum.or(amount),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, values: &[Option<f64>]) -> Part {
        let amounts = values.iter().map(|value| value.map(Amount::exactly)).collect();
        Part { name: name.into(), amounts }
    }

    fn layers(parts: Vec<Part>) -> (Names, Layers) {
        let mut names = Names::default();
        names.learn(&parts);
        let layers = Layers::new(parts, &names);
        (names, layers)
    }

    #[test]
    fn an_instance_goes_on_in_the_layer_of_the_one_whose_name_it_has() {
        let new = part("api-1", &[None, Some(2.0)]);
        let other = part("api-2", &[Some(5.0), None]);
        let old = part("api-1", &[Some(1.0), None]);
        let (names, layers) = layers(vec![new, other.clone(), old]);
        assert_eq!((names.layers(), names.name(0)), (2, "api-1".to_owned()));
        let first = part("", &[Some(1.0), Some(2.0)]).amounts;
        let total = part("", &[Some(6.0), Some(2.0)]).amounts;
        assert_eq!(
            layers,
            Layers { each: vec![first, other.amounts], total, is_most_bound: false }
        );
    }

    #[test]
    fn those_that_cannot_be_told_apart_are_one_layer() {
        let parts = (1..=9).map(|n| part(&format!("api-{n}"), &[Some(1.0)])).collect();
        let (names, layers) = layers(parts);
        assert_eq!((names.layers(), names.name(APART)), (APART + 1, "3 more".to_owned()));
        assert_eq!(names.name(0), "api-1");
        assert_eq!(layers.each[APART], part("", &[Some(3.0)]).amounts);
        assert_eq!(layers.total, part("", &[Some(9.0)]).amounts);
    }

    #[test]
    fn the_most_of_several_is_a_bound_where_they_rise_in_one_slot() {
        let rising = Some(Amount { mean: 1.0, most: 4.0 });
        let even = Some(Amount::exactly(1.0));
        let is_bound = |one: [Option<Amount>; 2], other: [Option<Amount>; 2]| {
            let part =
                |name: &str, amounts: [_; 2]| Part { name: name.into(), amounts: amounts.into() };
            layers(vec![part("a", one), part("b", other)]).1.is_most_bound
        };
        assert!(is_bound([even, rising], [even, rising]));
        assert!(!is_bound([even, rising], [even, even]));
        assert!(!is_bound([rising, None], [None, rising]), "a deploy");
    }

    #[test]
    fn of_nothing_nothing_is_known() {
        let (names, layers) = layers(vec![]);
        assert_eq!((names.layers(), layers.is_known()), (0, false));
    }
}
