//! Multiplicative integration of any cell is that of the cells that are written with it.

use burn::tensor::{Device, Tensor};
use rekindle::cells::MiLstmConfig;
use rekindle::{AnyCellConfig, Cell, CellConfig, Gates, LstmConfig, RecurrentConfig};
use rekindle_engine::passes::integrate;

const UNITS: usize = 5;
const D_INPUT: usize = 3;

fn named(kind: &str) -> AnyCellConfig {
    AnyCellConfig::named(kind, UNITS).expect("a cell")
}

#[test]
fn the_equations_are_those_of_the_cells_that_have_it() {
    for (plain, multiplied) in [("lstm", "mi_lstm"), ("elman", "mi_rnn")] {
        let [plain, multiplied] =
            [plain, multiplied].map(|kind| named(kind).program().expect("equations"));
        assert_eq!(integrate(&plain, true).0, multiplied);
    }
}

#[test]
fn a_cell_becomes_such_a_cell() {
    let device = Device::flex();
    let mut ours = LstmConfig::new(UNITS).init(D_INPUT, &device);
    ours.gates = ours.gates.multiplied(&device);
    assert!(
        ours.gates.input.bias.is_none(),
        "the biases are vectors now"
    );
    let mut theirs = MiLstmConfig::new(UNITS).init(D_INPUT, &device);
    let numbers = |gates: &Gates| -> Vec<Vec<f32>> {
        let vectors = gates.vectors.iter();
        vectors
            .map(|v| v.val().into_data().iter().collect())
            .collect()
    };
    // `alpha`, `beta` and the 1 of the forget gate.
    assert_eq!(numbers(&ours.gates), numbers(&theirs.gates));

    theirs.gates.input = ours.gates.input.clone();
    theirs.gates.hidden = ours.gates.hidden.clone();
    let x = Tensor::<2>::ones([2, D_INPUT], &device)
        .cumsum(1)
        .mul_scalar(0.3);
    let state = || [0.2, -0.4].map(|value| Tensor::full([2, UNITS], value, &device));
    let (a, b) = (ours.step(x.clone(), state()).0, theirs.step(x, state()).0);
    assert_eq!(a.into_data(), b.into_data());
}

#[test]
fn a_layer_of_any_cell_may_be_multiplied() {
    let device = Device::flex();
    let config = RecurrentConfig {
        multiplicative: true,
        ..RecurrentConfig::new(named("gru"))
    };
    let layer = config.init(D_INPUT, &device);
    // The candidate's product is reset before it is added, and stays as it is, its bias, too.
    let cell = &layer.layers()[0].forward;
    let vectors = [
        "alpha_r", "beta1_r", "beta2_r", "bias_r", "alpha_z", "beta1_z", "beta2_z", "bias_z",
    ];
    let gates = cell.gates().expect("equations");
    assert_eq!(gates.learned().collect::<Vec<_>>(), vectors);
    let x = Tensor::<3>::ones([2, 4, D_INPUT], &device);
    assert_eq!(layer.forward(x, None).0.dims(), [2, 4, UNITS]);
}
