//! The tensors of a recurrent operator, by PyTorch's names and in PyTorch's layout.

use std::borrow::Cow;

use rekindle::{AnyCellConfig, CellConfig};

use super::node::{PEEPHOLES, Recurrent};
use super::scope::Source;
use crate::convert::computed;
use crate::formats::Entry;
use crate::given::{AllGiven, Given};
use crate::stored::{Area, Block, Order, Stored};

/// The weights of the layer at a depth, whose cells are these.
pub(super) fn weights<'m>(
    operator: &Recurrent<'m>,
    cells: &[&AnyCellConfig],
    depth: usize,
) -> Result<AllGiven<'m>, String> {
    let mut found = AllGiven::new();
    let [w, r, b, p] = &operator.tensors;
    let (gates, units) = (operator.standard.gates, operator.settled.d_hidden);
    for (direction, cell) in cells.iter().enumerate() {
        let suffix = if direction == 1 { "_reverse" } else { "" };
        let mut add = |stem: &str, stored: Stored<'m>| {
            let name = format!("{stem}_l{depth}{suffix}");
            found.insert(name, Given::Stored(stored));
        };
        let program = cell.program().expect("a cell of equations");
        // Where each block of the equations stands in the operator's matrices.
        let places = |names: &[String], first: usize| -> Vec<usize> {
            let place = |name: &String| gates.iter().position(|gate| gate == name);
            let places = names.iter().map(place);
            places
                .map(|place| first + place.expect("a gate of the operator"))
                .collect()
        };
        let blocks = places(program.inputs(), 0);
        for (stem, source, letter) in [("weight_ih", w, "W"), ("weight_hh", r, "R")] {
            add(stem, rows(source, letter, direction, units, &blocks)?);
        }
        if operator.settled.bias {
            add("bias_ih", rows(b, "B", direction, units, &blocks)?);
            let blocks = places(program.hiddens(), gates.len());
            add("bias_hh", rows(b, "B", direction, units, &blocks)?);
        }
        for vector in program.vectors() {
            let place = PEEPHOLES.iter().position(|name| name == vector);
            let place = place.expect("a peephole of the operator");
            add(
                &format!("vector_{vector}"),
                rows(p, "P", direction, units, &[place])?,
            );
        }
        for (state, source) in operator.standard.states.iter().zip(&operator.initial) {
            if operator.begins() {
                let entry = operator.initial(source, state, direction)?;
                let name = source.name().unwrap_or(state).to_owned();
                add(&format!("initial_{state}"), Stored::whole(name, entry));
            }
        }
    }
    Ok(found)
}

/// Blocks of `units` rows of a tensor `[directions, rows, ...]`, those at these places, without the directions.
fn rows<'m>(
    source: &Source<'m>,
    letter: &str,
    direction: usize,
    units: usize,
    places: &[usize],
) -> Result<Stored<'m>, String> {
    let entry = source.entry(letter)?;
    let [_, all, ref rest @ ..] = entry.shape[..] else {
        return Err(format!("has {letter} of {:?}", entry.shape));
    };
    let columns: usize = rest.iter().product();
    let name = source.name().unwrap_or(letter);
    let blocks = places.iter().enumerate().map(|(at, place)| Block {
        name: name.to_owned(),
        entry: entry.clone(),
        area: Area {
            row: direction * all + place * units,
            column: 0,
            rows: units,
            columns,
            stride: columns,
        },
        order: Order::Straight,
        negative: false,
        more: false,
        at: [at * units, 0],
    });
    let blocks = blocks.collect();
    let shape = [&[places.len() * units], rest].concat();
    Ok(Stored::of(computed(&entry), shape, blocks))
}

impl Recurrent<'_> {
    /// Whether the model itself holds states to begin with that are not zero.
    pub(super) fn begins(&self) -> bool {
        self.initial.iter().any(|source| match source {
            Source::Constant(tensor) => {
                let entry = tensor.entry();
                let bytes = entry.as_ref().ok().and_then(|entry| entry.bytes().ok());
                bytes.is_some_and(|bytes| bytes.iter().any(|&byte| byte != 0))
            }
            Source::Absent | Source::Folded(_) | Source::Computed(_) => false,
        })
    }

    /// The state that every row begins with: zeros where the model holds none.
    fn initial(
        &self,
        source: &Source<'_>,
        state: &str,
        direction: usize,
    ) -> Result<Entry<'static>, String> {
        let units = self.settled.d_hidden;
        let letter = format!("initial_{state}");
        if !matches!(source, Source::Constant(_)) {
            let weight = self.tensors[0].entry("W")?;
            let zeros = vec![0; units * weight.dtype.size()];
            return Entry::new(weight.dtype, vec![units], zeros);
        }
        let entry = source.entry(&letter)?;
        let directions = self.settled.reads.directions();
        let batch = match (&entry.shape[..], self.batch_first) {
            (&[d, batch, width], false) | (&[batch, d, width], true)
                if d == directions && width == units =>
            {
                batch
            }
            _ => return Err(format!("has {letter} of {:?}", entry.shape)),
        };
        let size = units * entry.dtype.size();
        let place = |row: usize| match self.batch_first {
            false => (direction * batch + row) * size,
            true => (row * directions + direction) * size,
        };
        let bytes = entry.bytes().map_err(|error| error.to_string())?;
        let of = |row: usize| &bytes[place(row)..place(row) + size];
        if batch == 0 || (1..batch).any(|row| of(row) != of(0)) {
            return Err(format!(
                "has {letter} with a state of its own for each of {batch} rows: give the layer states when it runs, and make \
                 {letter} an input of the model"
            ));
        }
        Entry::new(entry.dtype, vec![units], Cow::Owned(of(0).to_vec()))
    }
}
