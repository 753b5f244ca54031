//! How the equations are run with the parameters.

use super::Gates;
use super::stored::every_bias;
use crate::sequence::Sequence;
use burn::nn::{Dropout, Linear};
use burn::tensor::{DType, Device, Tensor};
use rekindle_engine::{
    Batch, Choice, Direction, Engine, Id, Stream, Traced, Weights, choose, scan, step, trace,
};

impl Gates {
    /// How the equations are run.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Has the equations run in another way.
    pub fn set_engine(&mut self, engine: Engine) {
        self.engine = engine;
    }

    /// What runs the equations on tensors of a device and type, and why.
    pub fn executor(&self, device: &Device, dtype: DType) -> Choice {
        choose(self.engine, device, dtype)
    }

    /// Multiplies what the recurrent products take by a mask, `[batch, width of the output]`, from now on: variational
    /// dropout of the recurrence.
    pub fn mask(&mut self, mask: Tensor<2>) {
        self.mask = Some(mask);
    }

    /// Has every state go a part of its way at each step of the next sequence: `moves` is `[batch, time, widths of the
    /// states]`, 1 for a unit that moves and 0 for one that stays, as zoneout in training draws them (Krueger et al. 2017,
    /// <https://arxiv.org/abs/1606.01305>).
    ///
    /// # Panics
    ///
    /// When the equations are run, if the sequence has another shape.
    pub fn set_moves(&mut self, moves: Tensor<3>) {
        self.moves = Some(moves);
    }

    /// Drops numbers of the stored recurrent weights from now on, which ones `dropout` decides once (DropConnect, Wan et al.
    /// 2013; of recurrences Merity et al. 2017, <https://arxiv.org/abs/1708.02182>).
    pub fn disconnect(&mut self, dropout: &Dropout) {
        if let Some(weights) = self.stored_weights() {
            self.weight_mask = Some(dropout.forward(weights.detach().ones_like()));
        }
    }

    /// One step from a state to the next: `x` is `[batch, d_input]`, states are `[batch, width]` in the program's order. The
    /// first new state is the output.
    ///
    /// # Panics
    ///
    /// If a shape does not fit.
    pub fn step(&self, x: Tensor<2>, state: Vec<Tensor<2>>) -> Vec<Tensor<2>> {
        step(&self.recurrence, &self.weights(), x, state, self.engine)
    }

    /// A stream that begins with a state, where a kernel takes it and so is faster than single steps.
    pub fn stream(&self, state: &[Tensor<2>]) -> Option<Stream> {
        Stream::new(&self.recurrence, &self.weights(), state, self.engine)
    }

    /// A whole sequence: the output, `[batch, time, width]`, zero beyond a row's length, and the state after each row's last
    /// real step (before its first, in reading order, where the direction is reverse).
    ///
    /// # Panics
    ///
    /// If a shape does not fit.
    pub fn scan(
        &self,
        x: &Sequence,
        state: Vec<Tensor<2>>,
        direction: Direction,
    ) -> (Tensor<3>, Vec<Tensor<2>>) {
        let batch = Batch {
            x: x.data().clone(),
            lengths: x.lengths(),
            state,
            direction,
        };
        scan(&self.recurrence, &self.weights(), batch, self.engine)
    }

    /// The same without gradients, with the values of some nodes of the equations at every step.
    ///
    /// # Panics
    ///
    /// If a shape does not fit, or the equations have no such node.
    pub fn trace(
        &self,
        x: &Sequence,
        state: Vec<Tensor<2>>,
        direction: Direction,
        nodes: &[Id],
    ) -> Traced {
        let batch = Batch {
            x: x.data().clone(),
            lengths: x.lengths(),
            state,
            direction,
        };
        trace(&self.recurrence, &self.weights(), batch, nodes, self.engine)
    }

    fn weights(&self) -> Weights {
        let units = self.d_hidden();
        let bias = |linear: &Linear, has: &[bool]| {
            let stored = linear.bias.as_ref()?.val();
            Some(every_bias(stored, has, units))
        };
        let hidden = self.hidden.as_ref();
        let input = self.input.weight.val();
        let mut vectors = self.every_vector(&input);
        let mut hidden_bias =
            hidden.and_then(|linear| bias(linear, self.program().hidden_biases()));
        let (factor, recurrent) = match self.factors() {
            _ if self.recurrence.is_diagonal() => {
                vectors.extend(self.diagonals(hidden_bias.take(), &input));
                (None, None)
            }
            Some([first, second]) => (Some(first), Some(second)),
            None => (None, self.recurrent_weights()),
        };
        Weights {
            vectors,
            input: self
                .structure
                .input(self.program().inputs(), input, &self.constants),
            input_bias: bias(&self.input, self.program().input_biases()),
            hidden: recurrent,
            factor,
            hidden_bias,
            projection: self.projection.as_ref().map(|r| r.weight.val()),
            mask: self.mask.clone(),
            moves: self.moves.clone(),
        }
    }

    /// The factors of recurrent weights of low rank, where the equations can take one after the other and that is less work than
    /// with the one matrix that the two make up. Numbers of that matrix are dropped, and a projection of the equations' own
    /// is the only one.
    fn factors(&self) -> Option<[Tensor<2>; 2]> {
        let first = self.factor.as_ref()?.weight.val();
        let second = self.hidden.as_ref()?.weight.val();
        let ([rows, rank], [_, columns]) = (first.dims(), second.dims());
        let fewer = rank * (rows + columns) < rows * columns;
        let whole = self.weight_mask.is_some() || self.program().has_projection();
        (fewer && !whole).then_some([first, second])
    }

    /// The diagonals of the recurrent matrices, and the biases of the products that have one: `[units]` each.
    fn diagonals(&self, biases: Option<Tensor<1>>, like: &Tensor<2>) -> Vec<Tensor<1>> {
        let units = self.d_hidden();
        let stored = self.kept_weights().expect("a recurrent product");
        let stored: Tensor<1> = stored.squeeze_dim(0);
        let of = |all: &Tensor<1>, block: usize| all.clone().narrow(0, block * units, units);
        let has = self.program().hidden_biases().iter().enumerate();
        let matrices = (0..has.len()).map(|block| of(&stored, block));
        let biases = has
            .filter(|(_, has)| **has)
            .map(|(block, _)| match &biases {
                Some(all) => of(all, block),
                None => Tensor::zeros([units], (&like.device(), like.dtype())),
            });
        matrices.chain(biases).collect()
    }

    /// The vectors of the equations, `[units]` each, learned and given.
    pub(super) fn every_vector(&self, like: &Tensor<2>) -> Vec<Tensor<1>> {
        let mut learned = self.vectors.iter();
        let names = self.program().vectors().iter();
        let vectors = names.map(|name| match self.structure.vector(name) {
            Some(numbers) => {
                let given = self
                    .constants
                    .get(&format!("v_{name}"), like, |device, dtype| {
                        Tensor::<1>::from_data(numbers, (device, dtype)).unsqueeze()
                    });
                given.squeeze_dim(0)
            }
            None => {
                let learned = learned.next().expect("a learned vector is stored");
                learned.val().expand([self.d_hidden()])
            }
        });
        vectors.collect()
    }
}
