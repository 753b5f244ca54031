//! The layers of a model that are a layer here.

use rekindle::{Cell, Recurrent};

use super::convolution;
use super::layer::{Layer, layers, merge};
use super::place::Names;
use super::settings::One;
use super::twin::Twin;
use crate::error::WeightError;
use crate::formats::keras::Model;
use crate::given::{Given, Weights};
use crate::load::{Wanted, check, load};
use crate::mapping::Plan;
use crate::pytorch::{Side, sides, slots};
use crate::taken::Taken;
use crate::written::inline;

/// The layer with its weights from a model of Keras': a level takes one of Keras' layers, so a stack takes as many recurrent layers, one
/// behind the other in the model's list; what else stands between them is not asked.
/// `name` is that of the first; by default it is the one place where all fit.
///
/// Where the model's configuration is in the file, the functions, the place of a GRU's reset gate, the directions and how these are
/// merged must be those of the layer. Numbers of f16 and bf16 become f32.
///
/// # Errors
///
/// If they fit in no place, or in several; if Keras has no such cell, or the file's computes something else. All tensors that are missing,
/// misshapen, of another type or of no parameter are named, each as in the file. Nothing is loaded then.
pub fn take<C: Cell>(
    layer: Recurrent<C>,
    model: &Model<'_>,
    name: Option<&str>,
) -> Result<(Recurrent<C>, Taken), WeightError> {
    let all = layers(model);
    let levels = layer.layers().len();
    let wanted = |levels: &[Layer]| name.is_none_or(|name| levels[0].is(name));
    let mut fitting = Vec::new();
    // What reads in as many directions is closer than what does not, whatever else is wrong.
    let mut closest: Option<((bool, usize), WeightError)> = None;
    for levels in all.windows(levels).filter(|levels| wanted(levels)) {
        match weights(&layer, levels, model) {
            Ok(found) => fitting.push((levels[0].place.name.clone(), found)),
            Err(error) => {
                let same = |level: &Layer| level.directions().count() == directions(&layer);
                let faults = (!levels.iter().all(same), count(&error));
                if closest.as_ref().is_none_or(|(least, _)| faults < *least) {
                    closest = Some((faults, error));
                }
            }
        }
    }
    if fitting.len() > 1 {
        let prefixes = fitting.into_iter().map(|(name, _)| name).collect();
        return Err(WeightError::Ambiguous { prefixes });
    }
    let Some((prefix, (weights, names))) = fitting.pop() else {
        let missing = || WeightError::NoLayer {
            wanted: match (name, levels) {
                (Some(name), 1) => format!("recurrent layer `{name}`"),
                (Some(name), _) => format!("{levels} recurrent layers from `{name}` on"),
                (None, 1) => "recurrent layer".to_owned(),
                (None, _) => format!("{levels} recurrent layers"),
            },
            known: all.iter().map(|layer| layer.place.name.clone()).collect(),
        };
        return Err(closest.map_or_else(missing, |(_, error)| error));
    };
    let left = model.tensors().names().map(str::to_owned);
    let taken = Taken {
        prefix,
        left: left.filter(|name| !names.contains(name)).collect(),
        names,
    };
    let slots = slots(&layer);
    Ok((load(layer, slots, weights)?, taken))
}

/// How many directions a layer reads in.
pub(super) fn directions<C: Cell>(layer: &Recurrent<C>) -> usize {
    if layer.is_bidirectional() { 2 } else { 1 }
}

/// How many things are wrong.
fn count(error: &WeightError) -> usize {
    match error {
        WeightError::Several(all) => all.len(),
        _ => 1,
    }
}

/// The weights of a layer from as many of Keras' as it has levels.
fn weights<'m, C: Cell>(
    layer: &Recurrent<C>,
    levels: &[Layer],
    model: &Model<'m>,
) -> Result<Weights<'m>, WeightError> {
    let sides = sides(layer);
    let mut all = Weights::default();
    let mut faults = Vec::new();
    for (level, sides) in levels.iter().zip(sides.chunks(directions(layer))) {
        let differs = |why: String| WeightError::Layer {
            name: level.place.name.clone(),
            why,
        };
        let convolves = convolution::dimensions(&sides[0]);
        let twin = match convolves {
            Some(_) => None,
            None => Some(twin(sides).map_err(differs)?),
        };
        let other = |one: &One| match (&twin, convolves) {
            (Some(twin), _) => other(one, &sides[0], twin),
            (None, dimensions) => convolution::difference(one, dimensions?),
        };
        if let Some(why) = difference(layer, level, other) {
            faults.push(differs(why));
            continue;
        }
        for (names, side) in level.directions().zip(sides) {
            let found = match &twin {
                Some(twin) => cell(side, names, twin, model),
                None => convolution::weights(side, names, model),
            };
            match found {
                Ok((weights, names)) => {
                    all.0.extend(weights);
                    all.1.extend(names);
                }
                Err(WeightError::Several(several)) => faults.extend(several),
                Err(fault) => faults.push(fault),
            }
        }
    }
    match faults.len() {
        0 => Ok(all),
        1 => Err(faults.remove(0)),
        _ => Err(WeightError::Several(faults)),
    }
}

/// The cell of Keras' that the directions of a level are.
pub(super) fn twin(sides: &[Side<'_>]) -> Result<Twin, String> {
    let mut same = None;
    for side in sides {
        let program = side
            .program
            .ok_or("has no equal here: Keras has none of this cell")?;
        let twin = Twin::of(program).ok_or_else(|| {
            format!(
                "is SimpleRNN, LSTM, GRU or ConvLSTM, but the layer computes {}",
                line(side)
            )
        })?;
        if same
            .replace(twin.clone())
            .is_some_and(|other| other != twin)
        {
            return Err("has one cell, but the layer another in each direction".into());
        }
        // Weights of low rank, or of units that see themselves alone, have tensors of their own.
        let plan = side.plan(twin.kind.stored()[0]);
        let full = plan.is_some_and(|plan| {
            let recurrent = &plan.tensors[1].shape;
            recurrent[0] * program.inputs().len() == recurrent[1]
        });
        if !full {
            return Err("has full recurrent weights, but the layer others".into());
        }
    }
    same.ok_or_else(|| "has no cell".into())
}

/// The equations of a cell in one line.
fn line(side: &Side<'_>) -> String {
    let text = side.program.map(ToString::to_string).unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join("; ")
}

/// In what a layer of the file is another than the layer here, as far as its configuration tells; what a direction computes, `other` tells.
fn difference<C: Cell>(
    layer: &Recurrent<C>,
    level: &Layer,
    other: impl Fn(&One) -> Option<String>,
) -> Option<String> {
    if level.unknown {
        return Some(
            "is none of SimpleRNN, LSTM, GRU and ConvLSTM in the file's configuration".into(),
        );
    }
    let there = level.directions().count();
    let here = directions(layer);
    if there != here {
        let read = |n: usize| {
            if n == 2 {
                "both directions"
            } else {
                "one direction"
            }
        };
        return Some(format!(
            "reads in {}, but the layer in {}",
            read(there),
            read(here)
        ));
    }
    let settings = level.settings.as_ref()?;
    let both = settings.both.as_ref();
    let reverse = both.map(|(_, one)| one);
    let mut all = std::iter::once(&settings.forward).chain(reverse);
    if let Some(why) = all.find_map(other) {
        return Some(why);
    }
    if settings.forward.go_backwards || reverse.is_some_and(|one| !one.go_backwards) {
        return Some(
            "reads from the end where a layer here reads from the beginning (go_backwards)".into(),
        );
    }
    let named = both.map(|(merge, _)| merge.as_deref().unwrap_or("None"));
    named
        .filter(|named| merge(named) != Some(layer.merge()))
        .map(|named| {
            format!(
                "has merge_mode = {named:?}, but the layer has merge = {:?}",
                layer.merge().name()
            )
        })
}

/// In what a layer of Keras' computes something else than the cell of a direction, which is this one of Keras'.
fn other(one: &One, side: &Side<'_>, twin: &Twin) -> Option<String> {
    let set = Twin::set(one);
    if set.as_ref() == Some(twin) {
        return None;
    }
    let written = set.map(|twin| {
        let cell = inline(&twin.cell(one.units, one.bias));
        format!("; that is cell = {cell}")
    });
    Some(format!(
        "is {one}, but the layer computes {}{}",
        line(side),
        written.unwrap_or_default()
    ))
}

/// The weights of one direction, in the first of the forms in which all fit.
fn cell<'m>(
    side: &Side<'_>,
    names: &Names,
    twin: &Twin,
    model: &Model<'m>,
) -> Result<Weights<'m>, WeightError> {
    let mut first = None;
    for rows in twin.kind.stored() {
        let plan = side.plan(rows).expect("a table covers its cell");
        match stored(side, names, &plan, model) {
            Ok(weights) => return Ok(weights),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.expect("there is a form"))
}

fn stored<'m>(
    side: &Side<'_>,
    names: &Names,
    plan: &Plan,
    model: &Model<'m>,
) -> Result<Weights<'m>, WeightError> {
    let wanted: Vec<Wanted> = plan
        .tensors
        .iter()
        .map(|tensor| Wanted {
            name: names.of(tensor.name),
            shape: tensor.shape.clone(),
            device: side.device.clone(),
        })
        .collect();
    let there = Given::stored(model.tensors().beside(&names.prefix));
    check(&wanted, &there)?;
    let names: Vec<String> = wanted.into_iter().map(|wanted| wanted.name).collect();
    let weights = plan.read(&names, model.tensors())?.into_iter();
    let weights = weights.map(|(stem, stored)| (side.name(&stem), Given::Stored(stored)));
    Ok((weights.collect(), there.into_keys().collect()))
}
