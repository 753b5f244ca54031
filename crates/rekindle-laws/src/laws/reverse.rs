//! Each half of a bidirectional layer = a layer of its own, the reverse one looped from the end; so where the two
//! halves are different cells.

use crate::case::{D_HIDDEN, LENGTHS, ROWS, TIME};
use crate::observe::{Way, forward, infer, observe};
use crate::{Batch, Case, Named, Numbers, Place, Subject, Tolerance, Verdict, compare};
use burn::tensor::Tensor;
use rekindle::engine::Direction;
use rekindle::{Cell, CellConfig, Merge, Recurrent, RecurrentConfig, Sequence, States};

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    let pair = RecurrentConfig {
        bidirectional: true,
        ..RecurrentConfig::new(case.cell(D_HIDDEN))
    };
    // Another cell, of another width, reads forward.
    let mixed = RecurrentConfig {
        cell: K::new(D_HIDDEN + 1),
        reverse_cell: Some(case.cell(D_HIDDEN)),
        ..pair.clone()
    };
    case.each(vec![pair.clone()], merges)?;
    let layers = match case.slow {
        true => vec![pair],
        false => vec![pair, mixed],
    };
    case.each(layers, |place, subject| {
        for lengths in [None, Some(&LENGTHS[..])] {
            halves(place, subject, TIME, lengths, &forward)?;
        }
        Ok(())
    })
}

/// Each half of a bidirectional layer over so many steps, the forward one run in this way.
pub(super) fn halves<K: CellConfig>(
    place: &Place,
    subject: &Subject<K>,
    time: usize,
    lengths: Option<&[usize]>,
    ahead: &Way<K::Cell>,
) -> Verdict {
    let from_the_end = row_by_row(Direction::Reverse);
    for half in [Half::Forward, Half::Reverse] {
        let batch = half.of_batch(subject.batch(ROWS, time, lengths), subject);
        let found = observe(place, subject, &batch, &forward);
        let single = half.of_subject(subject);
        let batch = half.narrowed(&batch, subject);
        let expected = match half {
            Half::Forward => observe(place, &single, &batch, ahead),
            Half::Reverse => observe(place, &single, &batch, &from_the_end),
        };
        let found = half.of_named(found, subject);
        if overflow(&found, &expected) {
            continue;
        }
        compare(&found, &expected, place.dtype, Tolerance::for_tensor)
            .map_err(|e| format!("{half:?}: {e}"))?;
    }
    Ok(())
}

/// Whether a cell that is not bounded grew beyond all numbers on the way, either way: then there is nothing to
/// compare.
pub(super) fn overflow(a: &Named, b: &Named) -> bool {
    let beyond = |of: &Named| {
        let mut numbers = of.values().flat_map(|numbers| &numbers.values);
        numbers.any(|x| !x.is_finite())
    };
    beyond(a) && beyond(b)
}

/// Every way to merge the directions is the arithmetic of the two halves side by side.
fn merges<K: CellConfig>(place: &Place, subject: &Subject<K>) -> Verdict {
    let batch = subject.batch(ROWS, TIME, Some(&LENGTHS));
    let with = |merge: Merge| {
        let subject = subject.with(|config| config.merge = merge);
        let y = infer(place, &subject, &batch, &forward).remove("y");
        y.expect("an output")
    };
    let both = with(Merge::Concat);
    let [ahead, back] = [Half::Forward, Half::Reverse].map(|h| both.narrow(2, h.columns(subject)));
    let merged = |f: fn(f64, f64) -> f64| {
        let pairs = ahead.values.iter().zip(&back.values);
        let values = pairs.map(|(a, b)| f(*a, *b)).collect();
        let shape = ahead.shape.clone();
        Named::from([("y".to_string(), Numbers { shape, values })])
    };
    for (merge, expected) in [
        (Merge::Sum, merged(|a, b| a + b)),
        (Merge::Mean, merged(|a, b| (a + b) / 2.0)),
        (Merge::Product, merged(|a, b| a * b)),
    ] {
        let found = Named::from([("y".to_string(), with(merge))]);
        compare(&found, &expected, place.dtype, Tolerance::for_tensor)
            .map_err(|e| format!("{merge:?}: {e}"))?;
    }
    Ok(())
}

/// One direction of a bidirectional layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Forward,
    Reverse,
}

impl Half {
    fn direction(self) -> Direction {
        match self {
            Half::Forward => Direction::Forward,
            Half::Reverse => Direction::Reverse,
        }
    }

    /// Those of all states that are this half's.
    fn part<K: CellConfig, T: Clone>(self, all: &[T], subject: &Subject<K>) -> Vec<T> {
        let named = all.iter().zip(&subject.states);
        let mine = named.filter(|(_, (name, _))| self.own(name).is_some());
        mine.map(|(one, _)| one.clone()).collect()
    }

    /// Where this half's output stands in the merged one.
    fn columns<K: CellConfig>(self, subject: &Subject<K>) -> std::ops::Range<usize> {
        let forward = subject.config().cell_in(Direction::Forward).d_output();
        match self {
            Half::Forward => 0..forward,
            Half::Reverse => forward..subject.d_output,
        }
    }

    /// The batch whose cotangents are zero for the other half, so that gradients are this one's.
    fn of_batch<K: CellConfig>(self, mut batch: Batch, subject: &Subject<K>) -> Batch {
        for ((name, _), cotangent) in subject.states.iter().zip(&mut batch.last) {
            if self.own(name).is_none() {
                cotangent.values.fill(0.0);
            }
        }
        let (width, mine) = (batch.y.shape[2], self.columns(subject));
        for (i, cotangent) in batch.y.values.iter_mut().enumerate() {
            if !mine.contains(&(i % width)) {
                *cotangent = 0.0;
            }
        }
        batch
    }

    /// The batch for this half alone.
    fn narrowed<K: CellConfig>(self, batch: &Batch, subject: &Subject<K>) -> Batch {
        let states = batch.states.as_ref();
        Batch {
            states: states.map(|all| self.part(all, subject)),
            y: batch.y.narrow(2, self.columns(subject)),
            last: self.part(&batch.last, subject),
            ..batch.clone()
        }
    }

    /// The forward layer with this half's weights.
    fn of_subject<K: CellConfig>(self, subject: &Subject<K>) -> Subject<K> {
        let weights = subject.weights.iter();
        let weights = weights.filter_map(|(name, n)| Some((self.own(name)?, n.clone())));
        let config = RecurrentConfig {
            bidirectional: false,
            cell: subject.config().cell_in(self.direction()).clone(),
            reverse_cell: None,
            ..subject.config().clone()
        };
        let mut single = Subject::new(config, subject.d_input);
        single.weights = weights.collect();
        single
    }

    /// This half's numbers, by the names of the layer alone.
    fn of_named<K: CellConfig>(self, named: Named, subject: &Subject<K>) -> Named {
        let rename = |(name, numbers): (String, Numbers)| match name.as_str() {
            "y" => Some((name, numbers.narrow(2, self.columns(subject)))),
            "grad.x" => Some((name, numbers)),
            _ => Some((self.own(&name)?, numbers)),
        };
        named.into_iter().filter_map(rename).collect()
    }

    /// The name in a layer of one direction; nothing where it is the other half's.
    fn own(self, name: &str) -> Option<String> {
        let reverse = name.ends_with("_reverse") || name.contains(".reverse.");
        let own = name
            .replace("_reverse", "")
            .replace(".reverse.", ".forward.");
        (reverse == (self == Half::Reverse)).then_some(own)
    }
}

/// Every row by itself, step by step: from its last real step to its first, or the other way.
pub(super) fn row_by_row<C: Cell>(direction: Direction) -> Box<Way<'static, C>> {
    Box::new(move |layer, x, states| rows_in(direction, layer, x, states))
}

fn rows_in<C: Cell>(
    direction: Direction,
    layer: &Recurrent<C>,
    x: Sequence,
    states: Option<States<C::State>>,
) -> (Tensor<3>, States<C::State>) {
    let [batch, time, _] = x.data().dims();
    let states = states.unwrap_or_else(|| layer.initial(x.data()));
    let mut rows = Vec::new();
    let mut last: Vec<Vec<Tensor<2>>> = vec![Vec::new(); states.clone().into_parts().len()];
    for row in 0..batch {
        let length = x.lengths().map_or(time, |lengths| lengths[row]);
        let mut state = states.clone().map(|s| s.narrow(0, row, 1));
        let mut outputs = Vec::new();
        for t in direction.steps(length) {
            let frame = x.data().clone().narrow(0, row, 1).narrow(1, t, 1);
            let (y, next) = layer.step(frame.squeeze_dim(1), Some(state));
            outputs.push(y);
            state = next;
        }
        if direction == Direction::Reverse {
            outputs.reverse();
        }
        let zeros = outputs[0].zeros_like();
        outputs.resize(time, zeros);
        rows.push(Tensor::stack::<3>(outputs, 1));
        for (all, own) in last.iter_mut().zip(state.into_parts()) {
            all.push(own);
        }
    }
    let last = last.into_iter().map(|rows| Tensor::cat(rows, 0)).collect();
    (Tensor::cat(rows, 0), states.with_parts(last))
}
