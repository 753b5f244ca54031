//! Networks over pictures: the state has channels at every point of a line, a plane or a volume, and the products of the
//! equations are convolutions, with stride 1 and zeros beyond the border, so that points stay where they are.
//!
//! The convolutional LSTM (2015) and GRU (2015) are those cells otherwise; the LSTM's may see its memory by peepholes, a
//! weight a point. They are no sets of equations, whose products are matrices: the convolution of the input is computed for
//! all steps at once ([`over_time`](Convolution::over_time)), the rest step by step. A vector holds a picture as
//! `[channels * points]`, the channels first. What a configuration says of space, and how kernels begin, is in
//! [`Shape`](space::Shape) and [`Convolution`].

pub(crate) mod conv_gru;
pub(crate) mod conv_lstm;
mod kernel;
mod space;

pub use kernel::{Convolution, Kernel};
