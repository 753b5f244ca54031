//! A stack of blocks.

use super::mixing::{Depth, Mixing};
use super::mlp::Mlp;
use super::norm::Norm;
use super::state::{BlockState, BlocksState};
use burn::module::{Module, Param};
use burn::nn::Dropout;
use burn::tensor::Tensor;
use burn::tensor::activation::softmax;
use rekindle::Sequence;

/// One block.
#[derive(Module, Debug)]
pub(super) struct Block {
    pub(super) mixer_norm: Norm,
    pub(super) mixer: Mixing,
    pub(super) mlp_norm: Option<Norm>,
    pub(super) mlp: Option<Mlp>,
}

/// A stack of residual blocks.
///
/// ```
/// # use burn::tensor::{Device, Distribution, Tensor};
/// use rekindle_models::blocks::BlocksConfig;
/// let device = Device::flex();
/// let hawk = BlocksConfig::preset("hawk", 64, 2).expect("a preset").init(&device);
/// let x = Tensor::random([8, 50, 64], Distribution::Default, &device); // [batch, time, d_model]
/// let (y, state) = hawk.forward(x, None);
/// let next = Tensor::random([8, 1, 64], Distribution::Default, &device);
/// let (z, _) = hawk.forward(next, Some(state)); // goes on where the batch ended
/// # assert_eq!((y.dims(), z.dims()), ([8, 50, 64], [8, 1, 64]));
/// ```
#[derive(Module, Debug)]
pub struct Blocks {
    pub(super) input_norm: Option<Norm>,
    pub(super) blocks: Vec<Block>,
    /// Of each block the shares whose softmax over the blocks adds up to the bounds of their forget gates: `[blocks, width]`.
    pub(super) lower_bounds: Option<Param<Tensor<2>>>,
    pub(super) norm: Norm,
    pub(super) dropout: Dropout,
}

impl Blocks {
    /// The width of what goes from block to block.
    pub fn d_model(&self) -> usize {
        self.norm.width()
    }

    /// What the blocks remember before the first step of a batch, `[batch, time, d_model]`.
    pub fn initial(&self, x: &Tensor<3>) -> BlocksState {
        let blocks = self.blocks.iter().map(|block| BlockState {
            mixer: block.mixer.initial(x),
            mlp: block.mlp.as_ref().and_then(|mlp| mlp.initial(x)),
        });
        BlocksState {
            blocks: blocks.collect(),
        }
    }

    /// The output at every step, `[batch, time, d_model]`, zero beyond a row's length, and what the blocks remember then. `x` is a
    /// tensor `[batch, time, d_model]`, or a [`Sequence`] with lengths. Without a `state` they begin.
    ///
    /// # Panics
    ///
    /// If a shape does not fit; the message names the shapes.
    pub fn forward(
        &self,
        x: impl Into<Sequence>,
        state: Option<BlocksState>,
    ) -> (Tensor<3>, BlocksState) {
        let mut x = x.into().cleared();
        let before = state.unwrap_or_else(|| self.initial(x.data())).blocks;
        assert!(
            before.len() == self.blocks.len(),
            "the state is that of {} blocks, but there are {}",
            before.len(),
            self.blocks.len()
        );
        let mut after = Vec::with_capacity(self.blocks.len());
        if let Some(norm) = &self.input_norm {
            x = x.with(norm.forward(x.data().clone()));
        }
        let mut depth = Depth::default();
        let mut rises = self.rises();
        for (block, state) in self.blocks.iter().zip(before) {
            let BlockState { mixer, mlp } = state;
            let normed = x.with(block.mixer_norm.forward(x.data().clone()));
            let (mixed, mixer) = block.mixer.forward(&normed, mixer, &mut depth);
            let mut data = x.data().clone() + self.dropout.forward(mixed);
            let mut state = BlockState { mixer, mlp: None };
            if let (Some(norm), Some(own)) = (&block.mlp_norm, &block.mlp) {
                let normed = x.with(norm.forward(data.clone()));
                let (added, step) = own.forward(&normed, mlp);
                data = data + self.dropout.forward(added);
                state.mlp = step;
            }
            x = x.with(data);
            after.push(state);
            if let Some(rise) = rises.next() {
                depth.bound = Some(match depth.bound {
                    Some(bound) => bound + rise,
                    None => rise,
                });
            }
        }
        let y = self.norm.forward(x.data().clone());
        (
            x.with(y).cleared().into_data(),
            BlocksState { blocks: after },
        )
    }

    /// How much the bounds of the forget gates rise from each block to the next; the first has none.
    fn rises(&self) -> impl Iterator<Item = Tensor<1>> {
        let shares = self.lower_bounds.as_ref();
        let shares = shares.map(|bounds| softmax(bounds.val(), 0));
        let blocks = self.blocks.len();
        shares.into_iter().flat_map(move |shares| {
            (1..blocks).map(move |block| shares.clone().narrow(0, block, 1).squeeze_dim(0))
        })
    }
}
