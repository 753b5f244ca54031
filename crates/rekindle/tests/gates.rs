//! What equations without biases, products or the usual widths make of `Gates`.

use burn::tensor::{Device, Tensor};
use rekindle::engine::{Next, Step, sigmoid};
use rekindle::{Cell, GateSizes, Gates, Sequence};

rekindle::cell! {
    /// A highway from the input to the output.
    struct Highway: 1
}

fn highway(k: &Step) -> Next {
    let h = k.state("h");
    let share = sigmoid(k.scalar("share"));
    let open = sigmoid(k.plain_input("open") + k.input("bar"));
    k.next(open * k.raw() + share * k.vector("decay") * h)
}

fn cell(d_input: usize) -> Highway {
    let device = Device::flex();
    let gates = Gates::new(highway, GateSizes::new(d_input, 4), &device)
        .with_bias("bar", Tensor::full([1], 2.0, &device))
        .with_vector("share", Tensor::full([1], -1.0, &device))
        .with_vector("decay", Tensor::full([1], 0.5, &device));
    Highway { gates }
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter().collect()
}

#[test]
fn only_what_the_equations_have_is_a_parameter() {
    let gates = cell(4).gates;
    assert!(gates.hidden.is_none());
    assert_eq!(gates.input.weight.dims(), [4, 8]);
    let bias = gates.input.bias.expect("that of one block").val();
    assert_eq!(values(bias), [2.0; 4]);
    let vectors: Vec<_> = gates.vectors.iter().map(|v| values(v.val())).collect();
    assert_eq!(vectors, [vec![-1.0], vec![0.5; 4]]);
}

#[test]
fn an_input_of_another_width_is_mapped() {
    let gates = cell(3).gates;
    assert_eq!(gates.input.weight.dims(), [3, 12]);
    assert_eq!(gates.program().inputs(), ["open", "bar", "x"]);
    assert_eq!(gates.d_hidden(), 4);
}

#[test]
fn a_sequence_of_such_a_cell_is_its_steps() {
    let device = Device::flex();
    for d_input in [3, 4] {
        let cell = cell(d_input);
        let x = Tensor::<3>::ones([2, 3, d_input], &device);
        let x = x.cumsum(1).cumsum(2).mul_scalar(0.1);
        let zero = || [Tensor::zeros([2, 4], &device)];
        let forward = rekindle::engine::Direction::Forward;
        let (y, _) = cell.scan(&Sequence::new(x.clone()), zero(), forward);
        let mut state = zero();
        for t in 0..3 {
            let frame = x.clone().narrow(1, t, 1).squeeze_dim(1);
            let (output, next) = cell.step(frame, state);
            let whole = y.clone().narrow(1, t, 1).squeeze_dim::<2>(1);
            // In what order a sum is added up depends on how many rows are taken at once.
            let apart = (output - whole).abs().max().into_scalar::<f32>();
            assert!(apart < 1e-6, "step {t} is {apart:e} apart");
            state = next;
        }
    }
}

#[test]
#[should_panic(expected = "need an input block")]
fn equations_without_an_input_panic() {
    let equations = |k: &Step| k.next(0.5 * k.state("h"));
    Gates::new(equations, GateSizes::new(3, 4), &Device::flex());
}
