//! Missing values do what the paper of the GRU-D says.

use burn::module::Param;
use burn::tensor::{Device, Tensor};
use rekindle::cells::{GruD, GruDConfig};
use rekindle::{Cell, CellConfig, GruConfig, Recurrent, RecurrentConfig, Reset};

const UNITS: usize = 4;
const NONE: f32 = f32::NAN;

/// A layer of two features with decays of `exp(-0.5 δ)` and `exp(-δ)` towards a mean of 2; nothing else decays, and the
/// gates do not see what is missing.
fn decaying(device: &Device) -> GruD {
    let config = GruDConfig {
        mean: 2.0,
        bias: false,
        ..GruDConfig::new(UNITS)
    };
    let mut cell = config.init(2, device);
    cell.gamma_x = Param::from_tensor(Tensor::from_floats([0.5, 1.0], device));
    cell.gamma_h.weight = Param::from_tensor(cell.gamma_h.weight.val().zeros_like());
    cell.mh.weight = Param::from_tensor(cell.mh.weight.val().zeros_like());
    cell
}

/// The states of a cell over the rows of one series.
fn states<const T: usize>(cell: &GruD, x: [[f32; 2]; T]) -> Vec<[Tensor<2>; 3]> {
    let device = cell.gamma_x.device();
    let mut state = cell.initial(1, &device);
    let step = x.map(|row| {
        state = cell
            .step(Tensor::from_floats([row], &device), state.clone())
            .1;
        state.clone()
    });
    step.to_vec()
}

fn numbers(tensor: &Tensor<2>) -> Vec<f32> {
    tensor.to_data().iter().collect()
}

fn assert_near(a: &[f32], b: &[f32]) {
    assert_eq!(a.len(), b.len());
    let near = a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
    assert!(near, "{a:?} is not {b:?}");
}

#[test]
fn the_last_observation_fades_into_the_mean() {
    let cell = decaying(&Device::flex());
    let missing = states(
        &cell,
        [[5.0, NONE], [NONE, -1.0], [NONE, 3.0], [NONE, NONE]],
    );
    let faded = |last: f32, rate: f32, age: f32| 2.0 + (last - 2.0) * (-rate * age).exp();
    // Before its first observation stands the mean.
    let filled = states(
        &cell,
        [
            [5.0, 2.0],
            [faded(5.0, 0.5, 1.0), -1.0],
            [faded(5.0, 0.5, 2.0), 3.0],
            [faded(5.0, 0.5, 3.0), faded(3.0, 1.0, 1.0)],
        ],
    );
    for ([missing, ..], [filled, ..]) in missing.iter().zip(&filled) {
        assert_near(&numbers(missing), &numbers(filled));
    }
    let [_, last, delta] = &missing[3];
    assert_near(&numbers(last), &[3.0, 1.0]);
    // For the next step: both are missing now, the first since the step behind its observation.
    assert_near(&numbers(delta), &[4.0, 2.0]);
}

#[test]
fn the_memory_fades_where_nothing_is_observed() {
    let device = Device::flex();
    let mut cell = decaying(&device);
    let rate = Tensor::<1>::from_floats([1.5, 0.0], &device);
    let rates = rate.unsqueeze_dim::<2>(1).expand([2, UNITS]);
    cell.gamma_h.weight = Param::from_tensor(rates);
    // The gates take nothing in, so that what is left of the memory is what has not faded.
    let shut = Tensor::<1>::from_floats([0.0, -100.0, 0.0], &device);
    let shut = shut.unsqueeze_dim::<2>(1).expand([3, UNITS]);
    cell.ih.bias = Some(Param::from_tensor(shut.reshape([3 * UNITS])));
    let [h, last, delta] = cell.initial(1, &device);
    let mut state = [h.add_scalar(1.0), last, delta];
    let mut left = Vec::new();
    for row in [[1.0, 1.0], [NONE, 1.0], [1.0, NONE], [1.0, 1.0]] {
        state = cell.step(Tensor::from_floats([row], &device), state).1;
        left.push(numbers(&state[0])[0]);
    }
    // δ of the first feature: 0, 1, 2 and 1.
    let expected = [0.0_f32, 1.0, 3.0, 4.0].map(|age| (-1.5 * age).exp());
    assert_near(&left, &expected);
}

#[test]
fn a_missing_value_has_no_gradient_and_nothing_else_is_lost() {
    let device = Device::flex().autodiff();
    let layer: Recurrent<GruD> = RecurrentConfig::new(GruDConfig::new(UNITS)).init(2, &device);
    let x = [[[0.3, NONE], [NONE, NONE], [-0.4, 0.9]]];
    let x = Tensor::<3>::from_floats(x, &device).require_grad();
    let (y, _) = layer.forward(x.clone(), None);
    let grads = y.square().sum().backward();
    let slopes: Vec<f32> = x
        .grad(&grads)
        .expect("a gradient")
        .into_data()
        .iter()
        .collect();
    let zero: Vec<bool> = slopes.iter().map(|slope| *slope == 0.0).collect();
    assert_eq!(zero, [false, true, true, true, false, false], "{slopes:?}");
    let cell = &layer.layers()[0].forward;
    let decay = cell.gamma_x.val().grad(&grads).expect("a gradient");
    let decay: Vec<f32> = decay.into_data().iter().collect();
    assert!(decay[0] != 0.0 && decay[0].is_finite(), "{decay:?}");
}

#[test]
fn where_nothing_is_missing_and_nothing_fades_it_is_a_gru() {
    let device = Device::flex();
    let config = GruDConfig {
        bias: false,
        ..GruDConfig::new(UNITS)
    };
    let mut ours = config.init(2, &device);
    ours.gamma_h.weight = Param::from_tensor(ours.gamma_h.weight.val().zeros_like());
    let config = GruConfig {
        reset: Reset::Before,
        bias: true,
        ..GruConfig::new(UNITS)
    };
    let mut theirs = config.init(2, &device);
    // The z of this paper is how much is new, the other's how much stays.
    let sign = Tensor::<1>::from_floats([1.0, -1.0, 1.0], &device);
    let sign = sign.unsqueeze_dim::<2>(1).expand([3, UNITS]);
    let sign = sign.reshape([3 * UNITS]);
    let turned = |weight: Tensor<2>| Param::from_tensor(weight * sign.clone().unsqueeze());
    theirs.gates.input.weight = turned(ours.ih.weight.val());
    // A mask of ones is one more bias.
    let bias = ours.mh.weight.val().sum_dim(0).squeeze_dim::<1>(0);
    theirs.gates.input.bias = Some(Param::from_tensor(bias * sign.clone()));
    let hidden = theirs.gates.hidden.as_mut().expect("a GRU recurs");
    hidden.weight = turned(ours.hh.weight.val());

    let (mut a, mut b) = (ours.initial(1, &device), theirs.initial(1, &device));
    for row in [[0.2, -0.7], [1.1, 0.4], [-0.3, 0.8]] {
        let x = Tensor::<2>::from_floats([row], &device);
        a = ours.step(x.clone(), a).1;
        b = theirs.step(x, b).1;
        assert_near(&numbers(&a[0]), &numbers(&b[0]));
    }
}

#[test]
fn a_residual_layer_adds_nothing_for_a_missing_value() {
    let device = Device::flex();
    let config = RecurrentConfig {
        residual: true,
        ..RecurrentConfig::new(GruDConfig::new(2))
    };
    let layer = config.init(2, &device);
    let x = Tensor::<3>::from_floats([[[1.0, NONE]]], &device);
    let (y, states) = layer.forward(x, None);
    let [y, h]: [Vec<f32>; 2] = [
        y.into_data().iter().collect(),
        numbers(&states.layers[0].forward[0]),
    ];
    assert_near(&y, &[h[0] + 1.0, h[1]]);
}
