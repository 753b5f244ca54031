//! Where the answer is known in closed form, or from the paper.

use super::*;
use crate::{Activation, CellConfig, Elman, ElmanConfig, LstmConfig, RecurrentConfig};
use burn::module::Param;
use burn::tensor::Distribution;

/// A network whose recurrent matrix is a factor times a rotation in two planes: orthogonal.
fn rotating(activation: Activation, factor: f32) -> Recurrent<Elman> {
    let device = Device::flex();
    let config = ElmanConfig {
        activation,
        ..ElmanConfig::new(4)
    };
    let mut layer = RecurrentConfig::new(config).init(3, &device);
    let plane = |angle: f32| (factor * angle.cos(), factor * angle.sin());
    let ((a, b), (c, d)) = (plane(0.7), plane(1.9));
    let rotation = [
        [a, b, 0.0, 0.0],
        [-b, a, 0.0, 0.0],
        [0.0, 0.0, c, d],
        [0.0, 0.0, -d, c],
    ];
    let hidden = layer.layers[0].forward.gates.hidden.as_mut();
    hidden.expect("a recurrent product").weight =
        Param::from_tensor(Tensor::from_data(rotation, &device));
    layer
}

fn of<C: Cell>(layer: &Recurrent<C>, d_input: usize, lag: usize) -> Horizon {
    let x = Tensor::random(
        [2, lag + 5, d_input],
        Distribution::Default,
        &Device::flex(),
    );
    layer.horizon(x, None, lag, Site::default(), |y| {
        let time = y.dims()[1];
        y.narrow(1, time - 1, 1).sum()
    })
}

#[test]
fn a_linear_network_loses_a_power_of_its_factor() {
    for factor in [0.5f32, 1.0, 1.25] {
        let horizon = of(&rotating(Activation::Identity, factor), 3, 400);
        let ln = f64::from(factor).ln();
        for (k, relative) in horizon.relative().into_iter().enumerate() {
            // 0.5^400 is far below what f32 holds.
            assert!((relative - k as f64 * ln).abs() < 1e-4, "lag {}", k + 1);
        }
        let exponent = horizon.lyapunov().expect("it is linear");
        assert!((exponent - ln).abs() < 1e-6, "{exponent} is not {ln}");
    }
    let half = of(&rotating(Activation::Identity, 0.5), 3, 40);
    // 0.5^9 is the last power above a thousandth: that is lag 10.
    assert_eq!((half.reach(1e-3), half.peak().0), (Some(11), 1));
    let growing = of(&rotating(Activation::Identity, 1.25), 3, 40);
    assert_eq!((growing.reach(1e-3), growing.peak().0), (None, 40));
}

#[test]
fn a_squashed_network_forgets_what_a_linear_one_keeps() {
    let horizon = of(&rotating(Activation::Tanh, 1.0), 3, 100);
    assert!(horizon.reach(1e-3).is_some_and(|lag| lag < 100));
    assert!(horizon.lyapunov().is_some_and(|exponent| exponent < 0.0));
}

/// Without weights the only path back is the memory's own, of which each step keeps `σ(b_f)`.
#[test]
fn a_forget_gate_alone_decides_what_is_kept_of_the_gradient() {
    let device = Device::flex();
    for (forget_bias, reach) in [(8.0f64, None), (0.0, Some(11))] {
        let mut layer = RecurrentConfig::new(LstmConfig::new(6)).init(3, &device);
        let gates = &mut layer.layers[0].forward.gates;
        let hidden = gates.hidden.as_mut().expect("a recurrent product");
        for linear in [&mut gates.input, hidden] {
            let zeros = linear.weight.val().zeros_like();
            linear.weight = Param::from_tensor(zeros);
            linear.bias = None;
        }
        let biases = [0.0, forget_bias as f32, 0.0, 0.0].map(|b| Tensor::full([6], b, &device));
        gates.input.bias = Some(Param::from_tensor(Tensor::cat(biases.to_vec(), 0)));

        let horizon = of(&layer, 3, 100);
        assert_eq!(horizon.states, ["0.forward.h", "0.forward.c"]);
        let ln = -(-forget_bias).exp().ln_1p();
        for (k, relative) in horizon.relative().into_iter().enumerate() {
            let error = (relative - k as f64 * ln).abs();
            assert!(error < 1e-4, "lag {}: {error}", k + 1);
        }
        assert_eq!(horizon.reach(1e-3), reach);
    }
}
