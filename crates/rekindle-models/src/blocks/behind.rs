//! Short convolutions behind projections of a cell, and lower bounds of its forget gates.

use super::convolution::Convolution;
use super::function::Function;
use burn::tensor::Tensor;
use burn::tensor::activation::log_sigmoid;
use rekindle::{Inputs, Sequence};
use std::cell::RefCell;

/// What the projections of a cell read, with a convolution behind some of them, and a bound behind that to its forget gate.
pub(super) struct Behind<'a> {
    x: &'a Sequence,
    convolutions: Vec<(&'a str, &'a Convolution)>,
    function: Option<Function>,
    /// The steps before those of `x`, and in their place, once a projection was asked for, those before what follows.
    tails: RefCell<Vec<Tensor<3>>>,
    /// `γ`, for the forget gate `γ + (1 - γ) σ(W_f x)`.
    bound: Option<&'a Tensor<1>>,
}

/// The projection of a forget gate that can have a bound, in cells that have one.
const FORGET: &str = "f";

impl<'a> Behind<'a> {
    /// Of each projection by its name; `tails` are those with which the convolutions begin, or what [`tails`](Behind::tails) gave.
    pub(super) fn new(
        x: &'a Sequence,
        convolutions: Vec<(&'a str, &'a Convolution)>,
        function: Option<Function>,
        tails: Vec<Tensor<3>>,
        bound: Option<&'a Tensor<1>>,
    ) -> Self {
        Behind {
            x,
            convolutions,
            function,
            tails: RefCell::new(tails),
            bound,
        }
    }

    /// The last steps before each convolution.
    pub(super) fn tails(self) -> Vec<Tensor<3>> {
        self.tails.into_inner()
    }
}

impl Inputs for Behind<'_> {
    fn read(&self, _: &'static str) -> Tensor<3> {
        self.x.data().clone()
    }

    fn given(&self, projection: &'static str, y: Tensor<3>) -> Tensor<3> {
        let y = self.convolved(projection, y);
        match self.bound {
            Some(bound) if projection == FORGET => bounded(y, bound),
            _ => y,
        }
    }
}

/// What `σ` makes `γ + (1 - γ) σ(y)` of: `ln(e^y + γ) - ln(1 - γ)`.
fn bounded(y: Tensor<3>, bound: &Tensor<1>) -> Tensor<3> {
    let log: Tensor<3> = bound.clone().log().unsqueeze();
    let rest: Tensor<3> = bound.clone().neg().log1p().unsqueeze();
    let above = log_sigmoid(y.clone() - log).neg();
    y + above - rest
}

impl Behind<'_> {
    fn convolved(&self, projection: &'static str, y: Tensor<3>) -> Tensor<3> {
        let mut convolutions = self.convolutions.iter();
        let Some(place) = convolutions.position(|(name, _)| *name == projection) else {
            return y;
        };
        let tail = &mut self.tails.borrow_mut()[place];
        let (_, convolution) = self.convolutions[place];
        let (y, after) = convolution.forward(&self.x.with(y), tail.clone());
        *tail = after;
        match self.function {
            Some(function) => function.of(y),
            None => y,
        }
    }
}
