//! Steps in chunks, and the way from chunk to chunk.

use super::terms::Terms;
use burn::tensor::Tensor;
use rekindle_engine::unbind;

/// How `[batch, time, heads, width]` is cut into `[batch * heads * chunks, steps, width]`.
pub(super) struct Layout {
    batch: usize,
    time: usize,
    heads: usize,
    chunks: usize,
    steps: usize,
}

/// What a chunk does to the state before what it writes is added.
pub(super) enum Move {
    /// Rows are multiplied: `[chunks, d_key or 1, 1]`.
    Rows(Tensor<3>),
    /// The matrix is multiplied from the left: `[chunks, d_key, d_key]`.
    Matrix(Tensor<3>),
}

impl Layout {
    /// Chunks of a length that is a power of two, at most `longest`.
    pub(super) fn new(terms: &Terms, longest: usize) -> Self {
        let [batch, time, heads, _] = terms.q.dims();
        let steps = longest.min(time.next_power_of_two());
        Layout {
            batch,
            time,
            heads,
            chunks: time.div_ceil(steps),
            steps,
        }
    }

    /// The last chunk is filled up with zeros, which are steps that change nothing.
    pub(super) fn fold(&self, t: Tensor<4>) -> Tensor<3> {
        let [batch, time, heads, width] = t.dims();
        let missing = self.chunks * self.steps - time;
        let t = match missing {
            0 => t,
            _ => {
                let zeros = Tensor::zeros([batch, missing, heads, width], (&t.device(), t.dtype()));
                Tensor::cat(vec![t, zeros], 1)
            }
        };
        let all = batch * heads * self.chunks;
        t.swap_dims(1, 2).reshape([all, self.steps, width])
    }

    pub(super) fn unfold(&self, t: Tensor<3>) -> Tensor<4> {
        let [_, _, width] = t.dims();
        let time = self.chunks * self.steps;
        let t = t.reshape([self.batch, self.heads, time, width]);
        t.swap_dims(1, 2).narrow(1, 0, self.time)
    }

    /// A vector a head, `[heads, width]`, for every chunk: `[chunks, 1, width]`.
    pub(super) fn of_heads(&self, t: Tensor<2>) -> Tensor<3> {
        let [heads, width] = t.dims();
        let t = t.reshape([1, heads, 1, width]);
        let t = t.expand([self.batch, heads, self.chunks, width]);
        t.reshape([self.batch * heads * self.chunks, 1, width])
    }

    /// Logarithms of decays, `[chunks, 1, width]`, as matrices with their powers on the diagonal, as wide
    /// as `like`.
    pub(super) fn diagonal(&self, decays: Option<Tensor<3>>, like: &Tensor<3>) -> Tensor<3> {
        let [_, _, d_key] = like.dims();
        let one = Tensor::<2>::eye(d_key, &like.device());
        let one = one.cast(like.dtype()).unsqueeze::<3>();
        match decays {
            Some(decays) => one * decays.exp(),
            None => one,
        }
    }

    /// Goes through the chunks one after the other, from the state `[batch, heads, d_key, d_value]`. Returns
    /// the state before each chunk, `[chunks, d_key, d_value]`, and the last one.
    pub(super) fn walk(
        &self,
        s: Tensor<4>,
        moves: Option<Move>,
        written: Tensor<3>,
    ) -> (Tensor<3>, Tensor<4>) {
        let dims @ [batch, heads, d_key, d_value] = s.dims();
        let mut s = s.reshape([batch * heads, d_key, d_value]);
        let (moves, is_matrix) = match moves {
            None => (None, false),
            Some(Move::Rows(rows)) => (Some(self.one_by_one(rows)), false),
            Some(Move::Matrix(matrix)) => (Some(self.one_by_one(matrix)), true),
        };
        let mut moves = moves.map(Vec::into_iter);
        let mut starts = Vec::with_capacity(self.chunks);
        for written in self.one_by_one(written) {
            starts.push(s.clone());
            let moved = match moves.as_mut().and_then(Iterator::next) {
                None => s,
                Some(matrix) if is_matrix => matrix.matmul(s),
                Some(rows) => rows * s,
            };
            s = moved + written;
        }
        let starts = Tensor::stack::<4>(starts, 1);
        let all = batch * heads * self.chunks;
        (starts.reshape([all, d_key, d_value]), s.reshape(dims))
    }

    /// `[batch * heads, rows, columns]` for each chunk.
    fn one_by_one(&self, t: Tensor<3>) -> Vec<Tensor<3>> {
        let [_, rows, columns] = t.dims();
        let together = self.batch * self.heads;
        let t = t.reshape([together, self.chunks, rows * columns]);
        let each = unbind(t.swap_dims(0, 1)).into_iter();
        each.map(|t| t.reshape([together, rows, columns])).collect()
    }
}
