//! Whatever shapes a caller gives, a pass computes the right numbers or panics with both shapes: it reaches no memory that
//! is not its own. Run in release, where nothing else would notice.
#![cfg(feature = "flex")]

use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;
use rekindle_engine::{
    Batch, Direction, Engine, Executor, Next, Program, Recurrence, Step, Stream, Var, Weights,
    Width, passes, scan, sigmoid, step, tanh, trace,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Every kind of operand: gates, a learned vector, the input itself, a projection.
fn lstm(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
    let p = k.vector("p");
    let c = sigmoid(f + p * c) * c + sigmoid(i) * tanh(g);
    k.next([sigmoid(o) * tanh(c), c])
}

fn projected(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, f, g] = k.affine(["i", "f", "g"], h);
    let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
    k.next([k.project(tanh(c)), c])
}

fn highway(k: &Step) -> Next {
    let h = k.state("h");
    let z: Var = sigmoid(k.affine("z", h));
    k.next(z * h + (1.0 - z) * k.raw())
}

const CELLS: [fn(&Step) -> Next; 3] = [lstm, projected, highway];

/// Numbers in closed form, so small that what is rounded does not grow from step to step.
fn wave<const D: usize>(shape: [usize; D], phase: f32) -> Tensor<D> {
    let count: usize = shape.iter().product();
    let size = 1.0 / shape[0].max(1) as f32;
    let numbers = (0..count).map(|i| size * ((i as f32 + 1.3) * 0.77 + phase).sin());
    let data = TensorData::new(numbers.collect::<Vec<f32>>(), shape);
    Tensor::from_data(data, &Device::flex())
}

/// The operands of a pass, in the order in which [`Shapes`] lists their shapes.
struct Operands {
    weights: Weights,
    x: Tensor<3>,
    state: Vec<Tensor<2>>,
}

/// The shapes of x, W, b, U, d, R, of the vectors, the mask and the states; absent where empty.
#[derive(Clone, Debug, PartialEq)]
struct Shapes(Vec<Vec<usize>>);

const X: usize = 0;
const W: usize = 1;
const R: usize = 5;
const VECTOR: usize = 6;
const MASK: usize = 7;
const STATES: usize = 8;

impl Shapes {
    /// Those that the equations take.
    fn of(program: &Program, [batch, time, d_input, h, p]: [usize; 5]) -> Shapes {
        let (g, k) = (program.inputs().len(), program.hiddens().len());
        let p = if program.has_projection() { p } else { h };
        let width = |width| match width {
            Width::Hidden => h,
            Width::Projection => p,
        };
        let product = width(program.product_width());
        let r = if program.has_projection() {
            vec![h, p]
        } else {
            vec![]
        };
        let vector = if program.vectors().is_empty() {
            vec![]
        } else {
            vec![h]
        };
        let mut all = vec![
            vec![batch, time, d_input],
            vec![d_input, g * h],
            vec![g * h],
            vec![product, k * h],
            vec![k * h],
            r,
            vector,
            vec![batch, product],
        ];
        let states = 0..program.states().len();
        all.extend(states.map(|s| vec![batch, width(program.state_width(s))]));
        Shapes(all)
    }

    fn operands(&self) -> Operands {
        let all = &self.0;
        let phase = |i: usize| i as f32 * 0.31;
        let matrix = |i: usize| wave([all[i][0], all[i][1]], phase(i));
        let vector = |i: usize| wave([all[i][0]], phase(i));
        Operands {
            x: wave([all[X][0], all[X][1], all[X][2]], phase(X)),
            weights: Weights {
                input: matrix(W),
                input_bias: Some(vector(2)),
                hidden: Some(matrix(3)),
                factor: None,
                hidden_bias: Some(vector(4)),
                projection: (!all[R].is_empty()).then(|| matrix(R)),
                vectors: (!all[VECTOR].is_empty())
                    .then(|| vector(VECTOR))
                    .into_iter()
                    .collect(),
                mask: Some(matrix(MASK)),
                moves: None,
            },
            state: (STATES..all.len()).map(matrix).collect(),
        }
    }
}

fn by(executor: Executor) -> Engine {
    Engine {
        executor: Some(executor),
        ..Engine::default()
    }
}

/// Rows that are all real, read from the first step on.
fn forward(x: Tensor<3>, state: Vec<Tensor<2>>) -> Batch<'static> {
    Batch {
        x,
        lengths: None,
        state,
        direction: Direction::Forward,
    }
}

fn pass(
    recurrence: &Recurrence,
    o: &Operands,
    lengths: Option<&[usize]>,
    direction: Direction,
    executor: Executor,
) -> Vec<f32> {
    let batch = Batch {
        x: o.x.clone(),
        lengths,
        state: o.state.clone(),
        direction,
    };
    let (y, last) = scan(recurrence, &o.weights, batch, by(executor));
    let last = last.into_iter().map(|s| s.into_data());
    let all = std::iter::once(y.into_data()).chain(last);
    all.flat_map(|data| data.try_into_vec::<f32>().expect("f32"))
        .collect()
}

fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

/// What a call panics with; `None` where it returns.
fn panic_of<T>(call: impl FnOnce() -> T) -> Option<String> {
    let cause = catch_unwind(AssertUnwindSafe(call)).err()?;
    let text = cause.downcast_ref::<String>().cloned();
    Some(text.unwrap_or_else(|| cause.downcast_ref::<&str>().expect("a message").to_string()))
}

fn sizes() -> impl Strategy<Value = [usize; 5]> {
    (1..5_usize, 1..7_usize, 1..9_usize, 1..40_usize, 1..9_usize).prop_map(|s| s.into())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_other_size_is_refused_with_both_shapes_and_the_right_ones_are_computed(
        cell in 0..CELLS.len(),
        sizes in sizes(),
        operand in any::<prop::sample::Index>(),
        axis in any::<prop::sample::Index>(),
        other in prop_oneof![Just(0_usize), Just(1), 1..70_usize, Just(4096)],
        executor in prop_oneof![Just(Executor::Tiles), Just(Executor::Primitives), Just(Executor::Steps)],
        reverse in any::<bool>(),
    ) {
        let program = Program::new(CELLS[cell]);
        let [b, t, d, h, p] = sizes;
        let right = Shapes::of(&program, [b, t, if program.has_raw() { h } else { d }, h, p]);
        let direction = if reverse { Direction::Reverse } else { Direction::Forward };
        let recurrence = Recurrence::new(program.clone());

        let mut given = right.clone();
        let present: Vec<usize> = (0..given.0.len()).filter(|&i| !given.0[i].is_empty()).collect();
        let operand = present[operand.index(present.len())];
        let axis = axis.index(given.0[operand].len());
        given.0[operand][axis] = other;

        // Of the sizes of W's columns and of R's, others may be right, if all else goes by them. Time is free.
        let free = operand == X && axis == 1 && other > 0;
        if given == right || free {
            let o = given.operands();
            let ours = pass(&recurrence, &o, None, direction, executor);
            let steps = pass(&recurrence, &o, None, direction, Executor::Steps);
            prop_assert!(apart(&ours, &steps) < 1e-5);
        } else {
            let o = given.operands();
            let message = panic_of(|| pass(&recurrence, &o, None, direction, executor));
            let message = message.expect("shapes that do not fit");
            // The culprit may be another: where W has more rows, it is the input that has too few features.
            let shapes = message.matches('[').count();
            prop_assert!(shapes >= 2 || message.contains("multiple"), "{}", message);
            // A stream takes no mask, and goes by W and the first state where a sequence goes by x.
            let its_own = axis == 0 && [W, STATES].contains(&operand);
            if ![X, MASK].contains(&operand) && !its_own {
                let o = Operands { weights: Weights { mask: None, ..o.weights }, ..o };
                let stream = || Stream::new(&recurrence, &o.weights, &o.state, by(Executor::Tiles));
                prop_assert!(panic_of(stream).is_some(), "{:?}", given);
            }
        }
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused(
        sizes in sizes(),
        lengths in prop::collection::vec(0..12_usize, 1..6),
        executor in prop_oneof![Just(Executor::Tiles), Just(Executor::Primitives), Just(Executor::Steps)],
    ) {
        let program = Program::new(lstm);
        let o = Shapes::of(&program, sizes).operands();
        let recurrence = Recurrence::new(program);
        let [batch, time, ..] = sizes;
        let lengths = Some(&lengths[..]);
        let right = lengths.is_some_and(|l| l.len() == batch && l.iter().all(|n| (1..=time).contains(n)));
        let run = |executor| pass(&recurrence, &o, lengths, Direction::Reverse, executor);
        if right {
            prop_assert!(apart(&run(executor), &run(Executor::Steps)) < 1e-5);
        } else {
            let message = panic_of(|| run(executor)).expect("refused");
            prop_assert!(message.contains("length"), "{}", message);
        }
    }

    /// Parts of a matrix begin at one address and are not the same weights.
    #[test]
    fn views_of_one_matrix_are_packed_each_for_itself(
        sizes in sizes(),
        rows in 1..9_usize,
        half in any::<bool>(),
    ) {
        let program = Program::new(lstm);
        let [batch, time, d_input, h, p] = sizes;
        let recurrence = Recurrence::new(program.clone());
        let whole = Shapes::of(&program, [batch, time, d_input + rows, h, p]).operands();
        let part = Shapes::of(&program, [batch, time, d_input, h, p]).operands();
        let input = whole.weights.input.clone();
        let first = if half { rows } else { 0 };
        let cut = Weights { input: input.narrow(0, first, d_input), ..whole.weights.clone() };
        let cut = Operands { weights: cut, ..part };
        for o in [&cut, &whole, &cut] {
            let run = |executor| pass(&recurrence, o, None, Direction::Forward, executor);
            prop_assert!(apart(&run(Executor::Tiles), &run(Executor::Steps)) < 1e-5);
        }
    }
}

/// The cases that were seen to crash, at the sizes at which they did.
#[test]
fn weights_of_one_row_are_refused_at_every_size() {
    let program = Program::new(|k: &Step| {
        let h = k.state("h");
        k.next(tanh(k.affine("h", h)))
    });
    let recurrence = Recurrence::new(program);
    for h in [64, 512, 4096] {
        let weights = |w: [usize; 2], u: [usize; 2]| Weights {
            input: wave(w, 0.1),
            input_bias: None,
            hidden: Some(wave(u, 0.2)),
            factor: None,
            hidden_bias: None,
            vectors: Vec::new(),
            projection: None,
            mask: None,
            moves: None,
        };
        let run = |weights: &Weights, d_input: usize| {
            let batch = forward(wave([1, 5, d_input], 0.3), vec![wave([1, h], 0.4)]);
            scan(&recurrence, weights, batch, Engine::default())
        };
        let narrow = weights([8, h], [1, h]);
        let message = panic_of(|| run(&narrow, 8)).expect("U of one row");
        assert!(message.contains(&format!("U is [1, {h}]")), "{message}");
        assert!(message.contains(&format!("[{h}, {h}]")), "{message}");
        let state = [wave([1, h], 0.4)];
        let stream = || Stream::new(&recurrence, &narrow, &state, Engine::default());
        assert!(panic_of(stream).is_some(), "a stream with U of one row");

        let message = panic_of(|| run(&weights([1, h], [h, h]), 4096)).expect("W of one row");
        assert!(message.contains(&format!("[4096, {h}]")), "{message}");
    }
}

#[test]
fn a_step_and_a_trace_come_through_the_same_door() {
    let program = Program::new(lstm);
    let node = program.named()[0].id;
    let recurrence = Recurrence::new(program.clone());
    let o = Shapes::of(&program, [2, 3, 4, 5, 1]).operands();
    let seven = vec![wave([7, 5], 0.1), wave([7, 5], 0.2)];
    let frame = wave([2, 4], 0.3);
    for executor in [Executor::Tiles, Executor::Primitives, Executor::Steps] {
        let step = || {
            step(
                &recurrence,
                &o.weights,
                frame.clone(),
                seven.clone(),
                by(executor),
            )
        };
        let message = panic_of(step).expect("a state of 7 rows for 2");
        assert!(
            message.contains("[7, 5]") && message.contains("[2, 5]"),
            "{message}"
        );
        let run = |node, state| {
            let batch = forward(o.x.clone(), state);
            trace(&recurrence, &o.weights, batch, &[node], by(executor))
        };
        assert!(panic_of(|| run(node, seven.clone())).is_some());
        let message = panic_of(|| run(10_000, o.state.clone())).expect("no such node");
        assert!(message.contains("node 10000"), "{message}");
        assert_eq!(run(node, o.state.clone()).values.len(), 1);
    }
}

#[test]
fn tensors_of_two_types_are_refused() {
    let program = Program::new(lstm);
    let recurrence = Recurrence::new(program.clone());
    let mut o = Shapes::of(&program, [2, 3, 4, 5, 1]).operands();
    o.weights.hidden = o.weights.hidden.map(|u| u.cast(burn::tensor::DType::F64));
    let message = panic_of(|| pass(&recurrence, &o, None, Direction::Forward, Executor::Tiles));
    let message = message.expect("U of f64");
    assert!(message.contains("U is of F64"), "{message}");
}

#[test]
fn what_a_pass_made_for_an_executor_is_no_cell() {
    let program = Program::new(lstm);
    let masked = passes::mask(&program);
    assert!(panic_of(|| Recurrence::new(masked)).is_some());
    let backward = passes::differentiate(&program);
    assert!(panic_of(|| Recurrence::new(backward)).is_some());
}

/// A mask is a constant for every executor: what else is tracked has its gradient.
#[test]
fn a_tracked_mask_has_no_gradient_and_takes_none_from_others() {
    let program = Program::new(lstm);
    let recurrence = Recurrence::new(program.clone());
    let o = Shapes::of(&program, [2, 3, 4, 5, 1]).operands();
    let tracked = |t: &Tensor<2>| {
        let tensor = Tensor::<2>::from_data(t.to_data(), &Device::flex().autodiff());
        tensor.require_grad()
    };
    let gradients = [Executor::Tiles, Executor::Primitives, Executor::Steps].map(|executor| {
        let device = Device::flex().autodiff();
        let on = |t: &Tensor<1>| Tensor::<1>::from_data(t.to_data(), &device);
        let weights = Weights {
            input: tracked(&o.weights.input),
            input_bias: o.weights.input_bias.as_ref().map(on),
            hidden: o.weights.hidden.as_ref().map(tracked),
            factor: None,
            hidden_bias: o.weights.hidden_bias.as_ref().map(on),
            vectors: o.weights.vectors.iter().map(on).collect(),
            projection: None,
            mask: o.weights.mask.as_ref().map(tracked),
            moves: None,
        };
        let x = Tensor::from_data(o.x.to_data(), &device);
        let state = o.state.iter().map(tracked).collect();
        let (y, _) = scan(&recurrence, &weights, forward(x, state), by(executor));
        let gradients = y.sum().backward();
        let mask = weights.mask.expect("given");
        assert!(mask.grad(&gradients).is_none(), "{executor}");
        let w = weights.input.grad(&gradients).expect("a gradient");
        w.into_data().try_into_vec::<f32>().expect("f32")
    });
    assert!(apart(&gradients[0], &gradients[2]) < 1e-5);
    assert!(apart(&gradients[1], &gradients[2]) < 1e-5);
}
