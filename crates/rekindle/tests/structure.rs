//! What a structure makes of stored weights.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use rekindle::engine::{Next, Program, Step, tanh};
use rekindle::{
    Cell, CellConfig, GateSizes, Gates, Gru, GruConfig, Map, Recurrent, RecurrentConfig, Sees,
    Structure,
};
use std::sync::Arc;

const UNITS: usize = 6;

fn two(k: &Step) -> Next {
    let h = k.state("h");
    let [a, b] = k.plain_hidden(["a", "b"], h);
    k.next(tanh(k.input("a") + a * b))
}

fn gates(structure: Structure) -> Gates {
    let sizes = GateSizes::new(3, UNITS);
    Gates::structured(Program::new(two), sizes, structure, &Device::flex())
}

/// The matrices of the two blocks.
fn blocks(gates: &Gates) -> [Tensor<2>; 2] {
    let all = gates.recurrent_weights().expect("there are products");
    assert_eq!(all.dims(), [UNITS, 2 * UNITS]);
    [0, UNITS].map(|start| all.clone().narrow(1, start, UNITS))
}

fn apart(a: Tensor<2>, b: Tensor<2>) -> f32 {
    (a - b).abs().max().into_scalar()
}

fn stored(gates: &Gates) -> Tensor<2> {
    gates
        .hidden
        .as_ref()
        .expect("there are weights")
        .weight
        .val()
}

fn one() -> Tensor<2> {
    Tensor::eye(UNITS, &Device::flex())
}

#[test]
fn rotations_are_orthogonal_and_the_other_block_is_as_stored() {
    for map in [
        Map::Exponential,
        Map::Cayley { negative: 0 },
        Map::Cayley { negative: 2 },
    ] {
        let gates = gates(Structure::of("b", map.clone()));
        let [a, b] = blocks(&gates);
        assert_eq!(apart(a, stored(&gates).narrow(1, 0, UNITS)), 0.0);
        let square = b.clone().matmul(b.clone().transpose());
        assert!(apart(square, one()) < 1e-5, "{map:?}");
        assert!(apart(b, one()) > 0.1, "{map:?} does nothing");
    }
}

#[test]
fn the_exponential_of_a_plane_turns_it() {
    let mut gates = gates(Structure::of("a", Map::Exponential));
    let angle = 0.3_f32;
    let mut numbers = vec![0.0; UNITS * 2 * UNITS];
    numbers[1] = angle;
    let m =
        Tensor::<1>::from_floats(numbers.as_slice(), &Device::flex()).reshape([UNITS, 2 * UNITS]);
    let hidden = gates.hidden.as_mut().expect("there are weights");
    hidden.weight = burn::module::Param::from_tensor(m);
    let [a, _] = blocks(&gates);
    let corner: Vec<f32> = a
        .narrow(0, 0, 2)
        .narrow(1, 0, 2)
        .into_data()
        .iter()
        .collect();
    let (s, c) = angle.sin_cos();
    for (ours, exact) in corner.iter().zip([c, s, -s, c]) {
        assert!((ours - exact).abs() < 1e-6, "{corner:?}");
    }
}

#[test]
fn symmetric_parts_are_what_they_are_said_to_be() {
    let map = Map::Antisymmetric { gamma: 0.25 };
    let [a, _] = blocks(&gates(Structure::of("a", map)));
    assert!(apart(a.clone() + a.transpose(), one() * -0.5) < 1e-6);
    let half = Map::Blended {
        beta: 0.5,
        gamma: 0.0,
    };
    let gates = gates(Structure::of("a", half));
    assert!(
        apart(
            blocks(&gates)[0].clone(),
            stored(&gates).narrow(1, 0, UNITS)
        ) < 1e-6
    );
}

#[test]
fn heads_store_their_own_blocks_only() {
    let gates = gates(Structure::heads(3));
    assert_eq!(stored(&gates).dims(), [2, 2 * UNITS]);
    for (block, start) in blocks(&gates).into_iter().zip([0, UNITS]) {
        for row in 0..UNITS {
            for column in 0..UNITS {
                let number = block.clone().narrow(0, row, 1).narrow(1, column, 1);
                let number = number.into_scalar::<f32>();
                let expected = match row / 2 == column / 2 {
                    true => stored(&gates)
                        .narrow(0, row % 2, 1)
                        .narrow(1, start + column, 1),
                    false => Tensor::zeros([1, 1], &Device::flex()),
                };
                assert_eq!(number, expected.into_scalar::<f32>());
            }
        }
    }
}

#[test]
fn what_is_given_is_not_stored() {
    let numbers: Vec<f64> = (0..UNITS * UNITS).map(|i| i as f64).collect();
    let map = Map::Given(Arc::new(numbers));
    let gates = gates(Structure::of("a", map));
    assert_eq!(stored(&gates).dims(), [UNITS, UNITS]);
    let [a, b] = blocks(&gates);
    // `U v` of the first unit alone is the first column.
    let mut unit = Tensor::<2>::zeros([1, UNITS], &Device::flex());
    unit = unit.slice_assign([0..1, 0..1], Tensor::ones([1, 1], &Device::flex()));
    let column: Vec<f32> = unit.matmul(a).into_data().iter().collect();
    assert_eq!(column, [0.0, 6.0, 12.0, 18.0, 24.0, 30.0]);
    assert_eq!(apart(b, stored(&gates)), 0.0);
}

#[test]
fn units_hear_those_that_a_mask_lets_them() {
    // Every unit hears itself and the units behind it.
    let hears = |i: usize, j: usize| f64::from(u8::from(j >= i));
    let numbers = (0..UNITS * UNITS).map(|n| hears(n / UNITS, n % UNITS));
    let gates = gates(Structure::of("a", Map::Masked(Arc::new(numbers.collect()))));
    assert_eq!(stored(&gates).dims(), [UNITS, 2 * UNITS]);
    let [a, b] = blocks(&gates);
    let own = stored(&gates).narrow(1, 0, UNITS);
    // `U` is stored transposed.
    assert_eq!(apart(a, own.tril(0)), 0.0);
    assert_eq!(apart(b, stored(&gates).narrow(1, UNITS, UNITS)), 0.0);
}

rekindle::cell! {
    /// A cell that is told the time by the last feature.
    struct Told: 1
}

#[test]
fn vectors_may_be_given_and_blocks_may_see_a_part_of_the_input() {
    let device = Device::flex();
    let program = Program::new(|k| {
        let _h = k.state("h");
        let [rate, gain] = k.vector(["rate", "gain"]);
        let [a, t] = k.plain_input(["a", "t"]);
        k.next(a + gain * rate * t)
    });
    let numbers: Vec<f64> = (1..=UNITS).map(|i| i as f64).collect();
    let structure = Structure {
        vectors: vec![("rate".into(), Arc::new(numbers))],
        sees: vec![("a".into(), Sees::AllButLast), ("t".into(), Sees::Last)],
        ..Structure::default()
    };
    let gates = Gates::structured(program, GateSizes::new(3, UNITS), structure, &device);
    let gates = gates.with_vector("gain", Tensor::ones([1], &device));
    assert_eq!(gates.vectors.len(), 1, "a given vector is not stored");
    let cell = Told { gates };
    assert_eq!(cell.gates.learned().collect::<Vec<_>>(), ["gain"]);

    let weight = cell.gates.input.weight.val();
    let x = Tensor::<2>::from_floats([[0.5, -1.0, 2.0]], &device);
    let (y, _) = cell.step(x.clone(), [Tensor::zeros([1, UNITS], &device)]);
    let values = x.clone().narrow(1, 0, 2);
    let a = values.matmul(weight.clone().narrow(0, 0, 2).narrow(1, 0, UNITS));
    let t = x
        .narrow(1, 2, 1)
        .matmul(weight.narrow(0, 2, 1).narrow(1, UNITS, UNITS));
    let rate = Tensor::<2>::from_floats([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]], &device);
    assert!(apart(y, a + rate * t) < 1e-5);
}

#[test]
#[should_panic(expected = "no vector \"v\" of 6 numbers")]
fn numbers_of_no_vector_panic() {
    gates(Structure {
        vectors: vec![("v".into(), Arc::new(vec![0.0; UNITS]))],
        ..Structure::default()
    });
}

#[test]
#[should_panic(expected = "no input block \"v\"")]
fn a_part_for_no_block_panics() {
    gates(Structure {
        sees: vec![("v".into(), Sees::Last)],
        ..Structure::default()
    });
}

#[test]
#[should_panic(expected = "6 units are not 4 heads")]
fn heads_that_do_not_divide_the_units_panic() {
    gates(Structure::heads(4));
}

#[test]
#[should_panic(expected = "no square recurrent block \"c\"")]
fn a_map_of_no_block_panics() {
    gates(Structure::of("c", Map::Exponential));
}

fn gru(change: impl FnOnce(&mut RecurrentConfig<GruConfig>), device: &Device) -> Recurrent<Gru> {
    let mut config = RecurrentConfig::new(GruConfig::new(UNITS));
    change(&mut config);
    config.init(3, device)
}

fn input(device: &Device) -> Tensor<3> {
    Tensor::<3>::ones([2, 4, 3], device)
        .cumsum(1)
        .mul_scalar(0.3)
}

#[test]
fn weights_of_low_rank_are_a_product() {
    let device = Device::flex();
    let layer = gru(|config| config.recurrent_rank = Some(2), &device);
    let gates = &layer.layers()[0].forward.gates;
    assert_eq!(stored(gates).dims(), [2, 3 * UNITS]);
    let first = gates.factor.as_ref().expect("a first factor").weight.val();
    assert_eq!(first.dims(), [UNITS, 2]);
    let whole = gates.recurrent_weights().expect("there are products");
    assert!(apart(whole, first.matmul(stored(gates))) < 1e-6);
    assert_eq!(layer.forward(input(&device), None).0.dims(), [2, 4, UNITS]);
}

/// The two factors are used one after the other; or, where they are the larger, as the matrix that they make up.
#[test]
fn a_product_with_two_factors_is_that_with_their_product() {
    let device = Device::flex().autodiff();
    for rank in [2, UNITS] {
        let layer = gru(|config| config.recurrent_rank = Some(rank), &device);
        let mut low = layer.layers()[0].forward.gates.clone();
        let mut matrix = gru(|_| {}, &device).layers()[0].forward.gates.clone();
        let whole = low
            .recurrent_weights()
            .expect("there are products")
            .detach();
        let bias = |gates: &Gates| gates.hidden.as_ref().and_then(|hidden| hidden.bias.clone());
        matrix.input = low.input.clone();
        matrix.hidden = Some(Linear {
            weight: Param::from_tensor(whole),
            bias: bias(&low),
        });
        let first = low.factor.clone().expect("a first factor").weight;
        for masked in [false, true] {
            if masked {
                let mask = Tensor::<2>::from_floats([[2.0; UNITS], [0.5; UNITS]], &device);
                low.mask(mask.clone());
                matrix.mask(mask);
            }
            let [found, expected] =
                [&low, &matrix].map(|gates| with_gradients(gates, &input(&device)));
            for i in [0, 1, 3] {
                close(&found[i], &expected[i]);
            }
            // U = A B: dB is A^T dU.
            let of_whole = expected[2].clone().reshape([UNITS, 3 * UNITS]);
            let of_second = first.val().inner().transpose().matmul(of_whole);
            close(&found[2], &of_second.flatten(0, 1));
        }
    }
}

#[test]
fn independent_units_see_themselves_alone() {
    let layer = gru(|config| config.independent = true, &Device::flex());
    let gates = &layer.layers()[0].forward.gates;
    assert_eq!(stored(gates).dims(), [1, 3 * UNITS]);
    let whole = gates.recurrent_weights().expect("there are products");
    for block in 0..3 {
        let block = whole.clone().narrow(1, block * UNITS, UNITS);
        assert_eq!(apart(block.clone() * one(), block.clone()), 0.0);
        assert!(apart(block, Tensor::zeros([UNITS, UNITS], &Device::flex())) > 0.0);
    }
}

#[test]
fn weights_are_dropped_in_training_only() {
    let device = Device::flex();
    let layer = gru(|config| config.weight_dropout = 0.5, &device);
    let cell = &layer.layers()[0].forward;
    let inferred = layer.forward(input(&device), None).0;
    let zero = || [Tensor::zeros([2, UNITS], &device)];
    let forward = rekindle::engine::Direction::Forward;
    let plain = cell
        .scan(&rekindle::Sequence::new(input(&device)), zero(), forward)
        .0;
    let difference = |a: Tensor<3>, b: Tensor<3>| (a - b).abs().max().into_scalar::<f32>();
    assert_eq!(difference(inferred.clone(), plain), 0.0);

    let training = device.autodiff();
    let layer = gru(|config| config.weight_dropout = 0.5, &training);
    let run = || layer.forward(input(&training), None).0.inner();
    assert!(
        difference(run(), run()) > 0.0,
        "every sequence has a mask of its own"
    );

    let dropout = burn::nn::DropoutConfig::new(0.5).init();
    let whole = &layer.layers()[0].forward.gates;
    let mut left = whole.clone();
    left.disconnect(&dropout);
    let whole = whole.recurrent_weights().expect("there are products");
    let left = left.recurrent_weights().expect("there are products");
    let kept: Vec<f32> = (left / whole).inner().into_data().iter().collect();
    assert!(
        kept.iter().all(|&k| k == 0.0 || (k - 2.0).abs() < 1e-5),
        "{kept:?}"
    );
    assert!(kept.contains(&0.0) && kept.iter().any(|&k| k > 0.0));
}

/// The output of a layer, with the gradients of the sum of its squares by the input and by the recurrent weights and biases.
fn with_gradients(gates: &Gates, x: &Tensor<3>) -> [Tensor<1>; 4] {
    let x = x.clone().require_grad();
    let state = vec![Tensor::full([2, UNITS], 0.3, &x.device())];
    let forward = rekindle::engine::Direction::Forward;
    let (y, _) = gates.scan(&rekindle::Sequence::new(x.clone()), state, forward);
    let gradients = y.clone().powi_scalar(2).sum().backward();
    let hidden = gates.hidden.as_ref().expect("a recurrent product");
    let bias = hidden.bias.as_ref().expect("a bias").val();
    [
        y.inner().flatten(0, 2),
        x.grad(&gradients).expect("tracked").flatten(0, 2),
        hidden
            .weight
            .val()
            .grad(&gradients)
            .expect("tracked")
            .flatten(0, 1),
        bias.grad(&gradients).expect("tracked"),
    ]
}

fn close(a: &Tensor<1>, b: &Tensor<1>) {
    let difference = (a.clone() - b.clone()).abs().max().into_scalar::<f32>();
    assert!(difference < 1e-5, "{a} {b}");
}

#[test]
fn independent_units_are_those_of_a_diagonal_matrix() {
    let device = Device::flex().autodiff();
    let layer = gru(|config| config.independent = true, &device);
    let mut diagonal = layer.layers()[0].forward.gates.clone();
    let mut matrix = gru(|_| {}, &device).layers()[0].forward.gates.clone();
    let whole = diagonal
        .recurrent_weights()
        .expect("there are products")
        .detach();
    let bias = |gates: &Gates| gates.hidden.as_ref().and_then(|hidden| hidden.bias.clone());
    matrix.input = diagonal.input.clone();
    matrix.hidden = Some(Linear {
        weight: Param::from_tensor(whole),
        bias: bias(&diagonal),
    });
    let mask = Tensor::<2>::from_floats([[2.0; UNITS], [0.5; UNITS]], &device);
    for masked in [false, true] {
        if masked {
            diagonal.mask(mask.clone());
            matrix.mask(mask.clone());
        }
        let [found, expected] =
            [&diagonal, &matrix].map(|gates| with_gradients(gates, &input(&device)));
        for i in [0, 1, 3] {
            close(&found[i], &expected[i]);
        }
        // Row after row: of each block the diagonal.
        let all = expected[2].clone().reshape([UNITS, 3, UNITS]);
        let own = Tensor::<2>::eye(UNITS, &Device::flex()).unsqueeze_dim::<3>(1);
        let own: Tensor<1> = (all * own).sum_dim(0).flatten(0, 2);
        close(&found[2], &own);
    }
}
