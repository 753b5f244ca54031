//! A layer in the form of another library.

use std::collections::BTreeMap;

use burn::tensor::TensorData;

use super::{ALL, Lacks, Library, Position, cells};
use crate::error::WeightError;
use crate::formats::Tensors;
use crate::given::{AllGiven, Given};
use crate::load::Wanted;
use crate::mapping::Plan;
use crate::pytorch::Side;

/// A layer's weights as a library stores them: of each direction of each level what stands before the names, and how they are stored.
pub(crate) struct Form {
    pub(crate) library: Library,
    /// What stands before the recurrence there, and not here.
    pub(crate) lacks: Lacks,
    parts: Vec<(String, Plan)>,
}

/// The forms that a layer of these directions has in libraries that have its cell.
pub(crate) fn forms(sides: &[Side<'_>], levels: usize) -> Vec<Form> {
    let directions = sides.len() / levels;
    let names = sides[0].program.map(cells).unwrap_or_default();
    let mut forms = Vec::new();
    for tables in &ALL {
        let places = |direction| {
            (tables.places)(Position {
                levels,
                directions,
                direction,
            })
        };
        for choice in 0..places(0).len() {
            for plans in tables.plans(sides, &names) {
                let parts = plans.into_iter().enumerate().map(|(at, plan)| {
                    let place = places(at % directions)[choice];
                    (place.replace('#', &(at / directions).to_string()), plan)
                });
                forms.push(Form {
                    library: tables.library,
                    lacks: tables.lacks,
                    parts: parts.collect(),
                });
            }
        }
    }
    forms
}

impl Form {
    /// The names of all tensors, behind what stands before the layer.
    fn names<'f>(&'f self, prefix: &'f str) -> impl Iterator<Item = String> + 'f {
        self.parts.iter().flat_map(move |(place, plan)| {
            let tensors = plan.tensors.iter();
            tensors.map(move |tensor| format!("{prefix}{place}{}", tensor.name))
        })
    }

    /// A name by which the layer is found.
    pub(crate) fn first(&self) -> String {
        self.names("").next().expect("a form has a tensor")
    }

    /// What has to be there.
    pub(crate) fn wanted(&self, prefix: &str, sides: &[Side<'_>]) -> Vec<Wanted> {
        let parts = self.parts.iter().zip(sides);
        let tensors = parts.flat_map(|((_, plan), side)| {
            let tensors = plan.tensors.iter();
            tensors.map(move |tensor| (tensor.shape.clone(), side.device.clone()))
        });
        let named = self.names(prefix).zip(tensors);
        named
            .map(|(name, (shape, device))| Wanted {
                name,
                shape,
                device,
            })
            .collect()
    }

    /// The layer's weights of tensors that are all there.
    pub(crate) fn read<'t>(
        &self,
        prefix: &str,
        sides: &[Side<'_>],
        tensors: &Tensors<'t>,
    ) -> Result<AllGiven<'t>, WeightError> {
        let mut names = self.names(prefix);
        let mut all = AllGiven::new();
        for ((_, plan), side) in self.parts.iter().zip(sides) {
            let names: Vec<String> = names.by_ref().take(plan.tensors.len()).collect();
            let ours = plan.read(&names, tensors)?.into_iter();
            all.extend(ours.map(|(stem, stored)| (side.name(&stem), Given::Stored(stored))));
        }
        Ok(all)
    }

    /// The tensors of a layer's weights.
    pub(crate) fn write(
        &self,
        sides: &[Side<'_>],
        ours: &BTreeMap<String, TensorData>,
    ) -> Result<Vec<(String, TensorData)>, WeightError> {
        let parts = self.parts.iter().zip(sides);
        let tensors: Result<Vec<_>, _> = parts
            .map(|((_, plan), side)| plan.write(&side.own(ours)))
            .collect();
        let tensors = tensors?.into_iter().flatten().map(|(_, data)| data);
        Ok(self.names("").zip(tensors).collect())
    }
}
