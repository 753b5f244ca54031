//! The same equations with recurrent weights of another form, or in which inputs and memory scale one another.

use super::Gates;
use super::stored::{every_bias, parameter};
use crate::constants::Constants;
use crate::structure::Structure;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use rekindle_engine::passes::{self, Way};
use rekindle_engine::{Program, Recurrence};
use std::sync::Arc;

impl Gates {
    /// The same equations with fresh recurrent weights of low rank, `U = U_1 U_2` with `U_1` of `rank` columns that all
    /// blocks share: fewer numbers and, in the paper that made it known (Kusupati et al. 2018,
    /// <https://arxiv.org/abs/1901.02358>), hardly another network.
    ///
    /// # Panics
    ///
    /// If the equations have no recurrent product, or a [`Structure`] of their own.
    pub fn of_rank(mut self, rank: usize, device: &Device) -> Self {
        assert!(
            self.structure.is_plain(),
            "weights that are mapped are not of low rank as well"
        );
        let hidden = self.hidden.as_mut().expect("a recurrent product");
        let [rows, columns] = hidden.weight.dims();
        let units = self.input.weight.dims()[1] / self.recurrence.program().inputs().len();
        let blocks = columns / units;
        self.factor = Some(Linear {
            weight: parameter(self.init.input([rows, 1, rank], device)),
            bias: None,
        });
        hidden.weight = parameter(self.init.input([rank, blocks, units], device));
        self
    }

    /// The same equations with fresh recurrent weights that are diagonal: every unit sees itself alone (IndRNN, Li et
    /// al. 2018, <https://arxiv.org/abs/1803.04831>).
    ///
    /// # Panics
    ///
    /// If the equations have no recurrent product of the units' width, or a [`Structure`] of their own.
    pub fn independent(mut self, device: &Device) -> Self {
        assert!(
            self.structure.is_plain(),
            "weights that are mapped are not diagonal as well"
        );
        let units = self.d_hidden();
        let hidden = self.hidden.as_mut().expect("a recurrent product");
        let [rows, columns] = hidden.weight.dims();
        assert!(rows == units, "the products take a projected value");
        let shape = [1, columns / units, units];
        hidden.weight = parameter(self.init.input(shape, device));
        self.structure = Structure::heads(units);
        self.recurrence = Arc::new(Recurrence::diagonal(self.program().clone()));
        self.constants = Constants::default();
        self
    }

    /// The same parameters in equations behind whose step every state has moved by the share `1 - rate` only: zoneout (Krueger
    /// et al. 2017, <https://arxiv.org/abs/1606.01305>) where nothing is drawn.
    pub fn zoned(mut self, rate: f64) -> Self {
        let made = || {
            let program = passes::zoneout(self.program(), Way::Share(1.0 - rate));
            Arc::new(self.of_this_form(program))
        };
        let (known, recurrence) = self.zoned.get_or_init(|| (rate, made()));
        self.recurrence = match *known == rate {
            true => recurrence.clone(),
            false => made(),
        };
        self.zoned = Arc::default();
        self
    }

    /// The same parameters in equations in which an input block and a recurrent one scale one another, wherever they were
    /// added up: multiplicative integration (Wu et al. 2016, <https://arxiv.org/abs/1606.06630>). `α` begins with 2 and the
    /// `β` with 0.5, as in the paper; a bias begins with what the two were.
    pub fn multiplied(mut self, device: &Device) -> Self {
        let biased = |linear: &Linear| linear.bias.is_some();
        let biases = biased(&self.input) || self.hidden.as_ref().is_some_and(biased);
        let (program, places) = passes::integrate(self.program(), biases);
        let units = self.d_hidden();
        let full = |value| parameter(Tensor::<1>::full([units], value, device));
        let of = |linear: &Linear, has: &[bool], block: usize| {
            let stored = linear.bias.as_ref()?.val();
            Some(every_bias(stored, has, units).narrow(0, block * units, units))
        };
        let mut vectors = Vec::new();
        for place in places {
            vectors.extend([2.0, 0.5, 0.5].map(full));
            if place.bias {
                let input = of(&self.input, self.program().input_biases(), place.input);
                let hidden = self.hidden.as_ref();
                let has = self.program().hidden_biases();
                let hidden = hidden.and_then(|hidden| of(hidden, has, place.hidden));
                let sum = input.into_iter().chain(hidden).reduce(|a, b| a + b);
                vectors.push(parameter(sum.expect("a bias of the two")));
            }
        }
        self.vectors.extend(vectors);

        let old = self.program();
        let sides = [
            [old.input_biases().to_vec(), program.input_biases().to_vec()],
            [
                old.hidden_biases().to_vec(),
                program.hidden_biases().to_vec(),
            ],
        ];
        for (linear, [had, has]) in [Some(&mut self.input), self.hidden.as_mut()]
            .into_iter()
            .zip(sides)
        {
            if let Some(linear) = linear {
                keep_biases(linear, &had, &has, units);
            }
        }
        self.recurrence = Arc::new(self.of_this_form(program));
        self.zoned = Arc::default();
        self
    }

    /// Equations of the same recurrent blocks, whose matrices are as these are.
    fn of_this_form(&self, program: Program) -> Recurrence {
        match self.recurrence.is_diagonal() {
            true => Recurrence::diagonal(program),
            false => Recurrence::new(program),
        }
    }
}

/// Keeps the biases of the blocks that still have one.
fn keep_biases(linear: &mut Linear, had: &[bool], has: &[bool], units: usize) {
    let Some(bias) = linear.bias.take() else {
        return;
    };
    let all = every_bias(bias.val(), had, units);
    let blocks = has.iter().enumerate().filter(|(_, has)| **has);
    let kept = blocks.map(|(block, _)| all.clone().narrow(0, block * units, units));
    let kept: Vec<Tensor<1>> = kept.collect();
    linear.bias = (!kept.is_empty()).then(|| parameter(Tensor::cat(kept, 0)));
}
