//! Zoneout: a state moves by a share of its way where nothing is drawn, and in training all of it or not, whatever runs the equations.

use burn::tensor::{Device, Distribution, Tensor};
use rekindle::cells::GlaConfig;
use rekindle::engine::{Direction, Engine, Executor, Policy};
use rekindle::{Cell, CellConfig, Lstm, LstmConfig, RecurrentConfig, Sequence, Streamer};

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

/// The widths of the states.
fn widths(cell: &Lstm) -> Vec<usize> {
    cell.states().into_iter().map(|(_, width)| width).collect()
}

/// The output, and the gradients of the sum of its squares: of the input, the initial states and every parameter.
fn observed(
    cell: &Lstm,
    x: &Tensor<3>,
    run: impl Fn(&Lstm, Tensor<3>, Vec<Tensor<2>>) -> Tensor<3>,
) -> Vec<Vec<f32>> {
    let device = x.device();
    let x = x.clone().require_grad();
    let values = [0.3, -0.1].into_iter().zip(widths(cell));
    let state: Vec<Tensor<2>> = values
        .map(|(value, width)| Tensor::full([ROWS, width], value, &device).require_grad())
        .collect();
    let y = run(cell, x.clone(), state.clone());
    let gradients = y.clone().powi_scalar(2).sum().backward();
    let numbers = |t: Tensor<1>| t.into_data().try_into_vec::<f32>().expect("f32");
    let gates = &cell.gates;
    let hidden = gates.hidden.as_ref().expect("a recurrent product");
    let mut matrices = vec![gates.input.weight.val(), hidden.weight.val()];
    matrices.extend(gates.projection.iter().map(|r| r.weight.val()));
    matrices.extend(state);
    let mut all = vec![
        numbers(y.inner().flatten(0, 2)),
        numbers(x.grad(&gradients).expect("tracked").flatten(0, 2)),
    ];
    all.extend(
        matrices
            .iter()
            .map(|m| numbers(m.grad(&gradients).expect("tracked").flatten(0, 1))),
    );
    let bias = gates.input.bias.as_ref().expect("a bias").val();
    all.push(numbers(bias.grad(&gradients).expect("tracked")));
    all
}

/// In training each unit of a state moves or stays as was drawn: one pass over the sequence is step after step.
fn is_what_was_drawn(
    config: &LstmConfig,
    direction: Direction,
    lengths: [usize; ROWS],
    engine: Engine,
) {
    let device = Device::flex().autodiff();
    let mut cell = config.init(D_INPUT, &device);
    let widths = widths(&cell);
    let x = Tensor::<3>::random([ROWS, TIME, D_INPUT], Distribution::Default, &device);
    let kept = Distribution::Bernoulli(1.0 - RATE);
    let moves = Tensor::<3>::random([ROWS, TIME, widths.iter().sum()], kept, &device);
    cell.gates.set_engine(engine);

    let expected = observed(&cell, &x, |cell, x, mut state| {
        let mut outputs = vec![Tensor::<2>::zeros([ROWS, widths[0]], &device); TIME];
        for t in direction.steps(TIME) {
            let at = |x: &Tensor<3>| x.clone().narrow(1, t, 1).squeeze_dim::<2>(1);
            let new = cell.gates.step(at(&x), state.clone());
            let real: Vec<f32> = lengths
                .iter()
                .map(|&n| f32::from(u8::from(t < n)))
                .collect();
            let real = Tensor::<1>::from_floats(real.as_slice(), &device).unsqueeze_dim::<2>(1);
            let moves = (at(&moves) * real.clone()).split_with_sizes(widths.clone(), 1);
            let held = state.into_iter().zip(new).zip(moves);
            state = held
                .map(|((old, new), moves)| old.clone() + moves * (new - old))
                .collect();
            outputs[t] = state[0].clone() * real;
        }
        Tensor::stack(outputs, 1)
    });
    let found = observed(&cell, &x, |cell, x, state| {
        let mut gates = cell.gates.clone();
        gates.set_moves(moves.clone());
        let x = Sequence::padded(x, lengths.to_vec()).expect("lengths that fit");
        gates.scan(&x, state, direction).0
    });
    for (found, expected) in found.iter().zip(&expected) {
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-5 * (1.0 + expected.abs()),
                "{config:?} {direction:?} {engine:?}: {found} for {expected}"
            );
        }
    }
}

#[test]
fn a_pass_in_training_moves_the_units_that_were_drawn() {
    let executors = [Executor::Tiles, Executor::Primitives, Executor::Steps];
    let engines = executors.map(|executor| Engine {
        executor: Some(executor),
        ..Engine::default()
    });
    let frugal = Engine {
        policy: Policy::Memory,
        ..engines[0]
    };
    // Wider than the state and narrower.
    for d_projection in [None, Some(5), Some(11)] {
        let config = LstmConfig::new(D_HIDDEN).with_d_projection(d_projection);
        for engine in engines.into_iter().chain([frugal]) {
            is_what_was_drawn(&config, Direction::Forward, [TIME; ROWS], engine);
            is_what_was_drawn(&config, Direction::Reverse, [TIME, TIME - 2], engine);
        }
    }
}
