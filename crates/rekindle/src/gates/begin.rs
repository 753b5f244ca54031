//! Parameters that begin with other numbers than the scheme's.

use super::Gates;
use super::stored::parameter;
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;
use std::ops::Range;

impl Gates {
    /// Adds to the input bias of one block, as it begins: `[d_hidden]`, or `[1]` for all units alike
    /// (the forget gate's 1). Does nothing without biases.
    ///
    /// # Panics
    ///
    /// If the equations have no such block, or it has no bias.
    pub fn with_bias(mut self, block: &str, value: Tensor<1>) -> Self {
        let program = self.program();
        let place = place_of_bias(block, program.inputs(), program.input_biases());
        let place = place
            .unwrap_or_else(|| panic!("the equations have no input block {block:?} with a bias"));
        let units = self.d_hidden();
        add_to_bias(&mut self.input, place * units..(place + 1) * units, value);
        self
    }

    /// The same for the bias of a recurrent block: where a gate has no input block, or one without
    /// a bias.
    ///
    /// # Panics
    ///
    /// If the equations have no such block, or it has no bias.
    pub fn with_hidden_bias(mut self, block: &str, value: Tensor<1>) -> Self {
        let program = self.program();
        let place = place_of_bias(block, program.hiddens(), program.hidden_biases());
        let place = place.unwrap_or_else(|| {
            panic!("the equations have no recurrent block {block:?} with a bias")
        });
        let units = self.d_hidden();
        if let Some(hidden) = &mut self.hidden {
            add_to_bias(hidden, place * units..(place + 1) * units, value);
        }
        self
    }

    /// Multiplies the recurrent weights, as they begin.
    pub fn with_hidden_scaled(mut self, factor: f64) -> Self {
        if let Some(hidden) = &mut self.hidden {
            hidden.weight = parameter(hidden.weight.val() * factor);
        }
        self
    }

    /// Begins a learned vector or scalar with other numbers, whatever the scheme: `[d_hidden]` or,
    /// for a scalar and for all units alike, `[1]`.
    ///
    /// # Panics
    ///
    /// If the equations have no such vector.
    pub fn with_vector(mut self, name: &str, value: Tensor<1>) -> Self {
        let index = self.learned().position(|n| n == name);
        let index = index.unwrap_or_else(|| panic!("the equations have no vector {name:?}"));
        let vector = &mut self.vectors[index];
        *vector = parameter(value.expand(vector.val().dims()));
        self
    }

    /// The same parameters, which stay as they are: stored, and without a gradient.
    pub fn fixed(self) -> Self {
        let mut gates = self.no_grad();
        gates.fixed = true;
        gates
    }
}

/// The place of a block among those with a bias.
fn place_of_bias(block: &str, names: &[String], has: &[bool]) -> Option<usize> {
    let blocks = names.iter().zip(has).filter(|(_, has)| **has);
    blocks.map(|(name, _)| name).position(|name| name == block)
}

/// Adds to a range of a bias, if there is one.
fn add_to_bias(linear: &mut Linear, range: Range<usize>, value: Tensor<1>) {
    if let Some(bias) = &mut linear.bias {
        let shifted = bias.val().slice([range.clone()]) + value.expand([range.len()]);
        let shifted = bias.val().slice_assign([range], shifted);
        *bias = parameter(shifted);
    }
}
