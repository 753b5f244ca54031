//! A stack of blocks.

use super::mixing::Mixing;
use super::mlp::Mlp;
use super::norm::Norm;
use super::state::{BlockState, BlocksState};
use burn::module::Module;
use burn::nn::Dropout;
use burn::tensor::Tensor;
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
    pub(super) norm: Norm,
    pub(super) dropout: Dropout,
}

impl Blocks {
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
        let before = match state {
            Some(state) => state.blocks.into_iter().map(Some).collect(),
            None => vec![None; self.blocks.len()],
        };
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
        // The values of the first block, for those that mix them with their own.
        let mut first = None;
        for (block, state) in self.blocks.iter().zip(before) {
            let (mixer, mlp) = match state {
                Some(BlockState { mixer, mlp }) => (Some(mixer), mlp),
                None => (None, None),
            };
            let normed = x.with(block.mixer_norm.forward(x.data().clone()));
            let (mixed, mixer) = block.mixer.forward(&normed, mixer, &mut first);
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
        }
        let y = self.norm.forward(x.data().clone());
        (
            x.with(y).cleared().into_data(),
            BlocksState { blocks: after },
        )
    }
}
