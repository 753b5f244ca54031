//! What weights are made of, where they are not stored as the equations use them.

use crate::constants::Constants;
use burn::tensor::{Tensor, TensorData};
use std::sync::Arc;

/// What becomes of a stored matrix `M`, `[d_hidden, d_hidden]`, before a sequence is read.
///
/// Every map is made of operations that Burn differentiates, once a sequence; the equations and whatever runs
/// them see the result only.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Map {
    /// `M`
    Stored,
    /// `M - M^T - gamma I`: eigenvalues with a real part of `-gamma`.
    Antisymmetric {
        /// The decay.
        gamma: f64,
    },
    /// `beta (M - M^T) + (1 - beta) (M + M^T) - gamma I`: an antisymmetric and a symmetric part.
    Blended {
        /// The share of the antisymmetric part.
        beta: f64,
        /// The decay.
        gamma: f64,
    },
    /// `exp(M - M^T)`: a rotation.
    Exponential,
    /// `(I + A)^-1 (I - A) D` with `A = M - M^T` and `D` the identity with so many `-1` first: an orthogonal
    /// matrix of either determinant.
    Cayley {
        /// How many of the diagonal of `D` are -1.
        negative: usize,
    },
    /// The softmax of every column: what a product makes of a unit is shared out among all, and nothing is lost.
    Stochastic,
    /// `M` times a matrix of numbers that is not learned, elementwise, `[d_hidden, d_hidden]`, row after row, as the
    /// equations' product `U v` reads it: with zeros, units that do not hear one another.
    Masked(Arc<Vec<f64>>),
    /// That of another block, which several products share. Nothing is stored.
    Same(String),
    /// A matrix that is not learned and not stored: `[d_hidden, d_hidden]`, row after row, as the equations'
    /// product `U v` reads it.
    Given(Arc<Vec<f64>>),
}

/// What an input block reads of the input. The rest of its matrix is stored, and does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sees {
    /// Every feature but the last.
    AllButLast,
    /// The last feature alone: how much time has passed, in cells that are told.
    Last,
}

/// How the weights of a cell are stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Structure {
    /// In how many heads the units are: a product mixes those of a head only, and its matrix is block diagonal.
    /// 0 and 1 are one head.
    pub heads: usize,
    /// The recurrent blocks that are not used as they are stored, by name.
    pub maps: Vec<(String, Map)>,
    /// The vectors that are not learned and not stored, by name: `[d_hidden]`.
    pub vectors: Vec<(String, Arc<Vec<f64>>)>,
    /// The input blocks that read a part of the input only, by name.
    pub sees: Vec<(String, Sees)>,
}

impl Structure {
    /// One recurrent block that is not used as it is stored.
    pub fn of(block: &str, map: Map) -> Self {
        Structure {
            maps: vec![(block.to_string(), map)],
            ..Structure::default()
        }
    }

    /// Matrices that are block diagonal, with so many blocks.
    pub fn heads(heads: usize) -> Self {
        Structure {
            heads,
            ..Structure::default()
        }
    }

    /// What becomes of a block.
    pub(crate) fn map(&self, block: &str) -> &Map {
        let own = self.maps.iter().find(|(name, _)| name == block);
        own.map_or(&Map::Stored, |(_, map)| map)
    }

    /// Whether a block has stored weights.
    pub(crate) fn stores(&self, block: &str) -> bool {
        !matches!(self.map(block), Map::Given(_) | Map::Same(_))
    }

    /// The numbers of a vector that is given.
    pub(crate) fn vector(&self, name: &str) -> Option<&[f64]> {
        let given = self.vectors.iter().find(|(vector, _)| vector == name);
        given.map(|(_, numbers)| numbers.as_slice())
    }

    /// `W` of all input blocks as the equations use it, `[d_input, G * units]`, from what is stored.
    pub(crate) fn input(
        &self,
        blocks: &[String],
        stored: Tensor<2>,
        constants: &Constants,
    ) -> Tensor<2> {
        if self.sees.is_empty() {
            return stored;
        }
        let [features, columns] = stored.dims();
        let units = columns / blocks.len();
        let sees = |block: &String| self.sees.iter().find(|(name, _)| name == block);
        let reads = |feature: usize, block: &String| match sees(block) {
            None => true,
            Some((_, Sees::AllButLast)) => feature + 1 < features,
            Some((_, Sees::Last)) => feature + 1 == features,
        };
        let read = constants.get("sees", &stored, |device, dtype| {
            let read = (0..features).flat_map(|feature| {
                let each = blocks.iter().map(move |block| reads(feature, block));
                each.flat_map(|read| std::iter::repeat_n(f64::from(u8::from(read)), units))
            });
            let read = TensorData::new(read.collect::<Vec<_>>(), [features, columns]);
            Tensor::from_data(read, (device, dtype))
        });
        stored * read
    }

    /// Whether every recurrent block is used as it is stored.
    pub fn is_plain(&self) -> bool {
        self.heads < 2 && self.maps.is_empty()
    }

    /// `U` of all blocks, `[P, K * units]`, from what is stored of them: `[P / heads, stored * units]`.
    pub(crate) fn weights(
        &self,
        blocks: &[String],
        stored: Option<Tensor<2>>,
        like: &Tensor<2>,
        units: usize,
        constants: &Constants,
    ) -> Option<Tensor<2>> {
        if self.is_plain() || blocks.is_empty() {
            return stored;
        }
        let stored = stored.map(|weight| spread(weight, self.heads.max(1), units, constants));
        let mut at = 0;
        let mut all: Vec<Tensor<2>> = Vec::with_capacity(blocks.len());
        for block in blocks {
            all.push(match self.map(block) {
                Map::Given(numbers) => given(block, numbers, like, units, constants),
                Map::Same(other) => {
                    let other = blocks.iter().take(all.len()).position(|name| name == other);
                    all[other.expect("a block shares the weights of one before it")].clone()
                }
                map => {
                    let weight = stored.clone().expect("a stored block");
                    at += units;
                    map.of(block, weight.narrow(1, at - units, units), constants)
                }
            });
        }
        Some(Tensor::cat(all, 1))
    }
}

/// The transpose of the matrix that is given for a block, as `x U` takes it.
fn given(
    block: &str,
    numbers: &[f64],
    like: &Tensor<2>,
    units: usize,
    constants: &Constants,
) -> Tensor<2> {
    constants.get(&format!("U_{block}"), like, |device, dtype| {
        let data = TensorData::new(numbers.to_vec(), [units, units]);
        Tensor::<2>::from_data(data, (device, dtype)).transpose()
    })
}

/// Blocks that are block diagonal, from what stands on their diagonals: `[P / heads, columns]` to `[P, columns]`.
fn spread(stored: Tensor<2>, heads: usize, units: usize, constants: &Constants) -> Tensor<2> {
    if heads == 1 {
        return stored;
    }
    let [rows, columns] = stored.dims();
    let head = units / heads;
    let own = constants.get("heads", &stored, |device, dtype| {
        let own = (0..heads * rows).flat_map(|row| {
            (0..columns).map(move |column| f64::from(u8::from(row / rows == column % units / head)))
        });
        let data = TensorData::new(own.collect::<Vec<f64>>(), [heads * rows, columns]);
        Tensor::from_data(data, (device, dtype))
    });
    stored.repeat(&[heads, 1]) * own
}

impl Map {
    /// The matrix of a stored one. `U` is stored transposed, and every map is one of transposes.
    fn of(&self, block: &str, m: Tensor<2>, constants: &Constants) -> Tensor<2> {
        match self {
            Map::Stored => m,
            Map::Antisymmetric { gamma } => skew(&m) - identity(&m).mul_scalar(*gamma),
            Map::Blended { beta, gamma } => {
                let symmetric = m.clone() + m.clone().transpose();
                let both = skew(&m).mul_scalar(*beta) + symmetric.mul_scalar(1.0 - beta);
                both - identity(&m).mul_scalar(*gamma)
            }
            Map::Exponential => exponential(skew(&m)),
            Map::Cayley { negative } => {
                let a = skew(&m);
                let one = identity(&a);
                let rotation = inverse_of_one_plus(&a).matmul(one.clone() - a);
                let rows = one.dims()[0];
                let signs = constants.get(&format!("D_{block}"), &one, |device, dtype| {
                    let signs = (0..rows).map(|row| if row < *negative { -1.0 } else { 1.0 });
                    let data = TensorData::new(signs.collect::<Vec<f64>>(), [rows, 1]);
                    Tensor::from_data(data, (device, dtype))
                });
                rotation * signs
            }
            Map::Masked(mask) => {
                let units = m.dims()[0];
                let mask = given(block, mask, &m, units, constants);
                m * mask
            }
            Map::Stochastic => burn::tensor::activation::softmax(m, 1),
            Map::Same(_) | Map::Given(_) => unreachable!("it is not stored"),
        }
    }
}

fn identity(like: &Tensor<2>) -> Tensor<2> {
    let [rows, _] = like.dims();
    Tensor::<2>::eye(rows, &like.device()).cast(like.dtype())
}

/// `M - M^T`
fn skew(m: &Tensor<2>) -> Tensor<2> {
    m.clone() - m.clone().transpose()
}

/// How often the exponential is squared, and how many terms of its series are added up, in blocks of so many: enough
/// for matrices of a norm up to 32, eight times that of the difference of two orthogonal ones and more.
const SQUARINGS: i32 = 4;
const TERMS: usize = 20;
const BLOCK: usize = 5;

/// The matrix exponential, by scaling and squaring. The series is a polynomial in the fifth power whose coefficients are
/// polynomials in the lower ones (M. S. Paterson and L. J. Stockmeyer, 1973): seven products in place of one a term.
fn exponential(a: Tensor<2>) -> Tensor<2> {
    let small = a.mul_scalar(0.5_f64.powi(SQUARINGS));
    let mut powers = vec![identity(&small), small.clone()];
    while powers.len() <= BLOCK {
        let next = powers[powers.len() - 1].clone().matmul(small.clone());
        powers.push(next);
    }
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    let block = |first: usize| {
        let terms = powers[..BLOCK].iter().zip(first..);
        let terms = terms.map(|(power, n)| power.clone().mul_scalar(1.0 / factorial(n)));
        terms
            .reduce(|sum, term| sum + term)
            .expect("a block has terms")
    };
    let firsts = (0..TERMS).step_by(BLOCK).rev();
    let sum = firsts
        .map(block)
        .reduce(|sum, block| sum.matmul(powers[BLOCK].clone()) + block);
    let mut sum = sum.expect("there are blocks");
    for _ in 0..SQUARINGS {
        sum = sum.clone().matmul(sum);
    }
    sum
}

/// How many steps Newton's iteration takes: each squares what is missing, and it begins with at least one part
/// in `1 + |A|^2`.
const NEWTON: usize = 24;

/// `(I + A)^-1` of a skew-symmetric matrix, by Newton's iteration `X (2 - (I + A) X)`.
///
/// Only its last step is differentiated. Where `X` is the inverse, the derivative of a step by `A` is `-X dA X`, that of
/// the inverse, whatever `X` came from; and what would go back through earlier steps, squared each time, is nothing but
/// numbers too small for a processor to be fast with.
fn inverse_of_one_plus(a: &Tensor<2>) -> Tensor<2> {
    let two = identity(a).mul_scalar(2.0);
    let step = |x: Tensor<2>, a: &Tensor<2>| {
        let rest = two.clone() - x.clone() - a.clone().matmul(x.clone());
        x.matmul(rest)
    };
    let fixed = a.clone().detach();
    // (I - A) (I + A) is 1 + A^T A, whose eigenvalues lie between 1 and this.
    let bound = fixed.clone().powi_scalar(2).sum().add_scalar(1.0);
    let mut inverse = (identity(a) - fixed.clone()) / bound.unsqueeze();
    for _ in 1..NEWTON {
        inverse = step(inverse, &fixed);
    }
    step(inverse, a)
}
