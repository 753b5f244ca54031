//! How many numbers blocks take at least, found out before they are made.

use super::config::BlocksConfig;
use super::mixer::MixerConfig;
use super::mixing::MixingConfig;
use super::mlp::MlpConfig;
use rekindle::{CellConfig, Extent};

/// Linear maps between these widths, each of which leaves its output behind.
fn maps<const N: usize>(of: [[usize; 2]; N]) -> Extent {
    let weights = of.iter().map(|[from, to]| *from as f64 * *to as f64);
    Extent {
        weights: weights.sum(),
        step: of.iter().map(|[_, to]| *to as f64).sum(),
        ..Extent::default()
    }
}

impl BlocksConfig {
    /// How many numbers the blocks take at least.
    pub fn extent(&self) -> Extent {
        let block = |place: usize| {
            let (mixer, mlp) = self.parts(place);
            let mlp = mlp.map(|mlp| mlp.extent(self.d_model));
            mixer.extent(self.d_model) + mlp.unwrap_or_default()
        };
        (0..self.blocks).fold(Extent::default(), |sum, place| sum + block(place))
    }
}

impl MlpConfig {
    fn extent(&self, d_model: usize) -> Extent {
        let ends = maps([[d_model, self.d_hidden], [self.d_hidden, d_model]]);
        match self.gated {
            true => ends + maps([[d_model, self.d_hidden]]),
            false => ends,
        }
    }
}

impl MixingConfig {
    fn extent(&self, d_model: usize) -> Extent {
        match self {
            MixingConfig::Cell(config) => config.extent(d_model),
            MixingConfig::Rwkv7(config) => {
                let d_output = config.cell.d_output();
                config.cell.extent(d_model) + maps([[d_output, d_model]])
            }
            MixingConfig::MLstm(config) => {
                let inner = config.d_inner;
                let ends = maps([[d_model, inner], [d_model, inner], [inner, d_model]]);
                ends + maps([[config.block, inner]; 3])
            }
            // Of four gates, each head by itself, what it reads and its own output.
            MixingConfig::SLstm(config) => maps([[d_model / config.heads.max(1), d_model]; 8]),
        }
    }
}

impl MixerConfig {
    fn extent(&self, d_model: usize) -> Extent {
        let d_output = self.cell.d_output();
        let d_input = self.d_inner.unwrap_or(d_model);
        let own = self.cell.extent(d_input) + maps([[d_output, d_model]]);
        let before = self.d_inner.map(|inner| maps([[d_model, inner]]));
        let gate = self.gate.map(|_| match self.gate_rank {
            Some(rank) => maps([[d_model, rank], [rank, d_output]]),
            None => maps([[d_model, d_output]]),
        });
        own + before.unwrap_or_default() + gate.unwrap_or_default()
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;
    use crate::blocks::PRESETS;
    use burn::module::Module;
    use burn::tensor::Device;

    #[test]
    fn no_preset_has_fewer_weights_than_is_said() {
        for (name, _) in PRESETS {
            let config = BlocksConfig::preset(name, 64, 2).expect("a preset");
            let Extent {
                weights, recurrent, ..
            } = config.extent();
            let said = weights + recurrent;
            let are = config.init(&Device::flex()).num_params() as f64;
            assert!(0.6 * are < said && said <= are, "{name}: {said} of {are}");
        }
    }
}
