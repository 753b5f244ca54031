//! Ridge regression: the readout of a reservoir, solved for and not trained.

use crate::invalid::Invalid;
use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{DType, Tensor, TensorData};

/// The linear map, with a bias, from `states`, `[rows, d]`, to `targets`, `[rows, outputs]`, that has the least sum of
/// squared errors plus `lambda` times the sum of its squared weights; the bias costs nothing.
///
/// Solved in f64 on the host, by a Cholesky factor of the `d` normal equations. The map has the type and the
/// device of the states.
///
/// ```
/// # use burn::tensor::{Device, Distribution, Tensor};
/// use rekindle::{RecurrentConfig, CellConfig, cells::EsnConfig, ridge};
/// let device = Device::flex();
/// let reservoir = RecurrentConfig::new(EsnConfig::new(50)).init(1, &device);
/// let series = Tensor::<3>::random([1, 200, 1], Distribution::Default, &device);
/// let (states, _) = reservoir.forward(series.clone(), None); // [1, 200, 50]
/// // From the state after each step, the value of the step before: what the reservoir remembers.
/// let states = states.squeeze_dim::<2>(0).narrow(0, 100, 100); // behind a washout
/// let before = series.squeeze_dim::<2>(0).narrow(0, 99, 100);
/// let readout = ridge(states.clone(), before.clone(), 1e-6)?;
/// let error = (readout.forward(states) - before).square().mean().into_scalar::<f64>();
/// assert!(error < 0.01);
/// # Ok::<(), rekindle::Invalid>(())
/// ```
///
/// # Errors
///
/// If `lambda` is no number of 0 or more, or the states are so alike that `lambda` must be greater.
///
/// # Panics
///
/// If there are no rows, or not as many targets as states.
pub fn ridge(states: Tensor<2>, targets: Tensor<2>, lambda: f64) -> Result<Linear, Invalid> {
    let ([rows, d], [others, outputs]) = (states.dims(), targets.dims());
    assert!(
        rows == others && rows > 0,
        "a regression of {rows} states on {others} targets; they must be as many, and one at least"
    );
    if !(lambda.is_finite() && lambda >= 0.0) {
        return Err(Invalid::new("lambda", lambda, "a number of 0 or more"));
    }
    let (device, dtype) = (states.device(), states.dtype());
    let (x, x_mean) = centred(states, d);
    let (y, y_mean) = centred(targets, outputs);
    let mut normal = products(&x, d, &x, d);
    for i in 0..d {
        normal[i * d + i] += lambda;
    }
    let mut weight = products(&x, d, &y, outputs);
    if !solve(&mut normal, d, &mut weight, outputs) {
        let why = "the states are linearly dependent; it must be greater, 1e-6 for example";
        return Err(Invalid {
            key: "lambda".into(),
            value: Some(lambda.to_string()),
            reason: why.into(),
        });
    }
    let of_mean = |output: usize| {
        let each = x_mean.iter().enumerate();
        y_mean[output]
            - each
                .map(|(i, x)| x * weight[i * outputs + output])
                .sum::<f64>()
    };
    let bias: Vec<f64> = (0..outputs).map(of_mean).collect();
    let data = |values, shape: &[usize]| TensorData::new(values, shape).convert_dtype(dtype);
    let bias = data(bias, &[outputs]);
    let weight = data(weight, &[d, outputs]);
    Ok(Linear {
        weight: Param::from_tensor(Tensor::from_data(weight, (&device, dtype))),
        bias: Some(Param::from_tensor(Tensor::from_data(
            bias,
            (&device, dtype),
        ))),
    })
}

/// Rows without their mean, and the mean.
fn centred(rows: Tensor<2>, width: usize) -> (Vec<f64>, Vec<f64>) {
    let data = rows.into_data().convert_dtype(DType::F64);
    let mut values: Vec<f64> = data.iter().collect();
    let mut mean = vec![0.0; width];
    for row in values.chunks(width) {
        for (sum, value) in mean.iter_mut().zip(row) {
            *sum += value;
        }
    }
    let count = (values.len() / width) as f64;
    mean.iter_mut().for_each(|sum| *sum /= count);
    for row in values.chunks_mut(width) {
        for (value, mean) in row.iter_mut().zip(&mean) {
            *value -= mean;
        }
    }
    (values, mean)
}

/// `aᵀ b` of rows, `[n, m]`.
fn products(a: &[f64], n: usize, b: &[f64], m: usize) -> Vec<f64> {
    let mut sums = vec![0.0; n * m];
    for (a, b) in a.chunks(n).zip(b.chunks(m)) {
        for (sums, a) in sums.chunks_mut(m).zip(a) {
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum += a * b;
            }
        }
    }
    sums
}

/// Solves `a x = b` in place for a symmetric positive definite `a`, `[n, n]`, and `b`, `[n, m]`; false if `a` is
/// none.
fn solve(a: &mut [f64], n: usize, b: &mut [f64], m: usize) -> bool {
    // A pivot that is nothing but rounding says that the matrix has no full rank.
    let largest = (0..n).map(|i| a[i * n + i]).fold(0.0, f64::max);
    let least = largest * n as f64 * f64::EPSILON;
    for j in 0..n {
        for i in j..n {
            let (row_i, row_j) = (&a[i * n..i * n + j], &a[j * n..j * n + j]);
            let known: f64 = row_i.iter().zip(row_j).map(|(x, y)| x * y).sum();
            let rest = a[i * n + j] - known;
            if i == j && rest <= least {
                return false;
            }
            a[i * n + j] = if i == j {
                rest.sqrt()
            } else {
                rest / a[j * n + j]
            };
        }
    }
    // L z = b, then Lᵀ x = z.
    for i in 0..n {
        for k in 0..i {
            let factor = a[i * n + k];
            let (before, row) = b.split_at_mut(i * m);
            subtract(&mut row[..m], factor, &before[k * m..(k + 1) * m]);
        }
        b[i * m..(i + 1) * m]
            .iter_mut()
            .for_each(|x| *x /= a[i * n + i]);
    }
    for i in (0..n).rev() {
        for k in i + 1..n {
            let factor = a[k * n + i];
            let (head, behind) = b.split_at_mut((i + 1) * m);
            let from = (k - i - 1) * m;
            subtract(&mut head[i * m..], factor, &behind[from..from + m]);
        }
        b[i * m..(i + 1) * m]
            .iter_mut()
            .for_each(|x| *x /= a[i * n + i]);
    }
    true
}

fn subtract(row: &mut [f64], factor: f64, other: &[f64]) {
    for (x, y) in row.iter_mut().zip(other) {
        *x -= factor * y;
    }
}
