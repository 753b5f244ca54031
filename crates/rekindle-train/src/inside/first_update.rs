//! The gradients of an update that a network would make if it began to learn.

use crate::{
    config::experiment::Experiment,
    model::net::Net,
    tasks::task::{At, Task},
};
use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Device;

/// The network on a device that differentiates, and the gradients of its weights in the first update of a run.
pub(super) fn gradients(
    task: &dyn Task,
    net: &Net,
    experiment: &Experiment,
    device: &Device,
) -> (Net, GradientsParams) {
    let device = device.clone().autodiff();
    let net = net.clone().fork(&device).train().unfreeze();
    let at = At {
        step: 0,
        batch: experiment.train.batch,
        seed: experiment.seed,
        device,
    };
    let loss = task.loss(&net, &at, None).value;
    let gradients = GradientsParams::from_grads(loss.backward(), &net);
    (net, gradients)
}
