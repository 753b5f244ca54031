//! Steps and sequences of a matrix cell, whatever its recurrence.

use super::cell::{MatrixCell, Recurrence};
use super::heads::Heads;
use crate::sequence::Sequence;
use burn::tensor::{Int, Tensor, TensorData};
use rekindle_engine::{Direction, Engine, Executor, choose};

/// The steps that go through the algorithm at once: of all rows together where a CPU computes, so that what lies between its
/// operations stays in the cache; of each row elsewhere, where many rows are one launch.
const SEGMENT: usize = 1024;

/// One step: the states are the output, which is not read, and the memory.
pub(crate) fn step<const P: usize, const S: usize>(
    cell: &impl MatrixCell<P, S>,
    x: Tensor<2>,
    state: Vec<Tensor<2>>,
) -> (Tensor<2>, Vec<Tensor<2>>) {
    let x: Tensor<3> = x.unsqueeze_dim(1);
    let at = cell.project(&x).map(|t| t.squeeze_dim(1));
    let (o, memory) = cell.step(at, by_head(cell, &state));
    let [batch, heads, width] = o.dims();
    let o = o.reshape([batch, heads * width]);
    (o.clone(), states_of(o, memory))
}

/// A whole sequence.
pub(crate) fn scan<const P: usize, const S: usize>(
    cell: &impl MatrixCell<P, S>,
    x: &Sequence,
    state: Vec<Tensor<2>>,
    direction: Direction,
) -> (Tensor<3>, Vec<Tensor<2>>) {
    let pieces = cut(turned(x.data().clone(), direction), segment(x));
    let vectors = pieces.into_iter().map(|x| cell.project(&x));
    walk(cell, vectors, x, state, direction)
}

/// The same, in reading order, of what an input made.
///
/// # Panics
///
/// If there are not as many vectors as the cell makes.
pub(super) fn scan_vectors<const P: usize, const S: usize>(
    cell: &impl Recurrence<P, S>,
    vectors: Vec<Tensor<4>>,
    x: &Sequence,
    state: Vec<Tensor<2>>,
) -> (Tensor<3>, Vec<Tensor<2>>) {
    let found = vectors.len();
    let vectors: [Tensor<4>; P] = vectors
        .try_into()
        .unwrap_or_else(|_| panic!("a cell of {P} vectors is given {found}"));
    let steps = segment(x);
    let mut pieces = vectors.map(|t| cut(t, steps).into_iter());
    let count = pieces.first().map_or(0, ExactSizeIterator::len);
    let vectors = (0..count).map(|_| {
        let next = pieces.each_mut().map(Iterator::next);
        next.map(|piece| piece.expect("as many pieces of every vector"))
    });
    walk(cell, vectors, x, state, Direction::Forward)
}

/// The tensor as it is, or with its steps in the opposite order.
fn turned(t: Tensor<3>, direction: Direction) -> Tensor<3> {
    match direction {
        Direction::Forward => t,
        Direction::Reverse => t.flip([1]),
    }
}

/// How many steps go through the algorithm at once.
fn segment(x: &Sequence) -> usize {
    let [batch, time, _] = x.data().dims();
    let device = x.data().device();
    let rows = match choose(Engine::default(), &device, x.data().dtype()).executor {
        Executor::Tiles => batch,
        _ => 1,
    };
    (SEGMENT / rows).clamp(1, time).next_power_of_two()
}

/// Goes through the vectors of a sequence piece by piece, as the direction has them.
fn walk<const P: usize, const S: usize>(
    cell: &impl Recurrence<P, S>,
    vectors: impl Iterator<Item = [Tensor<4>; P]>,
    x: &Sequence,
    state: Vec<Tensor<2>>,
    direction: Direction,
) -> (Tensor<3>, Vec<Tensor<2>>) {
    let [batch, time, _] = x.data().dims();
    let keep = keep(x).map(|keep| cut(turned(keep, direction), segment(x)).into_iter());
    let mut keep = keep.into_iter().flatten();

    let mut memory = by_head(cell, &state);
    let mut outputs = Vec::new();
    for vectors in vectors {
        let keep = keep.next().map(|keep| keep.unsqueeze_dim(3));
        let (o, after) = cell.scan(vectors, memory, keep.as_ref());
        memory = after;
        outputs.push(o);
    }
    let Heads { count, d_value, .. } = cell.heads();
    let y = Tensor::cat(outputs, 1).reshape([batch, time, count * d_value]);
    let y = turned(y, direction);
    let y = match x.padding() {
        Some(mask) => {
            let mask = mask.unsqueeze_dim::<3>(2).expand(y.dims());
            y.mask_fill(mask, 0.0)
        }
        None => y,
    };
    let last = last_of(&y, x.lengths(), direction);
    (y, states_of(last, memory))
}

/// 1 at real steps and 0 in the padding, `[batch, time, 1]`, where there is any.
fn keep(x: &Sequence) -> Option<Tensor<3>> {
    let keep = x.padding()?.bool_not().float();
    Some(keep.cast(x.data().dtype()).unsqueeze_dim(2))
}

/// The tensor in pieces of so many steps; the last may be shorter. Halved again and again, as the
/// gradient of a piece is as large as what it was cut from.
fn cut<const D: usize>(x: Tensor<D>, steps: usize) -> Vec<Tensor<D>> {
    let time = x.dims()[1];
    let pieces = time.div_ceil(steps);
    if pieces <= 1 {
        return vec![x];
    }
    let half = pieces / 2 * steps;
    let mut all = cut(x.clone().narrow(1, 0, half), steps);
    all.extend(cut(x.narrow(1, half, time - half), steps));
    all
}

/// The output at each row's last real step, `[batch, width]`; at its first, in reading order, where the
/// direction is reverse.
fn last_of(y: &Tensor<3>, lengths: Option<&[usize]>, direction: Direction) -> Tensor<2> {
    let [batch, time, width] = y.dims();
    let at = match (direction, lengths) {
        (Direction::Reverse, _) => 0,
        (Direction::Forward, None) => time - 1,
        (Direction::Forward, Some(lengths)) => {
            let last: Vec<i64> = lengths.iter().map(|&n| n as i64 - 1).collect();
            let data = TensorData::new(last, [batch, 1, 1]);
            let index = Tensor::<3, Int>::from_data(data, &y.device());
            let index = index.expand([batch, 1, width]);
            return y.clone().gather(1, index).squeeze_dim(1);
        }
    };
    y.clone().narrow(1, at, 1).squeeze_dim(1)
}

/// The memory as its matrices, `[batch, heads, rows, columns]`, from the states behind the output.
fn by_head<const P: usize, const S: usize>(
    cell: &impl Recurrence<P, S>,
    state: &[Tensor<2>],
) -> [Tensor<4>; S] {
    let heads = cell.heads().count;
    let memory = cell.memory();
    std::array::from_fn(|s| {
        let (_, rows, columns) = memory[s];
        let flat = state[s + 1].clone();
        let batch = flat.dims()[0];
        flat.reshape([batch, heads, rows, columns])
    })
}

fn states_of<const S: usize>(o: Tensor<2>, memory: [Tensor<4>; S]) -> Vec<Tensor<2>> {
    let flat = memory.into_iter().map(|s| {
        let [batch, heads, rows, columns] = s.dims();
        s.reshape([batch, heads * rows * columns])
    });
    std::iter::once(o).chain(flat).collect()
}
