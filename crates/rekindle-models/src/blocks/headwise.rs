//! Linear maps that are block diagonal: each part of the features is mapped by itself.

use burn::module::{Initializer, Module, Param};
use burn::tensor::{Device, Tensor};

/// A map of `width` features to as many, in parts of which each is mapped by itself.
#[derive(Module, Debug)]
pub(super) struct Headwise {
    /// `[parts, width / parts, width / parts]`: of each part a row for every feature that it gives.
    weight: Param<Tensor<3>>,
}

impl Headwise {
    /// `parts` divides `width`.
    pub(super) fn new(parts: usize, width: usize, device: &Device) -> Self {
        let each = width / parts;
        let std = (2.0 / 5.0 / each as f64).sqrt();
        let init = Initializer::Normal { mean: 0.0, std };
        Headwise {
            weight: init.init([parts, each, each], device),
        }
    }

    /// `[batch, time, width]` to the same shape.
    pub(super) fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [batch, time, width] = x.dims();
        let [parts, each, _] = self.weight.dims();
        let x = x.reshape([batch * time, parts, each]).swap_dims(0, 1);
        let y = x.matmul(self.weight.val().swap_dims(1, 2));
        y.swap_dims(0, 1).reshape([batch, time, width])
    }

    /// The whole matrix, `[width, width]`, by which a row of features is multiplied.
    pub(super) fn matrix(&self) -> Tensor<2> {
        let [parts, each, _] = self.weight.dims();
        let turned: Tensor<4> = self.weight.val().swap_dims(1, 2).unsqueeze_dim(2);
        let own = Tensor::<2>::eye(parts, &turned.device()).cast(turned.dtype());
        let own = own.reshape([parts, 1, parts, 1]);
        (turned * own).reshape([parts * each, parts * each])
    }
}
