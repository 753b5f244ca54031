//! How parameters begin.

use burn::module::Param;
use burn::nn::{Initializer, Linear};
use burn::tensor::{Device, Distribution, Tensor};
use serde::{Deserialize, Serialize};

/// The scheme by which a cell's parameters are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Init {
    /// Input weights Xavier-uniform (Glorot & Bengio 2010) and recurrent weights orthogonal
    /// (Saxe et al. 2014), each block by itself; biases zero.
    #[default]
    Rekindle,
    /// Everything, biases too, uniform in `±1/√d_hidden`, as PyTorch draws it.
    Pytorch,
    /// Input weights Xavier-uniform and recurrent weights orthogonal over all blocks together, as
    /// Keras draws them; biases zero.
    Keras,
    /// Nothing is drawn, and all is zero: for weights that are loaded afterwards
    /// ([`RecurrentConfig::blank`](crate::RecurrentConfig::blank)).
    #[serde(skip)]
    Zeros,
}

impl Init {
    /// `W` or another matrix of the input: `[rows, blocks * d_hidden]`.
    pub(crate) fn input(self, [rows, blocks, d_hidden]: [usize; 3], device: &Device) -> Tensor<2> {
        match self {
            Init::Pytorch => self.uniform([rows, blocks * d_hidden], d_hidden, device),
            Init::Rekindle => side_by_side(blocks, || xavier([rows, d_hidden], device)),
            Init::Keras => xavier([rows, blocks * d_hidden], device),
            Init::Zeros => zeros([rows, blocks * d_hidden], device),
        }
    }

    /// `U`: `[rows, blocks * d_hidden]`.
    pub(crate) fn hidden(self, [rows, blocks, d_hidden]: [usize; 3], device: &Device) -> Tensor<2> {
        match self {
            Init::Pytorch => self.uniform([rows, blocks * d_hidden], d_hidden, device),
            Init::Rekindle => side_by_side(blocks, || orthogonal([rows, d_hidden], device)),
            Init::Keras => orthogonal([rows, blocks * d_hidden], device),
            Init::Zeros => zeros([rows, blocks * d_hidden], device),
        }
    }

    /// A map, `[from, to]`, that is no block of others.
    pub(crate) fn linear(self, shape: [usize; 2], d_hidden: usize, device: &Device) -> Tensor<2> {
        match self {
            Init::Pytorch => self.uniform(shape, d_hidden, device),
            Init::Rekindle | Init::Keras => xavier(shape, device),
            Init::Zeros => zeros(shape, device),
        }
    }

    /// A map of these weights, with a bias as wide as what it gives where one is wanted.
    pub(crate) fn map(
        self,
        weight: Tensor<2>,
        bias: bool,
        d_hidden: usize,
        device: &Device,
    ) -> Linear {
        let width = weight.dims()[1];
        let vector = || self.vector(width, d_hidden, device).detach();
        Linear {
            bias: bias.then(|| Param::from_tensor(vector())),
            weight: Param::from_tensor(weight.detach()),
        }
    }

    /// A bias or a learned vector.
    pub(crate) fn vector(self, width: usize, d_hidden: usize, device: &Device) -> Tensor<1> {
        match self {
            Init::Pytorch => self.uniform([width], d_hidden, device),
            Init::Rekindle | Init::Keras | Init::Zeros => Tensor::zeros([width], device),
        }
    }

    /// What is added to the bias of a forget gate: 1 (Gers et al. 2000; Jozefowicz et al. 2015),
    /// or 0 where the scheme is PyTorch's.
    pub fn forget_bias(self) -> f64 {
        match self {
            Init::Pytorch | Init::Zeros => 0.0,
            Init::Rekindle | Init::Keras => 1.0,
        }
    }

    fn uniform<const D: usize>(
        self,
        shape: [usize; D],
        d_hidden: usize,
        device: &Device,
    ) -> Tensor<D> {
        let k = 1.0 / (d_hidden as f64).sqrt();
        Tensor::random(shape, Distribution::Uniform(-k, k), device)
    }
}

/// `ln u`, with `u` uniform in [1, longest - 1]: biases of forget gates that begin with time scales
/// up to the longest dependency expected (Tallec & Ollivier 2018,
/// <https://arxiv.org/abs/1804.11188>).
pub(crate) fn chrono(longest: usize, d_hidden: usize, device: &Device) -> Tensor<1> {
    let scales = Distribution::Uniform(1.0, longest as f64 - 1.0);
    Tensor::<1>::random([d_hidden], scales, device).log()
}

/// Zeros that take no memory before they are written to: flex copies those of `Tensor::zeros` once, to align them.
fn zeros(shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::full(shape, 0.0, device)
}

fn side_by_side(blocks: usize, block: impl Fn() -> Tensor<2>) -> Tensor<2> {
    Tensor::cat((0..blocks).map(|_| block()).collect(), 1)
}

fn xavier([rows, columns]: [usize; 2], device: &Device) -> Tensor<2> {
    Initializer::XavierUniform { gain: 1.0 }
        .init_with([rows, columns], Some(rows), Some(columns), device)
        .into_value()
}

fn orthogonal(shape: [usize; 2], device: &Device) -> Tensor<2> {
    Initializer::Orthogonal { gain: 1.0 }
        .init(shape, device)
        .into_value()
}
