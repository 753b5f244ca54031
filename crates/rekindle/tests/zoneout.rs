//! Zoneout where nothing is drawn: a state moves by a share of its way, whatever runs the equations.

use burn::tensor::{Device, Distribution, Tensor};
use rekindle::cells::GlaConfig;
use rekindle::{Cell, CellConfig, LstmConfig, RecurrentConfig, Streamer};

const RATE: f64 = 0.25;
const ROWS: usize = 2;
const TIME: usize = 5;
const D_INPUT: usize = 3;
const D_HIDDEN: usize = 8;

/// Every step by itself: each state goes 3/4 of its way, and the output is the first of them.
fn expected<C: Cell>(cell: &C, x: &Tensor<3>) -> Tensor<3> {
    use rekindle::State;
    let mut state = cell.initial(ROWS, &x.device());
    let outputs = (0..TIME).map(|t| {
        let frame = x.clone().narrow(1, t, 1).squeeze_dim(1);
        let (_, new) = cell.step(frame, state.clone());
        let both = state.clone().into_parts().into_iter().zip(new.into_parts());
        let held: Vec<Tensor<2>> = both
            .map(|(old, new)| old.mul_scalar(RATE) + new.mul_scalar(1.0 - RATE))
            .collect();
        let y = held[0].clone();
        state = State::from_parts(held);
        y
    });
    Tensor::stack(outputs.collect(), 1)
}

fn is_expected<K: CellConfig>(config: K) {
    let device = Device::flex();
    let layer = RecurrentConfig::new(config)
        .with_zoneout(RATE)
        .init(D_INPUT, &device);
    let x = Tensor::<3>::random([ROWS, TIME, D_INPUT], Distribution::Default, &device);
    let expected = expected(&layer.layers()[0].forward, &x);
    let apart = |y: Tensor<3>| {
        let apart = (y - expected.clone()).abs().max();
        apart.into_scalar::<f32>()
    };
    assert!(apart(layer.forward(x.clone(), None).0) < 1e-6);

    let mut stream = Streamer::new(layer);
    let frames = (0..TIME).map(|t| stream.push(x.clone().narrow(1, t, 1).squeeze_dim(1)));
    let streamed = Tensor::stack(frames.collect(), 1);
    assert!(apart(streamed) < 1e-6);
}

#[test]
fn a_state_of_equations_goes_a_share_of_its_way() {
    is_expected(LstmConfig::new(D_HIDDEN));
    is_expected(LstmConfig::new(D_HIDDEN).with_d_projection(Some(5)));
}

#[test]
fn a_state_of_a_cell_that_scans_by_itself_does_so_too() {
    is_expected(GlaConfig::new(D_HIDDEN));
}
