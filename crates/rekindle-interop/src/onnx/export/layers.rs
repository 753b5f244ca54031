//! The layers of a `Recurrent` as nodes of a model.

use rekindle::engine::Direction;
use rekindle::{Cell, Layer, Merge, Recurrent};

use super::batch::Batch;
use super::drawing::{Drawing, Value};
use super::operator::operator;
use super::scan::{Equations, Given};
use super::settled::settled;
use super::{Matrix, numbers};
use crate::error::WeightError;
use crate::formats::onnx::Setting;
use crate::onnx::node::Reads;

/// The output of a stack, `[time, batch, d_output]`, of `x`, `[time, batch, d_input]`, zero in the padding where that is. With `states`,
/// the model takes and gives the states of every cell.
///
/// # Errors
///
/// If a cell is no set of equations.
pub fn layers<C: Cell>(
    drawing: &mut Drawing,
    recurrent: &Recurrent<C>,
    mut x: Value,
    batch: &Batch,
    states: bool,
) -> Result<Value, WeightError> {
    for (depth, layer) in recurrent.layers().iter().enumerate() {
        let width = layer.forward.d_input();
        let mut y = merged(drawing, recurrent, depth, &x, batch, states)?;
        let mut given = layer.forward.d_output();
        if let (Some(reverse), Merge::Concat) = (&layer.reverse, recurrent.merge()) {
            given += reverse.d_output();
        }
        if let Some(projection) = &layer.projection {
            let weight = numbers(projection.weight.val());
            given = weight.shape[1];
            let weight = drawing.matrix(&format!("{depth}.projection"), &weight);
            y = drawing.node("MatMul", &[&y, &weight], vec![]);
        }
        if recurrent.is_residual() && given == width {
            y = drawing.node("Add", &[&y, &x], vec![]);
        }
        x = y;
    }
    Ok(x)
}

/// A cell that reads in a direction, with its equations at inference.
struct Side<'l, C: Cell> {
    name: String,
    cell: &'l C,
    direction: Direction,
    gates: rekindle::Gates,
}

/// The output of one layer before its projection.
fn merged<C: Cell>(
    drawing: &mut Drawing,
    recurrent: &Recurrent<C>,
    depth: usize,
    x: &str,
    batch: &Batch,
    states: bool,
) -> Result<Value, WeightError> {
    let layer = &recurrent.layers()[depth];
    let directions = [Direction::Forward, Direction::Reverse];
    let cells = std::iter::once(&layer.forward).chain(&layer.reverse);
    let mut sides = Vec::new();
    for (cell, direction) in cells.zip(directions) {
        let name = format!("{depth}.{}", direction.name());
        let gates = cell.gates().ok_or_else(|| WeightError::Unwritten {
            cell: name.clone(),
            why: "is no set of equations, and has no form in ONNX: export a layer of another cell"
                .into(),
        })?;
        let rate = recurrent.zoneout();
        let gates = match rate > 0.0 {
            false => gates.clone(),
            true => gates.clone().zoned(rate),
        };
        sides.push(Side {
            name,
            cell,
            direction,
            gates,
        });
    }
    let mut parts = Vec::new();
    for side in &sides {
        let equations = side.equations();
        let initial = side.initial(drawing, layer, batch, states);
        parts.push((equations, initial));
    }
    let known: Vec<_> = parts
        .iter()
        .map(|(equations, _)| settled(equations))
        .collect();
    let given = match &known[..] {
        [Some(forward), Some(reverse)] if forward == reverse => {
            operator(drawing, &depth.to_string(), x, batch, forward, &parts)
        }
        _ => {
            let mut given = Vec::new();
            for ((side, part), known) in sides.iter().zip(parts).zip(known) {
                given.push(side.alone(drawing, x, batch, part, known));
            }
            given
        }
    };
    if states {
        for (side, given) in sides.iter().zip(&given) {
            for ((name, width), last) in side.cell.states().iter().zip(&given.last) {
                let name = format!("next.{}.{name}", side.name);
                drawing.output(&name, last, &["batch", &width.to_string()]);
            }
        }
    }
    let [forward, rest @ ..] = &given[..] else {
        unreachable!("a layer reads in a direction")
    };
    let [reverse] = rest else {
        return Ok(forward.y.clone());
    };
    let both = [forward.y.as_str(), reverse.y.as_str()];
    Ok(match recurrent.merge() {
        Merge::Concat => drawing.node("Concat", &both, vec![("axis", Setting::Integer(2))]),
        Merge::Sum => drawing.node("Add", &both, vec![]),
        Merge::Product => drawing.node("Mul", &both, vec![]),
        Merge::Mean => {
            let (sum, half) = (drawing.node("Add", &both, vec![]), drawing.single(0.5));
            drawing.node("Mul", &[&sum, &half], vec![])
        }
        other => unreachable!("{other:?} has no operator yet"),
    })
}

impl<C: Cell> Side<'_, C> {
    fn equations(&self) -> Equations<'_> {
        let used = self.gates.used();
        Equations {
            program: self.gates.program(),
            d_hidden: self.gates.d_hidden(),
            input: numbers(used.input),
            input_bias: used.input_bias.map(numbers),
            hidden: used.hidden.map(numbers),
            hidden_bias: used.hidden_bias.map(numbers),
            vectors: used.vectors.into_iter().map(numbers).collect(),
            projection: used.projection.map(numbers),
        }
    }

    /// The states before the first step, if the model takes them or the layer learned them.
    fn initial(
        &self,
        drawing: &mut Drawing,
        layer: &Layer<C>,
        batch: &Batch,
        states: bool,
    ) -> Option<Vec<Value>> {
        if !states && layer.initial.is_empty() {
            return None;
        }
        let mut initial = Vec::new();
        let learnable = layer.learnable();
        for (name, width) in self.cell.states() {
            if states {
                let name = format!("state.{}.{name}", self.name);
                initial.push(drawing.input(&name, &["batch", &width.to_string()]));
                continue;
            }
            let own = |(direction, state, _): &(Direction, String, usize)| {
                *direction == self.direction && *state == name
            };
            let row = match learnable.iter().position(own) {
                Some(place) => numbers(layer.initial[place].val()),
                None => Matrix::zero(width),
            };
            let row = drawing.matrix(&format!("{}.initial_{name}", self.name), &row);
            initial.push(batch.each(drawing, &row, width));
        }
        Some(initial)
    }

    /// The cell as a node of its own.
    fn alone(
        &self,
        drawing: &mut Drawing,
        x: &str,
        batch: &Batch,
        part: (Equations<'_>, Option<Vec<Value>>),
        known: Option<crate::onnx::node::Settled>,
    ) -> Given {
        if let Some(mut settled) = known {
            if self.direction == Direction::Reverse {
                settled.reads = Reads::Reverse;
            }
            let mut given = operator(drawing, &self.name, x, batch, &settled, &[part]);
            return given.remove(0);
        }
        let (equations, states) = part;
        let states = states.unwrap_or_else(|| {
            let widths = (0..equations.program.states().len()).map(|state| equations.width(state));
            let widths: Vec<usize> = widths.collect();
            widths
                .into_iter()
                .map(|width| {
                    let row = drawing.matrix("zeros", &Matrix::zero(width));
                    batch.each(drawing, &row, width)
                })
                .collect()
        });
        equations.scan(drawing, &self.name, x, batch, &states, self.direction)
    }
}
