//! Places in a file where a layer's weights may stand.

use std::collections::BTreeSet;

use rekindle::{Cell, Recurrent};

use crate::convert::computed;
use crate::error::WeightError;
use crate::formats::Tensors;
use crate::given::{AllGiven, Given};
use crate::libraries::{Form, forms};
use crate::load::{Slot, Wanted, check, fits};
use crate::pytorch::{Side, sides, slots};
use crate::taken::Taken;

/// A layer's weights by its own names, or in the form of another library.
enum Way {
    /// With the names that they have here, or without `_l0`, as those of a cell.
    Own(Vec<Slot>),
    Other(Form),
}

/// All ways in which the weights of a layer may be stored.
pub(crate) struct Ways<'l> {
    ways: Vec<Way>,
    sides: Vec<Side<'l>>,
}

/// A place in a file where they may stand, and the way.
pub(crate) struct Place<'w> {
    /// What stands before the names.
    pub(crate) prefix: String,
    wanted: Vec<Wanted>,
    way: &'w Way,
}

impl<'l> Ways<'l> {
    pub(crate) fn of<C: Cell>(layer: &'l Recurrent<C>) -> Self {
        let own = slots(layer);
        let cell: Option<Vec<Slot>> = own
            .iter()
            .map(|slot| Some(slot.named(slot.name.strip_suffix("_l0")?.to_owned())))
            .collect();
        let sides = sides(layer);
        let other = forms(&sides, layer.layers().len());
        let own = std::iter::once(own).chain(cell).map(Way::Own);
        Ways {
            ways: own.chain(other.into_iter().map(Way::Other)).collect(),
            sides,
        }
    }

    /// The places behind a prefix, or where one of the names stands.
    pub(crate) fn places(&self, tensors: &Tensors<'_>, prefix: Option<&str>) -> Vec<Place<'_>> {
        let mut places = Vec::new();
        for way in &self.ways {
            let stems: Vec<String> = match way {
                Way::Own(slots) => slots.iter().map(|slot| slot.name.clone()).collect(),
                Way::Other(form) => vec![form.first()],
            };
            let prefixes: BTreeSet<String> = match prefix {
                Some("") => BTreeSet::from([String::new()]),
                Some(prefix) => BTreeSet::from([format!("{}.", prefix.trim_end_matches('.'))]),
                None => {
                    let all = stems.iter().flat_map(|stem| {
                        let names = tensors.names().filter(|name| ends(name, stem));
                        names.map(|name| name[..name.len() - stem.len()].to_owned())
                    });
                    all.collect()
                }
            };
            places.extend(prefixes.into_iter().map(|prefix| self.place(way, prefix)));
        }
        places
    }

    /// The layer's parameters by its own names.
    fn own_slots(&self) -> &[Slot] {
        match &self.ways[0] {
            Way::Own(slots) => slots,
            Way::Other(_) => unreachable!("the first way is a layer's own"),
        }
    }

    /// The layer's own names at the top: what is said of a file that has none of them.
    pub(crate) fn own(&self) -> Place<'_> {
        self.place(&self.ways[0], String::new())
    }

    fn place<'w>(&'w self, way: &'w Way, prefix: String) -> Place<'w> {
        let wanted = match way {
            Way::Own(slots) => named(slots, &prefix).iter().map(Wanted::of).collect(),
            Way::Other(form) => form.wanted(&prefix, &self.sides),
        };
        Place {
            prefix,
            wanted,
            way,
        }
    }
}

/// Whether a dotted name ends with this name.
pub(crate) fn ends(name: &str, last: &str) -> bool {
    name.strip_suffix(last)
        .is_some_and(|prefix| prefix.is_empty() || prefix.ends_with('.'))
}

/// The slots with what stands before their names.
fn named(slots: &[Slot], prefix: &str) -> Vec<Slot> {
    let slots = slots.iter();
    slots
        .map(|slot| slot.named(format!("{prefix}{}", slot.name)))
        .collect()
}

impl Place<'_> {
    /// How many weights are missing or do not fit, and how many tensors beside them are none of the layer's.
    pub(crate) fn faults(&self, tensors: &Tensors<'_>) -> usize {
        let unfit = self.wanted.iter().filter(|wanted| {
            let tensor = tensors.get(&wanted.name);
            let tensor = tensor.map(|entry| (computed(entry), entry.shape.clone()));
            fits(wanted, tensor).is_err()
        });
        let known: BTreeSet<&str> = self.wanted.iter().map(|w| w.name.as_str()).collect();
        let beside = self.beside(tensors);
        unfit.count() + beside.iter().filter(|name| !known.contains(*name)).count()
    }

    /// Whether none of the weights' names is there.
    pub(crate) fn lacks_all(&self, tensors: &Tensors<'_>) -> bool {
        let mut names = self.wanted.iter().map(|wanted| &wanted.name);
        names.all(|name| tensors.get(name).is_none())
    }

    /// Whether these are the same tensors.
    pub(crate) fn is(&self, other: &Place<'_>) -> bool {
        let names = |place: &Place<'_>| -> BTreeSet<String> {
            place.wanted.iter().map(|w| w.name.clone()).collect()
        };
        names(self) == names(other)
    }

    /// The names of all tensors that stand where one of the layer's does.
    fn beside<'t>(&self, tensors: &'t Tensors<'_>) -> BTreeSet<&'t str> {
        let group = |name: &'_ str| name.rfind('.').map_or(0, |dot| dot + 1);
        let wanted = self.wanted.iter().map(|wanted| wanted.name.as_str());
        let groups: BTreeSet<&str> = wanted.map(|name| &name[..group(name)]).collect();
        let beside = groups.into_iter().flat_map(|group| tensors.beside(group));
        beside.map(|(name, _)| name).collect()
    }

    /// The weights of this place, the parameters that take them, and what is said of it.
    ///
    /// The layer of the ways is not needed for what comes next, so that what it holds can go weight by weight.
    pub(crate) fn weights<'t>(
        &self,
        ways: &Ways<'_>,
        tensors: &Tensors<'t>,
    ) -> Result<(Vec<Slot>, AllGiven<'t>, Taken), WeightError> {
        let beside = self.beside(tensors).into_iter();
        let given = Given::stored(beside.filter_map(|name| Some((name, tensors.get(name)?))));
        check(&self.wanted, &given)?;
        let left = tensors.names().filter(|name| !given.contains_key(*name));
        let left = left.map(str::to_owned).collect();
        let taken = Taken {
            prefix: self.prefix.clone(),
            names: given.keys().cloned().collect(),
            left,
        };
        let (slots, given) = match self.way {
            Way::Own(slots) => (named(slots, &self.prefix), given),
            Way::Other(form) => {
                let lacks = form.lacks.tensors.iter();
                let mut lacks = lacks.map(|name| format!("{}{name}", self.prefix));
                if let Some(name) = lacks.find(|name| tensors.get(name).is_some()) {
                    let made = form.lacks.made;
                    return Err(WeightError::Before { name, made });
                }
                let weights = form.read(&self.prefix, &ways.sides, tensors)?;
                (ways.own_slots().to_vec(), weights)
            }
        };
        Ok((slots, given, taken))
    }
}
