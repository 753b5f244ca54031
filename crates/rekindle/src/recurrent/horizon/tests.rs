//! Where the answer is known in closed form, or from the paper.

use super::*;
use crate::{Activation, CellConfig, CustomConfig, Elman, ElmanConfig, Gru, GruConfig, LstmConfig};
use crate::{Layer, LayerState, Merge, RecurrentConfig};
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

#[test]
fn a_cell_that_does_not_read_its_state_has_no_gradient() {
    let cell = CustomConfig::from_equations(4, "state h\ninput h\nh' = tanh(W_h x + b_h)\n");
    let layer = RecurrentConfig::new(cell).init(3, &Device::flex());
    let horizon = of(&layer, 3, 12);
    assert!(horizon.relative().iter().all(|&ln| ln == f64::NEG_INFINITY));
    assert_eq!(horizon.reach(1e-3), Some(1));
    assert_eq!(horizon.peak(), (1, f64::NEG_INFINITY));
    assert_eq!(horizon.lyapunov(), None);
}

#[test]
fn the_norms_of_the_layers_make_that_of_the_stack() {
    let mut config = RecurrentConfig::new(LstmConfig::new(5));
    config.layers = 2;
    let horizon = of(&config.init(3, &Device::flex()), 3, 20);
    let [below, above] = [0, 1].map(|layer| {
        horizon.only(Site {
            layer,
            ..Site::default()
        })
    });
    assert_eq!(above.states, ["1.forward.h", "1.forward.c"]);
    for (lag, rows) in horizon.norms.iter().enumerate() {
        for (row, &all) in rows.iter().enumerate() {
            let square = |h: &Horizon| (2.0 * h.norms[lag][row]).exp();
            let both = 0.5 * (square(&below) + square(&above)).ln();
            assert!((all - both).abs() < 1e-5, "{all} is not {both}");
        }
    }
}

/// In one graph: the last step of the lower layer, and all of the layer above, which begins with states that
/// are not zero.
#[test]
fn a_lower_layer_of_both_directions_is_seen_through_the_upper_one() {
    let device = Device::flex();
    let mut config = RecurrentConfig::new(GruConfig::new(4));
    (config.layers, config.bidirectional) = (2, true);
    config.reverse_cell = Some(GruConfig::new(3));
    let stack = config.init(3, &device);
    let (batch, time) = (2, 7);
    let x = Tensor::random([batch, time, 3], Distribution::Default, &device);
    let states = stack.initial(&x).map(|s| s + 0.3);
    let weight = Tensor::<3>::random(
        [batch, time, stack.d_output()],
        Distribution::Default,
        &device,
    );
    let loss = |y: Tensor<3>| (y * autodiff(weight.clone())).sum();
    let found = stack.horizon(x.clone(), Some(states.clone()), 1, Site::default(), loss);

    let of = |layer: usize| {
        let LayerState { forward, reverse } = states.layers[layer].clone();
        (forward, reverse.expect("both directions"))
    };
    let cells = |layer: &Layer<Gru>| (layer.forward.clone(), layer.reverse.clone().expect("both"));
    let noise = stack.noise();
    let ((forward, back), (own, other)) = (cells(&stack.layers[0]), of(0));
    let lead = Sequence::new(x.clone().narrow(1, 0, time - 1));
    let (before, state) = noise.scan(&forward, &lead, own, Direction::Forward);
    let reverse = noise.scan(&back, &Sequence::new(x.clone()), other, Direction::Reverse);
    let tracked = stack.clone().fork(&device.clone().autodiff());
    let [leaf] = state.map(|s| autodiff(s).require_grad());
    let last = autodiff(x.narrow(1, time - 1, 1).squeeze_dim(1));
    let (y, _) = tracked.layers[0].forward.step(last, [leaf.clone()]);
    let y = Tensor::cat(vec![autodiff(before), y.unsqueeze_dim(1)], 1);
    let middle = Sequence::new(Merge::Concat.of(y, autodiff(reverse.0)));
    let ((forward, back), (own, other)) = (cells(&tracked.layers[1]), of(1));
    let [own, other] = [own, other].map(|s| s.map(autodiff));
    let (y, _) = noise.scan(&forward, &middle, own, Direction::Forward);
    let (z, _) = noise.scan(&back, &middle, other, Direction::Reverse);
    let grads = loss(Merge::Concat.of(y, z)).backward();
    let gradient = leaf.grad(&grads).expect("the loss depends on it");
    for (ln, square) in found.norms[0].iter().zip(squares(&gradient)) {
        let expected = 0.5 * square.ln();
        assert!((ln - expected).abs() < 1e-4, "{ln} is not {expected}");
    }
}

/// Nothing that a step gives depends on the state before it, and yet each is differentiated by it.
#[test]
fn a_cell_without_recurrence_has_no_horizon_by_any_executor() {
    use crate::{EngineConfig, ExecutorChoice};
    for executor in [
        ExecutorChoice::Tiles,
        ExecutorChoice::Primitives,
        ExecutorChoice::Steps,
    ] {
        for equations in [
            "state h\ninput a\nh' = W_a x\n",
            "state h, c\ninput a\nh' = W_a x\nc' = h\n",
            "state h, c\ninput a\nh' = W_a x\nc' = 2.0\n",
        ] {
            let config = RecurrentConfig {
                engine: EngineConfig {
                    executor,
                    ..EngineConfig::default()
                },
                ..RecurrentConfig::new(CustomConfig::from_equations(4, equations))
            };
            let horizon = of(&config.init(3, &Device::flex()), 3, 4);
            let norms = horizon.norms.into_iter().flatten();
            assert!(
                norms.into_iter().all(|n| n == f64::NEG_INFINITY),
                "{executor:?} {equations}"
            );
        }
    }
}
