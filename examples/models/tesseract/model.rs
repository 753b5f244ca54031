//! The network, as Tesseract computes it: what goes from layer to layer, and from step to step, are integers from -127 to 127, which are
//! tensors of f32 here. So are their products with weights and the sums of these, which f32 holds exactly.

use std::error::Error;

use burn::tensor::{Device, Tensor, TensorData, activation};
use rekindle::{Custom, Recurrent};

use super::decode;
use super::file::{Layer, Network, Weights, characters};
use super::lstm::lstm;
use super::picture::{HEIGHT, Noise, enhanced, neighbours};

/// A reader of lines.
pub(crate) struct Reader {
    part: Part,
    seed: u64,
    /// The character of each code but the last.
    characters: Vec<String>,
}

/// A [`Layer`] with its tensors.
enum Part {
    Series(Vec<Part>),
    Convolve([usize; 2]),
    Maxpool([usize; 2]),
    Transposed(Box<Part>),
    Reversed(Box<Part>),
    Lstm {
        lstm: Recurrent<Custom>,
        summary: bool,
    },
    Tanh(Dense),
    Softmax(Dense),
}

impl Reader {
    /// The reader of the components `lstm`, `lstm-unicharset` and `lstm-recoder` of a `.traineddata` file.
    pub(crate) fn read(
        lstm: &[u8],
        set: &str,
        recoder: &[u8],
        device: &Device,
    ) -> Result<Self, Box<dyn Error>> {
        let Network { layer, seed, null } = Network::read(lstm)?;
        Ok(Reader {
            part: Part::of(layer, device)?,
            seed,
            characters: characters(set, recoder, null)?,
        })
    }

    /// What stands in a line of grey pixels, row by row, as high as [`HEIGHT`].
    pub(crate) fn line(&self, pixels: &[u8], device: &Device) -> String {
        let x = TensorData::new(enhanced(pixels), [HEIGHT, pixels.len() / HEIGHT, 1]);
        let y = self
            .part
            .forward(Tensor::from_data(x, device), &mut Noise::new(self.seed));
        let y: Vec<f32> = y.into_data().iter().collect();
        let codes = decode::codes(&y, self.characters.len()).into_iter();
        let text: String = codes.map(|code| self.characters[code].as_str()).collect();
        text.trim().to_owned()
    }
}

impl Part {
    fn of(layer: Layer, device: &Device) -> Result<Self, Box<dyn Error>> {
        let boxed = |layer: Box<Layer>| Part::of(*layer, device).map(Box::new);
        Ok(match layer {
            Layer::Input => Part::Series(Vec::new()),
            Layer::Series(layers) => {
                let parts = layers.into_iter().map(|layer| Part::of(layer, device));
                Part::Series(parts.collect::<Result<_, _>>()?)
            }
            Layer::Convolve(half) => Part::Convolve(half),
            Layer::Maxpool(size) => Part::Maxpool(size),
            Layer::Transposed(layer) => Part::Transposed(boxed(layer)?),
            Layer::Reversed(layer) => Part::Reversed(boxed(layer)?),
            Layer::Lstm { blocks, summary } => Part::Lstm {
                lstm: lstm(&blocks, device)?,
                summary,
            },
            Layer::Tanh(weights) => Part::Tanh(Dense::of(&weights, device)),
            Layer::Softmax(weights) => Part::Softmax(Dense::of(&weights, device)),
        })
    }

    /// `[height, width, features]` to the same.
    fn forward(&self, x: Tensor<3>, noise: &mut Noise) -> Tensor<3> {
        match self {
            Part::Series(parts) => parts.iter().fold(x, |x, part| part.forward(x, noise)),
            Part::Convolve(half) => neighbours(x, *half, noise),
            Part::Maxpool([across, down]) => {
                let [height, width, features] = x.dims();
                let (rows, columns) = (height / down, width / across);
                let x = x.slice([0..rows * down, 0..columns * across, 0..features]);
                let x = x.reshape([rows, *down, columns, *across, features]);
                x.max_dim(1).max_dim(3).reshape([rows, columns, features])
            }
            Part::Transposed(part) => part.forward(x.swap_dims(0, 1), noise).swap_dims(0, 1),
            Part::Reversed(part) => part.forward(x.flip([1]), noise).flip([1]),
            Part::Lstm { lstm, summary } => {
                let (y, _) = lstm.forward(x, None);
                let last = y.dims()[1] - 1;
                if *summary { y.narrow(1, last, 1) } else { y }
            }
            Part::Tanh(dense) => tanh(dense.forward(x)),
            Part::Softmax(dense) => activation::softmax(dense.forward(x), 2),
        }
    }
}

struct Dense {
    kernel: Tensor<3>,
    bias: Tensor<3>,
    scales: Tensor<3>,
}

impl Dense {
    fn of(weights: &Weights, device: &Device) -> Self {
        let tensor = |numbers: Vec<f32>, shape: [usize; 2]| {
            Tensor::<2>::from_data(TensorData::new(numbers, shape), device)
                .transpose()
                .unsqueeze()
        };
        let (rows, inputs) = (weights.rows, weights.columns - 1);
        Dense {
            kernel: tensor(weights.block(0, inputs), [rows, inputs]),
            bias: tensor(weights.bias(), [rows, 1]),
            scales: tensor(weights.scales(), [rows, 1]),
        }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        (x.matmul(self.kernel.clone()) + self.bias.clone()) * self.scales.clone()
    }
}

/// The hyperbolic tangent as an integer, and as Tesseract has it: on straight lines between the entries of a table, which are 1/256 apart.
fn tanh(x: Tensor<3>) -> Tensor<3> {
    let table: Vec<f32> = (0..4096)
        .map(|entry| (f64::from(entry) / 256.0).tanh() as f32)
        .collect();
    let integer = |x: f32| {
        let at = 256.0 * x.abs();
        let size = match table
            .get(at as usize..)
            .and_then(|entries| entries.first_chunk())
        {
            Some([low, high]) => low + (high - low) * at.fract(),
            None => 1.0,
        };
        (127.0 * size).round().copysign(x)
    };
    let (shape, device) = (x.dims(), x.device());
    let integers: Vec<f32> = x.into_data().iter().map(integer).collect();
    Tensor::from_data(TensorData::new(integers, shape), &device)
}
