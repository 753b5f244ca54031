//! The sequence mixing of an sLSTM block.

use super::{parted, usual_convolution, usual_heads};
use crate::blocks::convolution::Convolution;
use crate::blocks::headwise::Headwise;
use crate::blocks::norm::HeadNorm;
use crate::blocks::state::MixerState;
use burn::module::{Module, Param};
use burn::tensor::activation::silu;
use burn::tensor::{Device, Tensor, TensorData};
use rekindle::cells::SlstmConfig;
use rekindle::engine::{Direction, Engine};
use rekindle::{CellConfig, Invalid, Sequence, positive};
use rekindle_engine::{Batch, Recurrence, Weights, scan};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Configuration of the sequence mixing of an sLSTM block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SLstmMixerConfig {
    /// The number of heads.
    pub heads: usize,
    /// The steps of the convolution: 4 by default.
    #[serde(default = "usual_convolution")]
    pub convolution: usize,
}

impl SLstmMixerConfig {
    /// Of four heads.
    pub fn new(d_model: usize) -> Self {
        SLstmMixerConfig {
            heads: usual_heads(d_model),
            convolution: usual_convolution(),
        }
    }

    rekindle::setters! {
        heads: usize,
        convolution: usize,
    }

    pub(in crate::blocks) fn validate(&self, d_model: usize) -> Result<(), Invalid> {
        positive("convolution", self.convolution)?;
        parted("heads", self.heads, d_model)
    }

    pub(in crate::blocks) fn init(
        &self,
        d_model: usize,
        epsilon: f64,
        device: &Device,
    ) -> SLstmMixer {
        let cell = SlstmConfig::new(d_model).with_heads(self.heads);
        let program = cell.program().expect("a cell of equations");
        let headwise = || [(); GATES].map(|()| Headwise::new(self.heads, d_model, device));
        // Forget gates, the second, begin open, as the cell's do.
        let bias = (0..GATES * d_model).map(|unit| f64::from(u8::from(unit / d_model == 1)));
        let shape = [GATES, self.heads, d_model / self.heads];
        let bias = TensorData::new(bias.collect::<Vec<f64>>(), shape);
        SLstmMixer {
            convolution: Convolution::new(self.convolution, d_model, true, device),
            gates: headwise(),
            recurrent: headwise(),
            bias: Param::from_tensor(Tensor::from_data(bias, device)),
            norm: HeadNorm::new(self.heads, d_model, false, epsilon, device),
            recurrence: Arc::new(Recurrence::new(program)),
        }
    }
}

/// The gates of an sLSTM, in the order of its cell: i, f, z, o.
const GATES: usize = 4;

/// The sequence mixing of an sLSTM block.
#[derive(Module, Debug)]
pub struct SLstmMixer {
    convolution: Convolution,
    /// Maps of the convolution for i and f, of the step for z and o.
    gates: [Headwise; GATES],
    recurrent: [Headwise; GATES],
    /// `[4, heads, d_model / heads]`
    bias: Param<Tensor<3>>,
    norm: HeadNorm,
    #[module(skip)]
    recurrence: Arc<Recurrence>,
}

impl SLstmMixer {
    /// What is remembered before the first step of a batch.
    pub(in crate::blocks) fn initial(&self, x: &Tensor<3>) -> MixerState {
        let tail = self.convolution.initial(x);
        let [rows, _, width] = tail.dims();
        let like = (&x.device(), x.dtype());
        let states = self.recurrence.program().states().iter();
        MixerState {
            tails: vec![tail],
            states: states.map(|_| Tensor::zeros([rows, width], like)).collect(),
        }
    }

    /// `[batch, time, d_model]` to the same shape, and what is remembered then.
    pub(in crate::blocks) fn forward(
        &self,
        x: &Sequence,
        state: MixerState,
    ) -> (Tensor<3>, MixerState) {
        let (before, states) = state.behind_one();
        let (c, after) = self.convolution.forward(x, before);
        let batch = Batch {
            x: Tensor::cat(vec![silu(c), x.data().clone()], 2),
            lengths: x.lengths(),
            state: states,
            direction: Direction::Forward,
        };
        let (y, states) = scan(&self.recurrence, &self.weights(), batch, Engine::default());
        let tails = vec![after];
        (self.norm.forward(y), MixerState { tails, states })
    }

    /// The maps as the cell's equations have them: of the convolution and the step side by side, and of the state before.
    fn weights(&self) -> Weights {
        let [i, f, z, o] = self.gates.each_ref().map(Headwise::matrix);
        let [convolved, read] = [[i, f], [z, o]].map(|two| Tensor::cat(two.to_vec(), 1));
        let nothing = convolved.zeros_like();
        let input = Tensor::cat(
            vec![
                Tensor::cat(vec![convolved, nothing.clone()], 1),
                Tensor::cat(vec![nothing, read], 1),
            ],
            0,
        );
        let recurrent = self.recurrent.each_ref().map(Headwise::matrix);
        Weights {
            input,
            input_bias: Some(self.bias.val().flatten(0, 2)),
            hidden: Some(Tensor::cat(recurrent.to_vec(), 1)),
            factor: None,
            hidden_bias: None,
            vectors: Vec::new(),
            projection: None,
            mask: None,
            moves: None,
        }
    }
}
