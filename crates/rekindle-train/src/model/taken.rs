//! From which steps a network's outputs are taken.

use super::{
    body::{NetStates, Read},
    net::Net,
};
use crate::data::reading::{Steps, Wanted};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rekindle::{Cell, Merge, Sequence};
use serde::{Deserialize, Serialize};

/// The steps that a network's outputs are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Each: as many outputs as there are steps, row by row.
    Each,
    /// The last of rows that are all as long.
    End,
    /// All of a row, as one.
    Pooled(Pool),
}

/// How the outputs of all steps become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pool {
    /// The output after the last real step; where two directions stand side by side, the one that
    /// reads in reverse gives its output at the first step, its last.
    #[default]
    Last,
    /// The mean over the real steps.
    Mean,
    /// The largest of each unit over the real steps.
    Max,
}

/// What a network gives for a batch.
pub(crate) struct Given {
    /// `[rows, outputs]`, or `[rows * time, outputs]` where each step has its own.
    pub(crate) outputs: Tensor<2>,
    /// Behind the batch.
    pub(crate) states: NetStates,
    /// What outputs cost in training beside the loss, a single number.
    pub(crate) cost: Option<Tensor<1>>,
}

impl Given {
    /// The outputs at every step of a batch, where each has its own: `[batch, time, outputs]`.
    pub(crate) fn scores(&self, x: &Sequence) -> Sequence {
        let [batch, time, _] = x.data().dims();
        let [_, each] = self.outputs.dims();
        x.with(self.outputs.clone().reshape([batch, time, each]))
    }

    /// What an update makes smaller: the loss of the outputs, smoothed by a share, and what they cost.
    pub(crate) fn learned(&self, plain: Tensor<1>, wanted: &Wanted, smoothing: f64) -> Tensor<1> {
        let smoothed = wanted.smoothed(plain, &self.outputs, smoothing);
        let cost = self.cost.iter().cloned();
        cost.fold(smoothed, |value, cost| value + cost)
    }
}

impl Net {
    /// The outputs of a batch, `[rows, outputs]`, or `[rows * time, outputs]` where each step has its own; and the states
    /// behind it. Where a row is given back its steps are the outputs, `[rows, time * features]`.
    pub(crate) fn outputs(
        &self,
        x: Sequence,
        taken: Taken,
        states: Option<NetStates>,
    ) -> (Tensor<2>, NetStates) {
        let Given {
            outputs, states, ..
        } = self.learned(x, taken, states);
        (outputs, states)
    }

    /// The same, with what outputs cost in training beside the loss.
    pub(crate) fn learned(&self, x: Sequence, taken: Taken, states: Option<NetStates>) -> Given {
        let Read { y, states, cost } = self.learn(x.clone(), states);
        if let Some(decoder) = self.decoder() {
            let ended = states.clone().stack();
            let ended = ended.expect("what gives rows back stands behind a stack");
            let rows = decoder.rows(decoder.code(ended), &x);
            return Given {
                outputs: rows.into_data().flatten(1, 2),
                states,
                cost,
            };
        }
        let outputs = match taken {
            Taken::Each => self.output_each(y),
            Taken::End => self.output(end(&y)),
            Taken::Pooled(pool) => self.output(pool.of(y, &x, sides(self))),
        };
        Given {
            outputs,
            states,
            cost,
        }
    }

    /// The outputs for rows that are read from their beginning.
    pub(crate) fn given(&self, rows: &Steps, taken: Taken, device: &Device) -> Tensor<2> {
        self.outputs(self.sequence(rows, device), taken, None).0
    }

    /// The outputs at every step of rows that are read from their beginning, as long as these are: `[batch, time, outputs]`.
    pub(crate) fn scores(&self, x: Sequence) -> Sequence {
        let (y, _) = self.read(x.clone(), None);
        let [batch, time, _] = y.dims();
        let outputs = self.output_each(y);
        let width = outputs.dims()[1];
        x.with(outputs.reshape([batch, time, width]))
    }

    /// What the layers gave last, of rows that are all as long: `[batch, time, d_output]` to `[batch, outputs]`. Where two
    /// directions stand side by side, each counts with the step it read last.
    pub(super) fn output_last(&self, y: Tensor<3>) -> Tensor<2> {
        self.output(joined(end(&y), y, sides(self)))
    }
}

/// The last step: `[batch, time, width]` to `[batch, width]`.
pub(super) fn end(y: &Tensor<3>) -> Tensor<2> {
    let [_, time, _] = y.dims();
    y.clone().narrow(1, time - 1, 1).squeeze_dim(1)
}

/// What was read last, of the outputs at the last step and of all.
fn joined(last: Tensor<2>, y: Tensor<3>, sides: Option<Sides>) -> Tensor<2> {
    match sides {
        None => last,
        Some(sides) => sides.joined(last, y.narrow(1, 0, 1).squeeze_dim(1)),
    }
}

impl Pool {
    /// `[batch, time, d_output]` to `[batch, d_output]`, over the real steps only.
    fn of(self, y: Tensor<3>, x: &Sequence, sides: Option<Sides>) -> Tensor<2> {
        let [batch, time, width] = y.dims();
        let full = vec![time; batch];
        let lengths = x.lengths().unwrap_or(&full);
        match self {
            Pool::Last => {
                let ends = lengths.iter().map(|&n| n as i32 - 1);
                let at = TensorData::new(ends.collect::<Vec<i32>>(), [batch, 1, 1]);
                let at: Tensor<3, Int> = Tensor::from_data(at, &y.device());
                let at = at.expand([batch, 1, width]);
                let last: Tensor<2> = y.clone().gather(1, at).squeeze_dim(1);
                joined(last, y, sides)
            }
            Pool::Mean => {
                let counts: Vec<f32> = lengths.iter().map(|&n| n as f32).collect();
                let counts = TensorData::new(counts, [batch, 1]);
                let counts: Tensor<2> = Tensor::from_data(counts, &y.device());
                y.sum_dim(1).squeeze_dim::<2>(1) / counts
            }
            Pool::Max => {
                let y = match x.padding() {
                    None => y,
                    Some(mask) => {
                        let mask = mask.unsqueeze_dim::<3>(2).expand(y.dims());
                        y.mask_fill(mask, f32::NEG_INFINITY)
                    }
                };
                y.max_dim(1).squeeze_dim(1)
            }
        }
    }
}

/// What a pool makes of the steps that came so far.
pub(crate) struct Pooled {
    pool: Pool,
    /// Of the outputs that came: the last of them, their sum or the largest of each unit.
    so_far: Vec<f32>,
    steps: usize,
}

impl Pooled {
    /// No step yet.
    pub(crate) fn new(pool: Pool) -> Pooled {
        Pooled {
            pool,
            so_far: Vec::new(),
            steps: 0,
        }
    }

    /// Begins anew.
    pub(crate) fn begin(&mut self) {
        self.steps = 0;
    }

    /// Takes the outputs at the next step; returns the one that all make so far.
    pub(crate) fn add(&mut self, y: &[f32]) -> Vec<f32> {
        self.steps += 1;
        if self.steps == 1 || self.pool == Pool::Last {
            self.so_far.clear();
            self.so_far.extend(y);
        } else {
            let largest = self.pool == Pool::Max;
            for (so_far, &y) in self.so_far.iter_mut().zip(y) {
                *so_far = if largest { so_far.max(y) } else { *so_far + y };
            }
        }
        match self.pool {
            Pool::Mean => self.so_far.iter().map(|y| y / self.steps as f32).collect(),
            Pool::Last | Pool::Max => self.so_far.clone(),
        }
    }
}

/// The outputs of two directions that stand side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides {
    /// The width of what reads forward, which stands first.
    pub(super) forward: usize,
}

impl Sides {
    /// What each direction gave in the step that it read last, of outputs `[batch, d_output]` at the last step and
    /// at the first.
    fn joined(self, last: Tensor<2>, first: Tensor<2>) -> Tensor<2> {
        let reverse = first.dims()[1] - self.forward;
        let sides = [
            last.narrow(1, 0, self.forward),
            first.narrow(1, self.forward, reverse),
        ];
        Tensor::cat(sides.into(), 1)
    }
}

/// The two sides of a network's outputs; none where they are one.
pub(super) fn sides(net: &Net) -> Option<Sides> {
    let recurrent = net.body().stack()?;
    let top = recurrent.layers().last()?;
    let apart = top.reverse.is_some() && recurrent.merge() == Merge::Concat;
    (apart && top.projection.is_none()).then(|| Sides {
        forward: top.forward.d_output(),
    })
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;

    #[test]
    fn pooling_sees_the_real_steps_only() {
        let device = burn::tensor::Device::flex();
        let y = [[[1., -5., 2.], [3., -7., 4.], [0., 0., 0.]]];
        let y: Tensor<3> = Tensor::from_data(y, &device);
        let x = Sequence::padded(y.clone(), vec![2]).expect("fits");
        let pooled = |pool: Pool, sides| -> Vec<f32> {
            pool.of(y.clone(), &x, sides)
                .into_data()
                .iter::<f32>()
                .collect()
        };
        let sides = |forward| Some(Sides { forward });
        assert_eq!(pooled(Pool::Last, None), [3., -7., 4.]);
        assert_eq!(pooled(Pool::Last, sides(1)), [3., -5., 2.]);
        assert_eq!(pooled(Pool::Last, sides(2)), [3., -7., 2.]);
        assert_eq!(pooled(Pool::Mean, None), [2., -6., 3.]);
        assert_eq!(pooled(Pool::Max, None), [3., -5., 4.]);
        for pool in [Pool::Last, Pool::Mean, Pool::Max] {
            let mut so_far = Pooled::new(pool);
            so_far.add(&[9., 9., 9.]);
            so_far.begin();
            so_far.add(&[1., -5., 2.]);
            assert_eq!(so_far.add(&[3., -7., 4.]), pooled(pool, None));
        }
    }
}
