//! The layers of AWD-LSTM, and what its outputs cost.

use crate::steps::real;
use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig};
use burn::tensor::{Device, Int, Tensor};
use rekindle::{
    AnyCell, AnyCellConfig, Extent, Invalid, Recurrent, RecurrentConfig, Sequence, States,
    positive, rate, width,
};
use serde::{Deserialize, Serialize};

/// Configuration of [`AwdStack`]: the paper's for word-level Penn Treebank by default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AwdStackConfig {
    /// The units of the layers below the last, which is as wide as the vectors: 1150 by default.
    pub d_hidden: usize,
    /// The number of layers: 3 by default.
    pub layers: usize,
    /// The cell: `lstm` by default; any by its name, with its paper's defaults.
    pub cell: String,
    /// The share of tokens whose vectors are dropped in an update: 0.1 by default.
    pub embedding_dropout: f64,
    /// Locked dropout of the vectors: 0.4 by default.
    pub input_dropout: f64,
    /// Locked dropout between layers: 0.25 by default.
    pub hidden_dropout: f64,
    /// Locked dropout behind the last layer: 0.4 by default.
    pub output_dropout: f64,
    /// Dropout of the recurrent weights: 0.5 by default.
    pub weight_dropout: f64,
    /// `α`, what large outputs cost: 2 by default.
    pub alpha: f64,
    /// `β`, what outputs cost that change from step to step: 1 by default.
    pub beta: f64,
}

impl Default for AwdStackConfig {
    fn default() -> Self {
        AwdStackConfig {
            d_hidden: 1150,
            layers: 3,
            cell: "lstm".to_owned(),
            embedding_dropout: 0.1,
            input_dropout: 0.4,
            hidden_dropout: 0.25,
            output_dropout: 0.4,
            weight_dropout: 0.5,
            alpha: 2.0,
            beta: 1.0,
        }
    }
}

impl AwdStackConfig {
    rekindle::setters! {
        d_hidden: usize,
        layers: usize,
        cell: String,
        embedding_dropout: f64,
        input_dropout: f64,
        hidden_dropout: f64,
        output_dropout: f64,
        weight_dropout: f64,
        alpha: f64,
        beta: f64,
    }

    /// The same without any dropout.
    #[must_use]
    pub fn without_dropout(self) -> Self {
        self.with_embedding_dropout(0.0)
            .with_input_dropout(0.0)
            .with_hidden_dropout(0.0)
            .with_output_dropout(0.0)
            .with_weight_dropout(0.0)
    }

    /// The layers behind vectors of a width, each with the width of its input.
    fn stack(&self, d_embedding: usize) -> Result<Vec<(usize, RecurrentConfig)>, Invalid> {
        let units = |depth: usize| match depth + 1 == self.layers {
            true => d_embedding,
            false => self.d_hidden,
        };
        let layer = |depth: usize| {
            let cell = AnyCellConfig::named(&self.cell, units(depth)).ok_or_else(|| {
                Invalid::new("cell", &self.cell, "the name of a cell, as `lstm` or `gru`")
            })?;
            let d_input = depth.checked_sub(1).map_or(d_embedding, units);
            let layer = RecurrentConfig::new(cell).with_weight_dropout(self.weight_dropout);
            layer.fits(d_input)?;
            Ok((d_input, layer))
        };
        (0..self.layers).map(layer).collect()
    }

    /// Checks every number, and that the layers fit behind vectors of a width.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn fits(&self, d_embedding: usize) -> Result<(), Invalid> {
        width("d_hidden", self.d_hidden)?;
        positive("layers", self.layers)?;
        if self.layers > 1024 {
            return Err(Invalid::new("layers", self.layers, "at most 1024"));
        }
        let rates = [
            ("embedding_dropout", self.embedding_dropout),
            ("input_dropout", self.input_dropout),
            ("hidden_dropout", self.hidden_dropout),
            ("output_dropout", self.output_dropout),
            ("weight_dropout", self.weight_dropout),
        ];
        rates
            .iter()
            .try_for_each(|&(key, value)| rate(key, value))?;
        for (key, cost) in [("alpha", self.alpha), ("beta", self.beta)] {
            if !(cost.is_finite() && cost >= 0.0) {
                return Err(Invalid::new(key, cost, "0 or more"));
            }
        }
        self.stack(d_embedding).map(|_| ())
    }

    /// How many numbers the layers take at least; none if they do not [fit](AwdStackConfig::fits).
    pub fn extent(&self, d_embedding: usize) -> Extent {
        let layers = self.stack(d_embedding).unwrap_or_default().into_iter();
        let extents = layers.map(|(d_input, layer)| layer.extent(d_input));
        extents.fold(Extent::default(), |sum, one| sum + one)
    }

    /// Layers with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the configuration does not [fit](AwdStackConfig::fits).
    pub fn init(&self, d_embedding: usize, device: &Device) -> AwdStack {
        let fits = self.fits(d_embedding);
        let layers = match fits.and_then(|()| self.stack(d_embedding)) {
            Ok(layers) => layers.into_iter(),
            Err(invalid) => panic!("{invalid}"),
        };
        let layers = layers.map(|(d_input, layer)| layer.init(d_input, device));
        let dropout = |rate| DropoutConfig::new(rate).init();
        AwdStack {
            layers: layers.collect(),
            embedding_dropout: dropout(self.embedding_dropout),
            input_dropout: dropout(self.input_dropout),
            hidden_dropout: dropout(self.hidden_dropout),
            output_dropout: dropout(self.output_dropout),
            alpha: self.alpha,
            beta: self.beta,
        }
    }
}

/// The states of the layers, from the lowest to the highest.
pub type LayerStates = Vec<States<Vec<Tensor<2>>>>;

/// What the layers give.
#[derive(Clone, Debug)]
pub struct AwdOutput {
    /// `[batch, time, d_embedding]`, zero beyond a row's length.
    pub y: Tensor<3>,
    /// What these outputs cost, in training and with `alpha` or `beta` only: a single number.
    pub cost: Option<Tensor<1>>,
    /// The states behind the last step.
    pub states: LayerStates,
}

/// Layers that are regularised wherever they can be, behind vectors of tokens that they drop as well.
#[derive(Module, Debug)]
pub struct AwdStack {
    layers: Vec<Recurrent<AnyCell>>,
    embedding_dropout: Dropout,
    input_dropout: Dropout,
    hidden_dropout: Dropout,
    output_dropout: Dropout,
    #[module(skip)]
    alpha: f64,
    #[module(skip)]
    beta: f64,
}

impl AwdStack {
    /// The vectors of tokens, `[batch, time]`, of all vectors, `[tokens, d_embedding]`, of which some are dropped in training wherever
    /// their token stands: `[batch, time, d_embedding]`.
    pub fn embed(&self, vectors: Tensor<2>, tokens: Tensor<2, Int>) -> Tensor<3> {
        let [batch, time] = tokens.dims();
        let [count, width] = vectors.dims();
        let kept = match self.embedding_dropout.prob > 0.0 {
            true => {
                let like = (&vectors.device(), vectors.dtype());
                let ones = Tensor::<2>::ones([count, 1], like);
                vectors * self.embedding_dropout.forward(ones)
            }
            false => vectors,
        };
        kept.select(0, tokens.flatten(0, 1))
            .reshape([batch, time, width])
    }

    /// The states before the first step of a batch.
    pub fn initial(&self, x: &Tensor<3>) -> LayerStates {
        self.layers.iter().map(|layer| layer.initial(x)).collect()
    }

    /// The width of what goes in and comes out.
    pub fn d_embedding(&self) -> usize {
        self.layers[0].d_input()
    }

    /// The layers over a batch of vectors, `[batch, time, d_embedding]` or a [`Sequence`] with lengths. Without `states` a row begins.
    ///
    /// # Panics
    ///
    /// If the states are those of another batch or model.
    pub fn forward(&self, x: impl Into<Sequence>, states: Option<LayerStates>) -> AwdOutput {
        let x = x.into();
        let mut x = x.with(locked(&self.input_dropout, x.data().clone()));
        let before = match states {
            Some(states) => states.into_iter().map(Some).collect(),
            None => vec![None; self.layers.len()],
        };
        assert!(
            before.len() == self.layers.len(),
            "the states are those of {} layers, but there are {}",
            before.len(),
            self.layers.len()
        );
        let mut states = Vec::with_capacity(self.layers.len());
        let mut raw = x.data().clone();
        for (depth, (layer, before)) in self.layers.iter().zip(before).enumerate() {
            let (y, after) = layer.forward(x.clone(), before);
            states.push(after);
            raw = y.clone();
            let dropout = match depth + 1 == self.layers.len() {
                true => &self.output_dropout,
                false => &self.hidden_dropout,
            };
            x = x.with(locked(dropout, y));
        }
        AwdOutput {
            cost: self.cost(raw, &x),
            y: x.into_data(),
            states,
        }
    }

    /// `α mean m² + β mean (h_{t+1} - h_t)²`, over the real steps of `m`, the outputs behind their dropout, and of `h`, those before it.
    fn cost(&self, h: Tensor<3>, m: &Sequence) -> Option<Tensor<1>> {
        let [_, time, width] = h.dims();
        if !h.device().is_autodiff() {
            return None;
        }
        // Zero beyond a row's length: what is added up there is nothing.
        let large = (self.alpha > 0.0).then(|| match m.lengths() {
            None => m.data().clone().square().mean(),
            Some(lengths) => mean(m.data().clone().square(), lengths.iter().sum(), width),
        });
        let changing = (self.beta > 0.0 && time > 1).then(|| {
            let change = h.clone().narrow(1, 1, time - 1) - h.clone().narrow(1, 0, time - 1);
            match m.lengths() {
                None => change.square().mean(),
                Some(lengths) => {
                    let pairs: Vec<usize> = lengths.iter().map(|length| length - 1).collect();
                    let within = real(&pairs, time - 1, &h.device()).unsqueeze_dim::<3>(2);
                    let beyond = within.bool_not().expand(change.dims());
                    let change = change.square().mask_fill(beyond, 0.0);
                    mean(change, pairs.iter().sum::<usize>().max(1), width)
                }
            }
        });
        let costs = [
            large.map(|cost| cost.mul_scalar(self.alpha)),
            changing.map(|cost| cost.mul_scalar(self.beta)),
        ];
        costs.into_iter().flatten().reduce(|sum, cost| sum + cost)
    }
}

/// The mean over so many steps of this width.
fn mean(of: Tensor<3>, steps: usize, width: usize) -> Tensor<1> {
    of.sum().mul_scalar(1.0 / (steps * width) as f64)
}

/// Dropout with one mask for all steps.
fn locked(dropout: &Dropout, x: Tensor<3>) -> Tensor<3> {
    if dropout.prob == 0.0 {
        return x;
    }
    let [batch, _, width] = x.dims();
    let ones = Tensor::ones([batch, 1, width], (&x.device(), x.dtype()));
    x * dropout.forward(ones)
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;

    #[test]
    fn a_locked_dropout_has_one_mask_for_all_steps_and_none_at_inference() {
        let dropout = DropoutConfig::new(0.5).init();
        let ones = |device: &Device| Tensor::<3>::ones([2, 5, 40], device);
        let numbers = |x: Tensor<3>| x.into_data().iter::<f32>().collect::<Vec<_>>();
        let dropped = numbers(locked(&dropout, ones(&Device::flex().autodiff())));
        assert!([0.0, 2.0].iter().all(|v| dropped.contains(v)));
        for row in dropped.chunks(5 * 40) {
            assert!(row.chunks(40).all(|step| step == &row[..40]));
        }
        assert_ne!(dropped[..40], dropped[5 * 40..6 * 40]);
        let device = Device::flex();
        assert_eq!(
            numbers(locked(&dropout, ones(&device))),
            numbers(ones(&device))
        );
    }

    #[test]
    fn outputs_cost_what_their_real_steps_do() {
        let device = Device::flex().autodiff();
        let stack = AwdStackConfig::default().with_layers(1).without_dropout();
        let stack = stack.init(3, &device);
        let x = Tensor::random([2, 5, 3], burn::tensor::Distribution::Default, &device);
        let cost = |x: Sequence| {
            stack
                .forward(x, None)
                .cost
                .expect("a cost")
                .into_scalar::<f32>()
        };
        // Two rows of three and of two steps have six and four times three outputs, two changes and one.
        let padded =
            Sequence::padded(x.clone().narrow(1, 0, 3), vec![3, 2]).expect("the lengths fit");
        let y = stack.forward(padded.clone(), None).y;
        let numbers: Vec<f32> = y.into_data().iter::<f32>().collect();
        let at = |row: usize, step: usize| &numbers[(row * 3 + step) * 3..][..3];
        let steps = [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 1)];
        let squares = steps.iter().copied().flatten().map(|h| h * h).sum::<f32>() / 15.0;
        let pairs = [
            (at(0, 0), at(0, 1)),
            (at(0, 1), at(0, 2)),
            (at(1, 0), at(1, 1)),
        ];
        let changes = pairs.iter().flat_map(|(a, b)| a.iter().zip(*b));
        let changes = changes.map(|(a, b)| (b - a).powi(2)).sum::<f32>() / 9.0;
        let right = 2.0 * squares + changes;
        assert!((cost(padded) - right).abs() < 1e-6 * right.max(1.0));
        // Lengths that fill the rows are none.
        let full = Sequence::padded(x.clone(), vec![5, 5]).expect("the lengths fit");
        assert!((cost(full) - cost(x.into())).abs() < 1e-6);
        let rested = Tensor::<3>::zeros([1, 4, 3], &Device::flex());
        assert!(stack.clone().valid().forward(rested, None).cost.is_none());
    }
}
