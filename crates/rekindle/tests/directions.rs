//! A layer whose two directions are different cells: of other widths, other options, other kinds.

use burn::tensor::{Device, Distribution, Tensor};
use rekindle::engine::Direction;
use rekindle::{
    AnyCellConfig, Cell, CellConfig, GruConfig, LstmConfig, Merge, Recurrent, RecurrentConfig,
    Sequence, State,
};

const ROWS: usize = 3;
const TIME: usize = 6;
const D_INPUT: usize = 3;
const LENGTHS: [usize; ROWS] = [4, 6, 1];

/// An LSTM of 4 units, and in reverse one of 6 that are projected to 2.
fn lstms() -> RecurrentConfig<LstmConfig> {
    let projected = LstmConfig {
        d_projection: Some(2),
        bias: false,
        ..LstmConfig::new(6)
    };
    RecurrentConfig {
        bidirectional: true,
        reverse_cell: Some(projected),
        ..RecurrentConfig::new(LstmConfig::new(4))
    }
}

fn named(kind: &str, d_hidden: usize) -> AnyCellConfig {
    AnyCellConfig::named(kind, d_hidden).expect("a cell of the zoo")
}

/// Cells of two kinds.
fn pair(forward: AnyCellConfig, reverse: AnyCellConfig) -> RecurrentConfig {
    RecurrentConfig {
        bidirectional: true,
        reverse_cell: Some(reverse),
        ..RecurrentConfig::new(forward)
    }
}

fn padded(device: &Device) -> Sequence {
    let x = Tensor::random([ROWS, TIME, D_INPUT], Distribution::Default, device);
    Sequence::padded(x, LENGTHS.to_vec()).expect("they fit")
}

fn apart<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    assert_eq!(a.dims(), b.dims());
    (a - b).abs().max().into_scalar()
}

/// One row after the other, step by step from its last real step to its first.
fn from_the_end<C: Cell>(cell: &C, x: &Sequence, device: &Device) -> Tensor<3> {
    let rows = LENGTHS.iter().enumerate().map(|(row, &length)| {
        let mut state = cell.initial(1, device);
        let zeros = Tensor::<2>::zeros([1, cell.d_output()], device);
        let mut outputs = vec![zeros; TIME];
        for t in (0..length).rev() {
            let frame = x.data().clone().narrow(0, row, 1).narrow(1, t, 1);
            (outputs[t], state) = cell.step(frame.squeeze_dim(1), state);
        }
        Tensor::stack::<3>(outputs, 1)
    });
    Tensor::cat(rows.collect(), 0)
}

/// The layer gives the forward cell's sequence, and beside it the loop of the other cell.
fn is_two_layers<C: Cell>(layer: &Recurrent<C>, device: &Device) {
    let x = padded(device);
    let (y, states) = layer.forward(x.clone(), None);
    let [forward, reverse] = {
        let one = &layer.layers()[0];
        [&one.forward, one.reverse.as_ref().expect("both directions")]
    };
    let (ahead, _) = forward.scan(&x, forward.initial(ROWS, device), Direction::Forward);
    let back = from_the_end(reverse, &x, device);
    assert!(apart(y, Tensor::cat(vec![ahead, back.clone()], 2)) < 1e-5);
    let last = states.layers[0].reverse.clone().expect("both directions");
    let shown = back.narrow(1, 0, 1).squeeze_dim(1);
    assert!(apart(last.into_parts().swap_remove(0), shown) < 1e-5);
}

#[test]
fn each_direction_is_a_cell_of_its_own() {
    let device = Device::flex();
    is_two_layers(&lstms().init(D_INPUT, &device), &device);
    for (forward, reverse) in [("gru", "lstm"), ("mingru", "gla"), ("nru", "elman")] {
        let config = pair(named(forward, 4), named(reverse, 8));
        is_two_layers(&config.init(D_INPUT, &device), &device);
    }
}

#[test]
fn widths_and_states_are_those_of_each_direction() {
    let config = RecurrentConfig {
        layers: 2,
        learned_initial: true,
        ..lstms()
    };
    assert_eq!(config.d_output(), 6);
    let device = Device::flex();
    let layer = config.init(D_INPUT, &device);
    assert_eq!(layer.d_output(), 6);
    let widths = layer.state_names().into_iter().map(|(_, width)| width);
    assert_eq!(widths.collect::<Vec<_>>(), [4, 4, 2, 6, 4, 4, 2, 6]);
    assert_eq!(layer.layers()[1].forward.d_input(), 6);

    let x = padded(&device);
    let given = layer.initial(x.data()).map(|s| s + 0.5);
    let (y, _) = layer.forward(x.clone(), Some(given));
    assert_eq!(y.dims(), [ROWS, TIME, 6]);
    assert!(apart(y, layer.forward(x.clone(), None).0) > 0.0);
    let all = layer.states_over_time(x, None);
    let widths = all.iter().map(|states| states.dims()[2]);
    assert_eq!(widths.collect::<Vec<_>>(), [4, 4, 2, 6, 4, 4, 2, 6]);
}

#[test]
fn what_a_layer_does_with_two_cells_it_does_with_two_kinds() {
    let device = Device::flex().autodiff();
    let config = RecurrentConfig {
        layers: 2,
        dropout: 0.2,
        input_dropout: 0.2,
        recurrent_dropout: 0.2,
        weight_dropout: 0.2,
        zoneout: 0.2,
        multiplicative: true,
        independent: true,
        residual: true,
        learned_initial: true,
        projection: Some(D_INPUT),
        ..pair(named("gru", 4), named("lstm", 5))
    };
    let layer = config.init(D_INPUT, &device);
    let (y, _) = layer.forward(padded(&device), None);
    assert_eq!(y.dims(), [ROWS, TIME, D_INPUT]);
    assert!(y.sum().into_scalar::<f32>().is_finite());
}

#[test]
fn gradients_reach_both_cells() {
    let device = Device::flex().autodiff();
    let layer = pair(named("gru", 4), named("lstm", 5)).init(D_INPUT, &device);
    let (y, _) = layer.forward(padded(&device), None);
    let grads = y.sum().backward();
    let one = &layer.layers()[0];
    let reverse = one.reverse.as_ref().expect("both directions");
    for (cell, units) in [(&one.forward, 3 * 4), (reverse, 4 * 5)] {
        let gates = cell.gates().expect("equations");
        let gradient = gates.input.weight.val().grad(&grads).expect("a gradient");
        assert_eq!(gradient.dims(), [D_INPUT, units]);
        assert!(gradient.abs().max().into_scalar::<f32>() > 0.0);
    }
}

#[test]
fn a_direction_that_is_not_read_is_refused() {
    let mut config = lstms();
    config.bidirectional = false;
    let message = config.validate().expect_err("refused").to_string();
    let expected =
        "bidirectional = false: must be true for a reverse_cell; or leave reverse_cell out";
    assert_eq!(message, expected);
}

#[test]
fn widths_that_do_not_merge_are_named() {
    for merge in [Merge::Sum, Merge::Mean, Merge::Product] {
        let config = RecurrentConfig { merge, ..lstms() };
        let message = config.validate().expect_err("refused").to_string();
        for part in ["concat", "cell gives 4 features", "reverse_cell 2"] {
            assert!(message.contains(part), "{part} is missing in: {message}");
        }
        let same = RecurrentConfig {
            merge,
            ..pair(named("gru", 4), named("lstm", 4))
        };
        assert_eq!(same.init(D_INPUT, &Device::flex()).d_output(), 4);
    }
}

#[test]
fn the_cell_that_a_number_does_not_fit_is_named() {
    let refused = |change: fn(&mut RecurrentConfig)| {
        let mut config = pair(named("gru", 4), named("mingru", 4));
        change(&mut config);
        config.validate().expect_err("refused").to_string()
    };
    type Change = fn(&mut RecurrentConfig);
    let changes: [(Change, &[&str]); 6] = [
        (
            |c| c.reverse_cell = Some(named("gru", 0)),
            &["reverse_cell.d_hidden = 0"],
        ),
        (
            |c| c.weight_dropout = 0.5,
            &["weight_dropout = 0.5", "reverse_cell has no recurrent"],
        ),
        (
            |c| c.recurrent_rank = Some(2),
            &["recurrent_rank = 2", "reverse_cell has no recurrent"],
        ),
        (
            |c| c.recurrent_dropout = 0.5,
            &["recurrent_dropout = 0.5", "reverse_cell has no recurrent"],
        ),
        (
            |c| c.multiplicative = true,
            &["multiplicative = true", "reverse_cell nowhere adds up"],
        ),
        (
            |c| {
                c.cell = named("mingru", 4);
                c.reverse_cell = Some(named("gru", 4));
                c.independent = true;
            },
            &["independent = true", ": cell has no recurrent"],
        ),
    ];
    for (change, parts) in changes {
        let message = refused(change);
        for part in parts {
            assert!(message.contains(part), "{part} is missing in: {message}");
        }
    }
}

#[test]
fn a_layer_above_takes_what_both_give() {
    let mut config = RecurrentConfig {
        layers: 2,
        ..pair(named("conv_gru", 2), named("gru", 3))
    };
    let AnyCellConfig::ConvGru(conv) = &mut config.cell else {
        panic!("another cell")
    };
    conv.space = vec![2];
    // 2 channels of 2 points and 3 units are 7 features, of which no 2 points are made.
    let message = config.fits(4).expect_err("refused").to_string();
    for part in ["cell.space = [2]", "7"] {
        assert!(message.contains(part), "{part} is missing in: {message}");
    }
    config.reverse_cell = Some(AnyCellConfig::Gru(GruConfig::new(4)));
    assert_eq!(config.init(4, &Device::flex()).d_output(), 8);
}
