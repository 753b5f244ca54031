//! A batch taken apart: every row alone, without padding.

use crate::observe::{Way, observe};
use crate::{Batch, Named, Numbers, Place, Subject};
use rekindle::CellConfig;

/// What [`observe`] says of each row alone, put together as the batch has it: outputs and states
/// one row behind the other with zeros for padding, gradients of weights summed.
pub(crate) fn alone<K: CellConfig>(
    place: &Place,
    subject: &Subject<K>,
    batch: &Batch,
    way: &Way<K::Cell>,
) -> Named {
    let (rows, time) = (batch.x.shape[0], batch.x.shape[1]);
    let observed: Vec<Named> = (0..rows)
        .map(|row| observe(place, subject, &single(batch, row), way))
        .collect();
    let names = observed[0].keys();
    let join = |name: &String| {
        let mut each = observed.iter().map(|named| named[name].clone());
        let shared = name.starts_with("grad.") && subject.weights.contains_key(&name[5..]);
        let joined = match name.as_str() {
            _ if shared => {
                let first = each.next().expect("a row");
                each.fold(first, |sum, row| sum.plus(&row))
            }
            "y" | "grad.x" => {
                let full: Vec<Numbers> = each.map(|row| row.lengthened(1, time)).collect();
                Numbers::cat(&full, 0)
            }
            _ => Numbers::cat(&each.collect::<Vec<_>>(), 0),
        };
        (name.clone(), joined)
    };
    names.map(join).collect()
}

/// One row of a batch, as long as its real steps.
pub(crate) fn single(batch: &Batch, row: usize) -> Batch {
    let time = batch.x.shape[1];
    let steps = batch.lengths.as_ref().map_or(time, |lengths| lengths[row]);
    let rows = |n: &Numbers| n.narrow(0, row..row + 1);
    let each = |states: &Vec<Numbers>| states.iter().map(rows).collect();
    Batch {
        x: rows(&batch.x).narrow(1, 0..steps),
        lengths: None,
        states: batch.states.as_ref().map(each),
        y: rows(&batch.y).narrow(1, 0..steps),
        last: each(&batch.last),
    }
}
