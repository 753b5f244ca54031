//! Whole networks of other libraries, layers with all that stands about them: which of their tensors is which parameter of a module here.
//! Each is a table.
//!
//! A [`Row`] names a tensor of theirs, the parameters here whose numbers it holds, by their dotted paths, and how these lie in it. Rows are
//! of a block; those of a stack and of a language model stand beside. What a module lacks of a table, a gate for example, must be lacking
//! in the file, too.

mod fla;
mod form;
mod mamba;
mod plan;
mod xlstm;

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::TensorData;

use crate::error::WeightError;
use crate::formats::Tensors;
use crate::load::load_named;
use crate::read::places;
use crate::stored::Stored;
use crate::taken::Taken;
use form::Form;
use plan::{Plan, Spot};

/// A tensor of theirs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Its name, behind that of its block.
    theirs: &'static str,
    form: Form,
    /// The paths of the parameters, behind that of their block.
    ours: &'static [&'static str],
}

/// A row of a table.
const fn row(theirs: &'static str, form: Form, ours: &'static [&'static str]) -> Row {
    Row { theirs, form, ours }
}

/// How a library stores networks of blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    /// What stands before the names of the stack in a language model.
    model: &'static str,
    /// What stands before a block's number, without the dot.
    block: &'static str,
    /// What stands before the names of the part of a block that mixes steps.
    mixer: &'static str,
    /// Beside the stack of a language model.
    whole: &'static [Row],
    /// Beside the blocks of a stack.
    stack: &'static [Row],
    /// Kinds of blocks, each by groups of rows.
    kinds: &'static [&'static [&'static [Row]]],
}

/// All tables.
const ALL: [&Table; 5] = [
    &fla::TABLE,
    &xlstm::TABLE,
    &xlstm::PLAIN,
    &mamba::FLA,
    &mamba::SSM,
];

/// A module of residual blocks with its weights from a file of another library: a whole language model, a stack of blocks, or the part of
/// a block that mixes steps, of `rekindle_models::blocks`. They are those behind a prefix (`model`), or, without one, those of the one place
/// where all names and shapes fit.
///
/// Known are flash-linear-attention 0.6 (`GatedLinearAttention`, `DeltaNet`, `GatedDeltaNet`, `KimiDeltaAttention`, `HGRN2Attention`,
/// `RWKV7Attention`, `Mamba2` and their models), xlstm 2.0 (`mLSTMBlock`, `sLSTMBlock`) and mamba-ssm (`Mamba2`). What weights do not say,
/// epsilons and functions, are those of the module.
///
/// # Errors
///
/// If no library has such a network, or its tensors fit in no place, or in several. All that are missing, misshapen, of another type, or
/// of what the module lacks are named, and nothing is loaded then.
pub fn take_network<M: Module>(
    module: M,
    tensors: &Tensors<'_>,
    prefix: Option<&str>,
) -> Result<(M, Taken), WeightError> {
    let parameters = places(&module);
    let mut plans = Vec::new();
    let mut unknown: Option<String> = None;
    for table in ALL {
        match Plan::new(table, &parameters) {
            Ok(plan) => plans.push(plan),
            Err(path) => unknown = unknown.or(Some(path.to_owned())),
        }
    }
    let spots = plans.iter().flat_map(|plan| {
        let prefixes = plan.prefixes(tensors, prefix);
        prefixes
            .into_iter()
            .map(move |prefix| plan.at(prefix, tensors))
    });
    let (mut fitting, mut closest): (Vec<Spot<'_>>, Option<Spot<'_>>) = (Vec::new(), None);
    for spot in spots {
        match spot.faults.len() {
            // Tables may agree on all that a module has.
            0 if fitting.iter().any(|other| other.is(&spot)) => {}
            0 => fitting.push(spot),
            _ if closest
                .as_ref()
                .is_none_or(|least| spot.distance() < least.distance()) =>
            {
                closest = Some(spot);
            }
            _ => {}
        }
    }
    if fitting.len() > 1 {
        let mut prefixes: Vec<String> = fitting.into_iter().map(|spot| spot.prefix).collect();
        prefixes.sort();
        return Err(WeightError::Ambiguous { prefixes });
    }
    let Some(spot) = fitting.pop() else {
        return Err(match (closest, plans.first(), unknown) {
            (Some(spot), ..) => WeightError::Several(spot.faults),
            (None, Some(plan), _) => WeightError::Absent {
                name: plan.first().to_owned(),
            },
            (None, None, path) => WeightError::NoTable {
                path: path.unwrap_or_default(),
            },
        });
    };
    let mut weights: BTreeMap<String, TensorData> = BTreeMap::new();
    let mut names = Vec::new();
    for (name, part) in spot.tensors() {
        let entry = tensors.get(&name).expect("what was checked is there");
        let theirs = Stored::whole(name.clone(), entry.clone()).numbers(false)?;
        let ours = part.form.parts(&theirs, &part.shapes()).into_iter();
        weights.extend(part.ours.iter().map(|place| place.path.clone()).zip(ours));
        names.push(name);
    }
    let left = tensors
        .names()
        .filter(|name| !names.iter().any(|own| own == name));
    let taken = Taken {
        prefix: spot.prefix.clone(),
        left: left.map(str::to_owned).collect(),
        names,
    };
    Ok((load_named(module, &weights)?, taken))
}
