//! How the axes of another library's tensors lie.

use crate::stored::{Area, Order};

/// How a tensor of theirs lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Blocks below one another, as PyTorch has them: `[blocks * d_hidden, width]`; of vectors, behind one another.
    Rows,
    /// The transpose of it: `[width, blocks * d_hidden]`.
    Columns,
    /// Vectors in two rows: `[2, blocks / 2 * d_hidden]`.
    Pair,
    /// Vectors in one row: `[1, blocks * d_hidden]`.
    Single,
    /// Each block of a square matrix, or of one as wide as it is high, read by columns as if by rows, and stacked like [`Layout::Columns`]:
    /// Keras' CuDNN layers, whose input kernels are so.
    Folded,
    /// Blocks head by head: `[heads, blocks * d_head, width]`; of vectors, behind one another.
    Heads,
    /// The transpose of each head: `[heads, width, blocks * d_head]`.
    HeadsTurned,
    /// Of one block what every head reads, its part of the input: `[heads, d_head, width / heads]`. What it does not read is zero here.
    Diagonal,
}

/// A part of a block: where it stands in theirs, and at which row and column of the block.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) order: Order,
    pub(super) area: Area,
    pub(super) at: [usize; 2],
}

impl Part {
    fn new(
        order: Order,
        [row, column]: [usize; 2],
        [rows, columns]: [usize; 2],
        stride: usize,
    ) -> Self {
        let area = Area {
            row,
            column,
            rows,
            columns,
            stride,
        };
        Part {
            order,
            area,
            at: [0, 0],
        }
    }

    /// The same further on in the block.
    fn at(self, at: [usize; 2]) -> Self {
        Part { at, ..self }
    }
}

impl Layout {
    /// Where a block stands in theirs: it begins at a row and a column, and has so many of them, of all, as they are counted here.
    pub(super) fn parts(
        self,
        [row, column]: [usize; 2],
        [rows, columns]: [usize; 2],
        [all_rows, all_columns]: [usize; 2],
        heads: usize,
    ) -> Vec<Part> {
        let (size, turned) = ([rows, columns], [columns, rows]);
        // What of it belongs to one head.
        let (first, high, all) = (row / heads, rows / heads, all_rows / heads);
        let each = |part: &dyn Fn(usize) -> Part| (0..heads).map(part).collect();
        match self {
            Layout::Rows | Layout::Pair | Layout::Single => {
                vec![Part::new(Order::Straight, [row, column], size, all_columns)]
            }
            Layout::Columns => vec![Part::new(Order::Turned, [column, row], turned, all_rows)],
            Layout::Folded => vec![Part::new(Order::Folded, [column, row], turned, all_rows)],
            Layout::Heads => each(&|head| {
                let begin = [head * all + first, column];
                let part = Part::new(Order::Straight, begin, [high, columns], all_columns);
                part.at([head * high, 0])
            }),
            Layout::HeadsTurned => each(&|head| {
                let begin = [head * columns, first];
                let part = Part::new(Order::Turned, begin, [columns, high], all);
                part.at([head * high, 0])
            }),
            Layout::Diagonal => {
                let wide = columns / heads;
                each(&|head| {
                    let begin = [head * high, 0];
                    let part = Part::new(Order::Straight, begin, [high, wide], wide);
                    part.at([head * high, head * wide])
                })
            }
        }
    }

    /// The shape of a tensor of theirs, of a matrix or a vector of so many rows and columns as they are counted here.
    pub(super) fn shape(
        self,
        matrix: bool,
        [rows, columns]: [usize; 2],
        heads: usize,
    ) -> Vec<usize> {
        match (self, matrix) {
            (Layout::Pair, _) => vec![2, rows / 2],
            (Layout::Single, _) => vec![1, rows],
            (_, false) => vec![rows],
            (Layout::Rows, true) => vec![rows, columns],
            (Layout::Columns | Layout::Folded, true) => vec![columns, rows],
            (Layout::Heads, true) => vec![heads, rows / heads, columns],
            (Layout::HeadsTurned, true) => vec![heads, columns, rows / heads],
            (Layout::Diagonal, true) => vec![heads, rows / heads, columns / heads],
        }
    }
}
