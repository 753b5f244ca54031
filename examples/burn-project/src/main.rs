//! A Burn project that takes one layer from Rekindle: it learns to continue sine waves.

use burn::module::Module;
use burn::nn::loss::{MseLoss, Reduction};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData};
use rekindle::{CellConfig, Lstm, LstmConfig, Recurrent, RecurrentConfig};

/// A recurrent layer and a linear map, as any other Burn module.
#[derive(Module, Debug)]
struct Model {
    lstm: Recurrent<Lstm>,
    output: Linear,
}

impl Model {
    fn new(device: &Device) -> Self {
        Model {
            lstm: RecurrentConfig::new(LstmConfig::new(32)).init(1, device),
            output: LinearConfig::new(32, 1).init(device),
        }
    }

    /// The next value of each wave at every step: `[batch, time, 1]` to `[batch, time, 1]`.
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let (y, _states) = self.lstm.forward(x, None);
        self.output.forward(y)
    }
}

/// Waves of many frequencies, `[batch, time, 1]`, and the same one step later.
fn waves(device: &Device) -> (Tensor<3>, Tensor<3>) {
    const BATCH: usize = 32;
    const TIME: usize = 40;
    let value = |i: usize| {
        let (row, t) = (i / (TIME + 1), i % (TIME + 1));
        (row as f32 + t as f32 * (0.2 + 0.02 * row as f32)).sin()
    };
    let values: Vec<f32> = (0..BATCH * (TIME + 1)).map(value).collect();
    let waves = Tensor::from_data(TensorData::new(values, [BATCH, TIME + 1, 1]), device);
    (waves.clone().narrow(1, 0, TIME), waves.narrow(1, 1, TIME))
}

#[allow(clippy::print_stdout, reason = "it shows what it does")]
fn main() {
    let device = Device::flex().autodiff();
    device.seed(1);
    let mut model = Model::new(&device);
    let mut optimizer = AdamWConfig::new().init();
    let (x, next) = waves(&device);
    for step in 1..=100 {
        let predicted = model.forward(x.clone());
        let loss = MseLoss::new().forward(predicted, next.clone(), Reduction::Mean);
        if step == 1 || step % 10 == 0 {
            println!(
                "step {step:>3}  loss {:.5}",
                loss.clone().into_scalar::<f32>()
            );
        }
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(1e-2, model, gradients);
    }
}
