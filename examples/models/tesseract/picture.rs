//! A line of text as the network sees it.

use burn::tensor::{Tensor, TensorData};

/// The height of a line.
pub(crate) const HEIGHT: usize = 36;

/// Beside each place its neighbours, column by column; random ones beyond the picture's edge.
pub(crate) fn neighbours(x: Tensor<3>, [across, down]: [usize; 2], noise: &mut Noise) -> Tensor<3> {
    let [height, width, features] = x.dims();
    let device = x.device();
    let x: Vec<f32> = x.into_data().iter().collect();
    let mut all = Vec::new();
    for y in 0..height {
        for column in 0..width {
            let columns = (column..).take(2 * across + 1);
            for column in columns.map(|right| right.checked_sub(across)) {
                let rows = (y..).take(2 * down + 1);
                for row in rows.map(|below| below.checked_sub(down)) {
                    let column = column.filter(|column| *column < width);
                    match (row.filter(|row| *row < height), column) {
                        (Some(row), Some(column)) => {
                            let at = (row * width + column) * features;
                            all.extend_from_slice(&x[at..at + features]);
                        }
                        _ => all.extend((0..features).map(|_| noise.next())),
                    }
                }
            }
        }
    }
    let features = all.len() / (height * width);
    Tensor::from_data(TensorData::new(all, [height, width, features]), &device)
}

/// Integers from -127 to 127, of the generator `minstd_rand` of C++.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        let mut noise = Noise((seed % Self::MODULUS).max(1));
        noise.next();
        noise
    }

    const MODULUS: u64 = (1 << 31) - 1;

    fn next(&mut self) -> f32 {
        self.0 = self.0 * 48_271 % Self::MODULUS;
        (254.0 * self.0 as f64 / Self::MODULUS as f64 - 127.0).round() as f32
    }
}

/// Pixels as integers: from what is black along the line's middle to what is white there, 0 between them.
pub(crate) fn enhanced(pixels: &[u8]) -> Vec<f32> {
    let width = pixels.len() / HEIGHT;
    let middle = &pixels[HEIGHT / 2 * width..][..width];
    let turns = |lower: fn(&u8, &u8) -> bool| -> Vec<u8> {
        let turns = middle.windows(3).filter(|three| {
            let [before, here, after] = three else {
                return false;
            };
            let (falls, rises) = (lower(here, before), lower(here, after));
            falls && !lower(after, here) || rises && !lower(before, here)
        });
        turns.map(|three| three[1]).collect()
    };
    let black = quartile(turns(|a, b| a < b), 0.25, 0);
    let white = quartile(turns(|a, b| a > b), 0.75, 255);
    let contrast = match (white - black) / 2.0 {
        contrast if contrast > 0.0 => contrast,
        _ => 1.0,
    };
    let integer = |&pixel: &u8| {
        (128.0 * ((f32::from(pixel) - black) / contrast - 1.0))
            .round()
            .clamp(-127.0, 127.0)
    };
    pixels.iter().map(integer).collect()
}

/// Below which number a share of these lies, each spread evenly up to the next integer; without any, another.
fn quartile(mut numbers: Vec<u8>, share: f64, without: u8) -> f32 {
    if numbers.is_empty() {
        numbers.push(without);
    }
    numbers.sort_unstable();
    let target = (share * numbers.len() as f64).max(1.0);
    let number = numbers[target.ceil() as usize - 1];
    let below = numbers.partition_point(|other| *other < number);
    let equal = numbers.partition_point(|other| *other <= number) - below;
    (f64::from(number) + (target - below as f64) / equal as f64) as f32
}
