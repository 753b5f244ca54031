//! Tesseract's own files: a network in its binary form, its characters, and the codes that the network has for them.

use std::error::Error;

/// A layer, or layers that are run together.
pub(crate) enum Layer {
    /// One behind the other.
    Series(Vec<Layer>),
    /// The picture itself.
    Input,
    /// So many neighbours on each side, across and down, beside one another.
    Convolve([usize; 2]),
    /// The largest of so many, across and down.
    Maxpool([usize; 2]),
    /// With across and down exchanged.
    Transposed(Box<Layer>),
    /// From right to left.
    Reversed(Box<Layer>),
    /// From left to right, the blocks g, i, f, o; of a summary only what it gives behind the last step.
    Lstm {
        blocks: [Weights; 4],
        summary: bool,
    },
    Tanh(Weights),
    Softmax(Weights),
}

/// A matrix of integers from -127 to 127 and a scale for each row, whose last column is the bias.
pub(crate) struct Weights {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    integers: Vec<i8>,
    scales: Vec<f64>,
}

impl Weights {
    /// So many columns from one on.
    pub(crate) fn block(&self, from: usize, count: usize) -> Vec<f32> {
        let rows = self.integers.chunks_exact(self.columns);
        rows.flat_map(|row| &row[from..from + count])
            .map(|&weight| f32::from(weight))
            .collect()
    }

    /// The last column, by what stands for 1 among the integers.
    pub(crate) fn bias(&self) -> Vec<f32> {
        self.block(self.columns - 1, 1)
            .iter()
            .map(|bias| bias * 127.0)
            .collect()
    }

    /// The scales of products with integers in place of numbers up to 1.
    pub(crate) fn scales(&self) -> Vec<f32> {
        self.scales
            .iter()
            .take(self.rows)
            .map(|scale| (scale / 127.0) as f32)
            .collect()
    }
}

/// A component `lstm` of a `.traineddata` file.
pub(crate) struct Network {
    pub(crate) layer: Layer,
    /// What begins the random numbers around a picture.
    pub(crate) seed: u64,
    /// The code that stands for no character.
    pub(crate) null: usize,
}

impl Network {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Box<dyn Error>> {
        let mut file = File(bytes);
        let layer = file.layer()?;
        let _specification = file.text()?;
        let [_flags, _iteration, samples, null] = file.integers()?;
        Ok(Network {
            layer,
            seed: (samples as u64).wrapping_mul(0x1000_0001),
            null,
        })
    }
}

/// The character of each code, where it has one, of the components `lstm-unicharset` and `lstm-recoder`.
pub(crate) fn characters(
    set: &str,
    recoder: &[u8],
    null: usize,
) -> Result<Vec<String>, Box<dyn Error>> {
    let mut file = File(recoder);
    let mut characters = vec![String::new(); null];
    // The first line is the number of those that follow.
    let names = set
        .lines()
        .skip(1)
        .filter_map(|line| line.split(' ').next());
    let count = file.size()?;
    for name in names.take(count) {
        let _normal = file.bytes(1)?;
        let [1] = file.integers()? else {
            return Err("a character of several codes".into());
        };
        let [code] = file.integers()?;
        if code < null {
            characters[code] = if name == "NULL" { " " } else { name }.to_owned();
        }
    }
    Ok(characters)
}

/// What is left of a file.
struct File<'f>(&'f [u8]);

impl<'f> File<'f> {
    fn bytes(&mut self, count: usize) -> Result<&'f [u8], Box<dyn Error>> {
        let (bytes, rest) = self
            .0
            .split_at_checked(count)
            .ok_or("the file ends too early")?;
        self.0 = rest;
        Ok(bytes)
    }

    fn integers<const N: usize>(&mut self) -> Result<[usize; N], Box<dyn Error>> {
        let (fours, _) = self.bytes(4 * N)?.as_chunks();
        Ok(std::array::from_fn(|i| {
            u32::from_le_bytes(fours[i]) as usize
        }))
    }

    fn size(&mut self) -> Result<usize, Box<dyn Error>> {
        Ok(self.integers::<1>()?[0])
    }

    fn text(&mut self) -> Result<&'f str, Box<dyn Error>> {
        let length = self.size()?;
        Ok(str::from_utf8(self.bytes(length)?)?)
    }

    fn layer(&mut self) -> Result<Layer, Box<dyn Error>> {
        let _kind = self.bytes(1)?;
        let kind = self.text()?;
        let _training = self.bytes(2)?;
        let [flags, _inputs, _outputs, _count] = self.integers()?;
        let _name = self.text()?;
        let layer = match kind {
            "Series" => Layer::Series(self.parts()?),
            "Input" => {
                let _shape = self.integers::<5>()?;
                Layer::Input
            }
            "Convolve" => Layer::Convolve(self.integers()?),
            "Maxpool" => Layer::Maxpool(self.integers()?),
            "XYTranspose" => Layer::Transposed(Box::new(self.parts()?.remove(0))),
            "RTLReversed" => Layer::Reversed(Box::new(self.parts()?.remove(0))),
            "LSTM" | "SummLSTM" => {
                let _inputs = self.size()?;
                let blocks = [
                    self.weights()?,
                    self.weights()?,
                    self.weights()?,
                    self.weights()?,
                ];
                Layer::Lstm {
                    blocks,
                    summary: kind == "SummLSTM",
                }
            }
            "Tanh" => Layer::Tanh(self.weights()?),
            "Softmax" => Layer::Softmax(self.weights()?),
            other => {
                return Err(format!("a layer of the kind {other}, which is not read here").into());
            }
        };
        // Learning rates of the parts.
        const RATES: usize = 64;
        if flags & RATES != 0 && matches!(kind, "Series" | "XYTranspose" | "RTLReversed") {
            let count = self.size()?;
            self.bytes(4 * count)?;
        }
        Ok(layer)
    }

    fn parts(&mut self) -> Result<Vec<Layer>, Box<dyn Error>> {
        let count = self.size()?;
        (0..count).map(|_| self.layer()).collect()
    }

    fn weights(&mut self) -> Result<Weights, Box<dyn Error>> {
        // Integers, and scales of 64 bits.
        const MODE: u8 = 1 | 128;
        if self.bytes(1)?[0] & MODE != MODE {
            return Err("weights that are not integers of 8 bits".into());
        }
        let [rows, columns] = self.integers()?;
        let _empty = self.bytes(1)?;
        let integers = self.bytes(rows * columns)?.iter().map(|&byte| byte as i8);
        let integers = integers.collect();
        let count = self.size()?;
        let (eights, _) = self.bytes(8 * count)?.as_chunks();
        let scales = eights
            .iter()
            .map(|&eight| f64::from_le_bytes(eight))
            .collect();
        Ok(Weights {
            rows,
            columns,
            integers,
            scales,
        })
    }
}
