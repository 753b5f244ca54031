//! A convolution that keeps the size of what it is applied to.

use crate::init::Init;
use crate::sequence::Sequence;
use burn::module::{Module, Param};
use burn::tensor::module::{conv1d, conv2d, conv3d};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};

/// The weight of a convolution, `[to, from, size, ..]` as PyTorch has it, over as many dimensions as there are
/// sizes.
#[derive(Module, Debug)]
pub enum Kernel {
    /// Over a line.
    One(Param<Tensor<3>>),
    /// Over a plane.
    Two(Param<Tensor<4>>),
    /// Over a volume.
    Three(Param<Tensor<5>>),
}

/// A convolution in one to three dimensions, with stride 1 and zeros beyond the border, so that every point
/// stays.
#[derive(Module, Debug)]
pub struct Convolution {
    /// The kernel.
    pub weight: Kernel,
    /// A number a channel.
    pub bias: Option<Param<Tensor<1>>>,
}

/// The sizes of a convolution.
pub(crate) struct Sizes {
    /// The channels that come in.
    pub(crate) from: usize,
    /// The channels of a block that go out.
    pub(crate) to: usize,
    /// The number of blocks, stacked.
    pub(crate) blocks: usize,
    /// The width of the kernel in every dimension.
    pub(crate) width: usize,
    /// The number of dimensions.
    pub(crate) dimensions: usize,
}

impl Convolution {
    /// For inputs: blocks begin as matrices of the input do.
    pub(crate) fn input(sizes: &Sizes, bias: bool, init: Init, device: &Device) -> Self {
        let rows = sizes.from * sizes.taps();
        let matrix = init.input([rows, sizes.blocks, sizes.to], device);
        let width = sizes.blocks * sizes.to;
        let bias = bias.then(|| init.vector(width, sizes.to, device).detach());
        Convolution {
            weight: sizes.kernel(matrix),
            bias: bias.map(Param::from_tensor),
        }
    }

    /// For states: blocks begin as recurrent matrices do, without a bias.
    pub(crate) fn hidden(sizes: &Sizes, init: Init, device: &Device) -> Self {
        let rows = sizes.from * sizes.taps();
        let matrix = init.hidden([rows, sizes.blocks, sizes.to], device);
        Convolution {
            weight: sizes.kernel(matrix),
            bias: None,
        }
    }

    /// The channels that come in.
    pub fn channels(&self) -> usize {
        match &self.weight {
            Kernel::One(weight) => weight.dims()[1],
            Kernel::Two(weight) => weight.dims()[1],
            Kernel::Three(weight) => weight.dims()[1],
        }
    }

    /// Rows of pictures, `[rows, from * points]` to `[rows, to * points]`, the channels first. `space` are the
    /// points in every dimension.
    ///
    /// # Panics
    ///
    /// If the rows are no pictures of that space, or the kernel has other dimensions.
    pub fn forward(&self, x: Tensor<2>, space: &[usize]) -> Tensor<2> {
        let rows = x.dims()[0];
        let from = self.channels();
        let bias = self.bias.as_ref().map(Param::val);
        match (&self.weight, space) {
            (Kernel::One(weight), &[a]) => {
                let x = x.reshape([rows, from, a]);
                let y = conv1d(x, weight.val(), bias, same(weight.dims()));
                y.flatten(1, 2)
            }
            (Kernel::Two(weight), &[a, b]) => {
                let x = x.reshape([rows, from, a, b]);
                let y = conv2d(x, weight.val(), bias, same(weight.dims()));
                y.flatten(1, 3)
            }
            (Kernel::Three(weight), &[a, b, c]) => {
                let x = x.reshape([rows, from, a, b, c]);
                let y = conv3d(x, weight.val(), bias, same(weight.dims()));
                y.flatten(1, 4)
            }
            _ => panic!("the kernel is not one over {} dimensions", space.len()),
        }
    }
}

impl Convolution {
    /// The convolution of every step of a batch.
    pub(crate) fn over_time(&self, x: &Sequence, space: &[usize]) -> Sequence {
        let [batch, time, width] = x.data().dims();
        let all = x.data().clone().reshape([batch * time, width]);
        let y = self.forward(all, space);
        let width = y.dims()[1];
        x.with(y.reshape([batch, time, width]))
    }
}

/// Half a kernel of zeros on every side.
fn same<const D: usize, const N: usize>(weight: [usize; D]) -> ConvOptions<N> {
    let padding = std::array::from_fn(|n| weight[n + 2] / 2);
    ConvOptions::new([1; N], padding, [1; N], 1)
}

impl Sizes {
    fn taps(&self) -> usize {
        self.width.pow(self.dimensions as u32)
    }

    /// A matrix, `[from * taps, blocks * to]`, as a kernel.
    fn kernel(&self, matrix: Tensor<2>) -> Kernel {
        let (from, to, k) = (self.from, self.blocks * self.to, self.width);
        let matrix = matrix.transpose();
        match self.dimensions {
            1 => Kernel::One(leaf(matrix.reshape([to, from, k]))),
            2 => Kernel::Two(leaf(matrix.reshape([to, from, k, k]))),
            _ => Kernel::Three(leaf(matrix.reshape([to, from, k, k, k]))),
        }
    }
}

fn leaf<const D: usize>(value: Tensor<D>) -> Param<Tensor<D>> {
    Param::from_tensor(value.detach())
}
