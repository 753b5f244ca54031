//! The gradients of an update that a network would make if it began to learn.

use crate::{
    config::experiment::Experiment,
    model::net::Net,
    tasks::task::{At, Task},
    train::gradients,
};
use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Device;
use rekindle::{EngineConfig, PrecisionChoice};

/// The network on a device that differentiates, and the gradients of its weights in the first update of a run.
pub(super) fn gradients(
    task: &dyn Task,
    net: &Net,
    experiment: &Experiment,
    device: &Device,
) -> (Net, GradientsParams) {
    let net = learning(net, device);
    let gradients = backward(task, &net, experiment, device);
    (net, gradients)
}

/// How far the gradients are from those without rounding, as a share of their norm, where operands of products are rounded.
pub(super) fn rounding(
    task: &dyn Task,
    net: &Net,
    experiment: &Experiment,
    device: &Device,
) -> Option<f64> {
    let engine = experiment.model.engine();
    if engine.precision.is_default() {
        return None;
    }
    let net = learning(net, device);
    // With the same draws of dropout.
    let drawn = |net: &Net| {
        device.seed(experiment.seed);
        backward(task, net, experiment, device)
    };
    let rounded = drawn(&net);
    let mut exact = net.clone();
    exact.set_engine(EngineConfig {
        precision: PrecisionChoice::default(),
        ..engine
    });
    let exact = drawn(&exact);
    let norm = gradients::norm(&net, &exact);
    (norm > 0.0).then(|| gradients::distance(&net, &rounded, &exact) / norm)
}

fn learning(net: &Net, device: &Device) -> Net {
    let device = device.clone().autodiff();
    net.clone().fork(&device).train().unfreeze()
}

fn backward(
    task: &dyn Task,
    net: &Net,
    experiment: &Experiment,
    device: &Device,
) -> GradientsParams {
    let at = At {
        batch: experiment.train.batch,
        ..experiment.first(&device.clone().autodiff())
    };
    let loss = task.loss(net, &at, None).value;
    GradientsParams::from_grads(loss.backward(), net)
}
