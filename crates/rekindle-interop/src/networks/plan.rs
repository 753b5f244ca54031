//! A table applied to a module, and to a place in a file.

use std::collections::{BTreeMap, BTreeSet};

use super::{Form, Row, Table};
use crate::convert::computed;
use crate::error::WeightError;
use crate::formats::Tensors;
use crate::load::{Wanted, fits};
use crate::place::ends;
use crate::read::Place;

/// Parameters by their paths within a part of a network.
type Own<'p> = BTreeMap<String, &'p Place>;

/// A tensor of theirs, with the parameters that it holds.
pub(super) struct Part<'p> {
    /// Its name, behind the prefix.
    name: String,
    pub(super) form: Form,
    pub(super) ours: Vec<&'p Place>,
}

/// Which tensors of theirs a module's parameters are.
pub(super) struct Plan<'p> {
    parts: Vec<Part<'p>>,
    /// What the names begin with of all tensors that would be of the module's blocks.
    claimed: String,
}

/// A place in a file where they may stand.
pub(super) struct Spot<'s> {
    parts: &'s [Part<'s>],
    pub(super) prefix: String,
    pub(super) faults: Vec<WeightError>,
    /// How many of the tensors are not there.
    absent: usize,
}

impl<'p> Plan<'p> {
    /// The table applied to a module's parameters; else the path of one that it does not have.
    pub(super) fn new(table: &Table, parameters: &'p [Place]) -> Result<Self, &'p str> {
        let all: Own<'p> = parameters
            .iter()
            .map(|place| (place.path.clone(), place))
            .collect();
        let mut parts = Vec::new();
        let model = all.contains_key("embedding.weight");
        let (inside, stack) = match model {
            true => (table.model, behind(&all, "blocks.")),
            false => ("", all.clone()),
        };
        if model {
            let whole = all
                .into_iter()
                .filter(|(path, _)| !path.starts_with("blocks."));
            parts.extend(covered(&[table.whole], "", &whole.collect())?);
        }
        if behind(&stack, "blocks.").is_empty() {
            let mixer = stack
                .into_iter()
                .map(|(path, place)| (format!("mixer.{path}"), place));
            let mut parts = of_a_kind(table, "", &mixer.collect())?;
            for part in &mut parts {
                let name = part.name.strip_prefix(table.mixer);
                part.name = name
                    .expect("what is within a mixer is within theirs")
                    .to_owned();
            }
            return Ok(Plan {
                parts,
                claimed: String::new(),
            });
        }
        let claimed = format!("{inside}{}.", table.block);
        for number in 0.. {
            let block = behind(&stack, &format!("blocks.{number}."));
            if block.is_empty() {
                break;
            }
            parts.extend(of_a_kind(table, &format!("{claimed}{number}."), &block)?);
        }
        let beside = stack
            .into_iter()
            .filter(|(path, _)| !path.starts_with("blocks."));
        parts.extend(covered(&[table.stack], inside, &beside.collect())?);
        Ok(Plan { parts, claimed })
    }

    /// The first name of theirs.
    pub(super) fn first(&self) -> &str {
        &self.parts[0].name
    }

    /// What may stand before the names in a file: what is given, or what stands before the first where that is there.
    pub(super) fn prefixes(&self, tensors: &Tensors<'_>, given: Option<&str>) -> BTreeSet<String> {
        match given {
            Some("") => BTreeSet::from([String::new()]),
            Some(prefix) => BTreeSet::from([format!("{}.", prefix.trim_end_matches('.'))]),
            None => {
                let first = self.first();
                let names = tensors.names().filter(|name| ends(name, first));
                names
                    .map(|name| name[..name.len() - first.len()].to_owned())
                    .collect()
            }
        }
    }

    /// The tensors behind a prefix, and what is wrong with them.
    pub(super) fn at(&self, prefix: String, tensors: &Tensors<'_>) -> Spot<'_> {
        let mut faults = Vec::new();
        let mut known = BTreeSet::new();
        let mut absent = 0;
        let mut first = None;
        for part in &self.parts {
            let name = format!("{prefix}{}", part.name);
            let found = tensors
                .get(&name)
                .map(|entry| (computed(entry), entry.shape.clone()));
            absent += usize::from(found.is_none());
            let shape = part
                .form
                .shape(&part.shapes(), found.as_ref().map(|(_, shape)| &shape[..]));
            let device = part.ours[0].device.clone();
            let wanted = Wanted {
                name: name.clone(),
                shape,
                device,
            };
            match fits(&wanted, found) {
                Err(fault) => faults.push(fault),
                Ok(dtype) => {
                    let (first, expected) = first.get_or_insert((name.clone(), dtype));
                    if dtype != *expected {
                        faults.push(WeightError::Mixed {
                            name: name.clone(),
                            found: dtype.name(),
                            first: first.clone(),
                            expected: expected.name(),
                        });
                    }
                }
            }
            known.insert(name);
        }
        let claimed = format!("{prefix}{}", self.claimed);
        let beyond = tensors
            .names()
            .filter(|name| name.starts_with(&claimed) && !known.contains(*name));
        let names: Vec<String> = beyond.map(str::to_owned).collect();
        if !names.is_empty() {
            faults.push(WeightError::Beyond { names });
        }
        Spot {
            parts: &self.parts,
            prefix,
            faults,
            absent,
        }
    }
}

impl Part<'_> {
    pub(super) fn shapes(&self) -> Vec<&[usize]> {
        self.ours.iter().map(|place| &place.shape[..]).collect()
    }
}

impl<'s> Spot<'s> {
    /// How far the tensors are from those that are wanted.
    pub(super) fn distance(&self) -> (usize, usize) {
        (self.absent, self.faults.len())
    }

    /// Whether these are the same tensors.
    pub(super) fn is(&self, other: &Spot<'_>) -> bool {
        self.tensors()
            .map(|(name, _)| name)
            .eq(other.tensors().map(|(name, _)| name))
    }

    /// The tensors by their names in the file.
    pub(super) fn tensors(&self) -> impl Iterator<Item = (String, &'s Part<'s>)> {
        let parts = self.parts.iter();
        parts.map(|part| (format!("{}{}", self.prefix, part.name), part))
    }
}

/// The parameters behind a prefix of their paths.
fn behind<'p>(own: &Own<'p>, prefix: &str) -> Own<'p> {
    let own = own.iter();
    own.filter_map(|(path, place)| Some((path.strip_prefix(prefix)?.to_owned(), *place)))
        .collect()
}

/// The tensors of a block by the first kind that has all of its parameters.
fn of_a_kind<'p>(table: &Table, theirs: &str, block: &Own<'p>) -> Result<Vec<Part<'p>>, &'p str> {
    let mut lacking = None;
    for kind in table.kinds {
        match covered(kind, theirs, block) {
            Ok(parts) => return Ok(parts),
            Err(path) => lacking = lacking.or(Some(path)),
        }
    }
    Err(lacking.expect("a table has a kind"))
}

/// The tensors of these parameters, each of which must be in a row.
fn covered<'p>(rows: &[&[Row]], theirs: &str, own: &Own<'p>) -> Result<Vec<Part<'p>>, &'p str> {
    let mut parts = Vec::new();
    let mut rest = own.clone();
    for row in rows.iter().flat_map(|rows| rows.iter()) {
        let ours = row.ours.iter().map(|path| rest.get(*path).copied());
        let Some(ours) = ours.collect::<Option<Vec<&Place>>>() else {
            continue;
        };
        rest.retain(|path, _| !row.ours.contains(&&path[..]));
        parts.push(Part {
            name: format!("{theirs}{}", row.theirs),
            form: row.form,
            ours,
        });
    }
    match rest.into_values().next() {
        Some(place) => Err(&place.path),
        None => Ok(parts),
    }
}
