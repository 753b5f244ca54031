//! Tensors whose numbers stand in a file, as they are or in blocks of several tensors there, until they are asked for.

use std::ops::{AddAssign, Mul};

use burn::tensor::{DType, Element, TensorData, bf16, f16};

use crate::convert::computed;
use crate::error::WeightError;
use crate::formats::{Dtype, Entry};

/// The bytes of a file that are in memory at once: a share of the processor's second cache.
const PIECE: usize = 1 << 18;

/// How many rows of a file are gone through together where they become columns: a processor's first cache has a line for each, even
/// where they are a power of two apart.
const ROWS: usize = 8;

/// A rectangle of a matrix; of a vector, which has one column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    /// Where it begins.
    pub(crate) row: usize,
    pub(crate) column: usize,
    /// How large it is.
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// The columns of the whole matrix.
    pub(crate) stride: usize,
}

impl Area {
    /// The place of a number among those of the whole matrix.
    pub(crate) fn place(&self, row: usize, column: usize) -> usize {
        (self.row + row) * self.stride + self.column + column
    }
}

/// How the numbers of an area in a file are those of a matrix here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// A row is a row.
    Straight,
    /// A row is a column.
    Turned,
    /// The numbers of all rows, one behind the other, are those of all rows, of another width.
    Folded,
}

impl Order {
    /// Row and column here of a number of an area there, which is `width` wide here.
    pub(crate) fn here(self, area: &Area, width: usize, row: usize, column: usize) -> [usize; 2] {
        match self {
            Order::Straight => [row, column],
            Order::Turned => [column, row],
            Order::Folded => {
                let at = row * area.columns + column;
                [at / width, at % width]
            }
        }
    }
}

/// A part of a tensor here, as an area of one in a file.
#[derive(Clone, Debug)]
pub(crate) struct Block<'t> {
    /// The tensor of the file, and what errors call it.
    pub(crate) name: String,
    pub(crate) entry: Entry<'t>,
    pub(crate) area: Area,
    pub(crate) order: Order,
    /// Whether the signs are others there.
    pub(crate) negative: bool,
    /// Whether it is added to what another block set.
    pub(crate) more: bool,
    /// The row and the column here at which it begins.
    pub(crate) at: [usize; 2],
}

/// A tensor that is made of blocks of tensors in a file; what no block sets is zero.
#[derive(Clone, Debug)]
pub(crate) struct Stored<'t> {
    dtype: DType,
    shape: Vec<usize>,
    blocks: Vec<Block<'t>>,
}

/// The numbers of weights.
trait Number: Element + Default + AddAssign + Mul<Output = Self> {
    const SIGNS: [Self; 2];

    fn is_finite(self) -> bool;
}

impl Number for f32 {
    const SIGNS: [Self; 2] = [1.0, -1.0];

    fn is_finite(self) -> bool {
        self.is_finite()
    }
}

impl Number for f64 {
    const SIGNS: [Self; 2] = [1.0, -1.0];

    fn is_finite(self) -> bool {
        self.is_finite()
    }
}

/// Numbers that are being set: a matrix, or its transpose.
struct Matrix<T> {
    numbers: Vec<T>,
    height: usize,
    width: usize,
    turned: bool,
}

impl<T> Matrix<T> {
    /// How far apart neighbours of a column are, and those of a row.
    fn strides(&self) -> [usize; 2] {
        match self.turned {
            false => [self.width, 1],
            true => [1, self.height],
        }
    }
}

impl<'t> Stored<'t> {
    /// A tensor of a file as it is.
    pub(crate) fn whole(name: String, entry: Entry<'t>) -> Self {
        let shape = entry.shape.clone();
        let [rows, columns] = sides(&shape);
        let area = Area {
            row: 0,
            column: 0,
            rows,
            columns,
            stride: columns,
        };
        let block = Block {
            name,
            entry,
            area,
            order: Order::Straight,
            negative: false,
            more: false,
            at: [0, 0],
        };
        Stored::of(computed(&block.entry), shape, vec![block])
    }

    /// A tensor of blocks, which all lie within theirs, and are of the type that it is computed with.
    pub(crate) fn of(dtype: DType, shape: Vec<usize>, mut blocks: Vec<Block<'t>>) -> Self {
        // What is added comes behind what is set.
        blocks.sort_by_key(|block| block.more);
        Stored {
            dtype,
            shape,
            blocks,
        }
    }

    pub(crate) fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The type that it is computed with.
    pub(crate) fn dtype(&self) -> DType {
        self.dtype
    }

    /// Its numbers, or of a matrix the transpose. Of what is in a file, a piece is in memory.
    ///
    /// # Errors
    ///
    /// If it is of no floats, holds one that is not finite, or cannot be read any more.
    pub(crate) fn numbers(&self, turned: bool) -> Result<TensorData, WeightError> {
        match self.dtype {
            DType::F64 => self.gathered(turned, |block, numbers| {
                block.set(numbers, f64::from_le_bytes)
            }),
            DType::F32 => self.gathered(turned, |block, numbers| match block.entry.dtype {
                Dtype::F16 => block.set(numbers, |bytes| f16::from_le_bytes(bytes).to_f32()),
                Dtype::Bf16 => block.set(numbers, |bytes| bf16::from_le_bytes(bytes).to_f32()),
                _ => block.set(numbers, f32::from_le_bytes),
            }),
            other => Err(WeightError::Dtype {
                name: self
                    .blocks
                    .first()
                    .map(|block| block.name.clone())
                    .unwrap_or_default(),
                found: other.name(),
            }),
        }
    }

    fn gathered<T: Number>(
        &self,
        turned: bool,
        set: impl Fn(&Block<'t>, &mut Matrix<T>) -> Result<(), WeightError>,
    ) -> Result<TensorData, WeightError> {
        let [height, width] = sides(&self.shape);
        let mut matrix = Matrix {
            numbers: vec![T::default(); height * width],
            height,
            width,
            turned,
        };
        for block in &self.blocks {
            set(block, &mut matrix)?;
        }
        let mut shape = self.shape.clone();
        if turned {
            shape.reverse();
        }
        Ok(TensorData::new(matrix.numbers, shape))
    }
}

/// The rows and columns of a matrix. A vector is a column; of more axes the last one counts columns.
fn sides(shape: &[usize]) -> [usize; 2] {
    match *shape {
        [rows] => [rows, 1],
        [ref rows @ .., columns] => [rows.iter().product(), columns],
        [] => [1, 1],
    }
}

impl Block<'_> {
    fn set<T: Number, const N: usize>(
        &self,
        matrix: &mut Matrix<T>,
        decode: impl Fn([u8; N]) -> T,
    ) -> Result<(), WeightError> {
        let Area { rows, stride, .. } = self.area;
        let most = (PIECE / N / stride.max(1)).clamp(1, rows.max(1));
        let mut piece = vec![0; most * stride * N];
        for first in (0..rows).step_by(most) {
            let some = most.min(rows - first);
            let piece = &mut piece[..some * stride * N];
            let read = self
                .entry
                .content
                .fill((self.area.row + first) * stride * N, piece);
            read.map_err(|error| WeightError::Unread {
                name: self.name.clone(),
                why: error.to_string(),
            })?;
            let (piece, _) = piece.as_chunks::<N>();
            self.check(first, piece, &decode)?;
            self.place(matrix, first, piece, &decode);
        }
        Ok(())
    }

    /// The area's part of a row of a piece.
    fn part<'p, const N: usize>(&self, piece: &'p [[u8; N]], row: usize) -> &'p [[u8; N]] {
        let begin = row * self.area.stride + self.area.column;
        &piece[begin..begin + self.area.columns]
    }

    /// Whether rows of the area, from one on, are finite.
    fn check<T: Number, const N: usize>(
        &self,
        first: usize,
        piece: &[[u8; N]],
        decode: impl Fn([u8; N]) -> T,
    ) -> Result<(), WeightError> {
        for row in 0..piece.len().checked_div(self.area.stride).unwrap_or(0) {
            let part = self.part(piece, row);
            let finite = |all, bytes: &[u8; N]| all & decode(*bytes).is_finite();
            if part.iter().fold(true, finite) {
                continue;
            }
            let odd = part.iter().position(|bytes| !decode(*bytes).is_finite());
            let column = odd.expect("one that was seen");
            return Err(WeightError::NotFinite {
                name: self.name.clone(),
                value: decode(part[column]).elem::<f64>().to_string(),
                index: self.area.place(first + row, column),
            });
        }
        Ok(())
    }

    /// Sets rows of the area, from one on.
    fn place<T: Number, const N: usize>(
        &self,
        matrix: &mut Matrix<T>,
        first: usize,
        piece: &[[u8; N]],
        decode: impl Fn([u8; N]) -> T,
    ) {
        let sign = T::SIGNS[usize::from(self.negative)];
        let put = |number: &mut T, bytes: &[u8; N]| match self.more {
            false => *number = sign * decode(*bytes),
            true => *number += sign * decode(*bytes),
        };
        let [below, beside] = matrix.strides();
        let rows = piece.len().checked_div(self.area.stride).unwrap_or(0);
        let begin = self.at[0] * below + self.at[1] * beside;
        // How far apart here are neighbours of a column there, and those of a row.
        let [down, across] = match self.order {
            Order::Straight => [below, beside],
            Order::Turned => [beside, below],
            Order::Folded => {
                for row in 0..rows {
                    for (column, bytes) in self.part(piece, row).iter().enumerate() {
                        let [row, column] =
                            self.order
                                .here(&self.area, matrix.width, first + row, column);
                        put(
                            &mut matrix.numbers[begin + row * below + column * beside],
                            bytes,
                        );
                    }
                }
                return;
            }
        };
        // What does not lie so in rows, does so in columns.
        if across == 1 {
            for row in 0..rows {
                let there = &mut matrix.numbers[begin + (first + row) * down..];
                for (number, bytes) in there.iter_mut().zip(self.part(piece, row)) {
                    put(number, bytes);
                }
            }
            return;
        }
        let stride = self.area.stride;
        for some in (0..rows).step_by(ROWS) {
            let high = ROWS.min(rows - some);
            for column in 0..self.area.columns {
                let begin = begin + first + some + column * across;
                let there = &mut matrix.numbers[begin..begin + high];
                let rows = piece[some * stride..].chunks_exact(stride);
                for (number, row) in there.iter_mut().zip(rows) {
                    put(number, &row[self.area.column + column]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
