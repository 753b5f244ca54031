//! Ridge regression is where the derivative of its error is zero.

use burn::tensor::{DType, Device, Tensor, TensorData};
use rekindle::ridge;

fn wave(rows: usize, columns: usize, phase: f64) -> Tensor<2> {
    let value = |n: usize| (0.7 * n as f64 + 0.01 * (n * n) as f64 + phase).cos();
    let values: Vec<f64> = (0..rows * columns).map(value).collect();
    let data = TensorData::new(values, [rows, columns]);
    Tensor::from_data(data, (&Device::flex(), DType::F64))
}

fn largest<const D: usize>(t: Tensor<D>) -> f64 {
    t.abs().max().into_scalar::<f64>()
}

#[test]
fn no_step_makes_the_error_smaller() {
    let (x, y, lambda) = (wave(40, 6, 0.3), wave(40, 2, 1.9), 0.7);
    let map = ridge(x.clone(), y.clone(), lambda).unwrap();
    let left = y - map.forward(x.clone());
    // d/dW of the squared errors and the squared weights, and d/db of the errors.
    let slope = x.transpose().matmul(left.clone()) - map.weight.val().mul_scalar(lambda);
    assert!(largest(slope) < 1e-12);
    assert!(largest(left.sum_dim(0)) < 1e-12);
}

#[test]
fn without_a_penalty_a_line_is_found() {
    let x = wave(10, 3, 0.3);
    let weight = wave(3, 2, 4.0);
    let y = x.clone().matmul(weight.clone()).add_scalar(0.25);
    let map = ridge(x, y, 0.0).unwrap();
    assert!(largest(map.weight.val() - weight) < 1e-10);
    assert!(largest(map.bias.unwrap().val().sub_scalar(0.25)) < 1e-10);
}

#[test]
fn what_has_no_answer_is_refused() {
    let x = wave(10, 1, 0.3);
    let twice = Tensor::cat(vec![x.clone(), x.clone()], 1);
    let refused = ridge(twice.clone(), x.clone(), 0.0)
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("lambda = 0: ") && refused.contains("greater"),
        "{refused}"
    );
    assert!(ridge(twice, x.clone(), 1e-6).is_ok());
    for lambda in [-1.0, f64::NAN] {
        assert_eq!(
            ridge(x.clone(), x.clone(), lambda).unwrap_err().key,
            "lambda"
        );
    }
}
