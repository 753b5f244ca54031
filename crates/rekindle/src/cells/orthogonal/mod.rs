//! Networks whose recurrent matrix turns the state and keeps its length, so that the gradient neither fades nor explodes on
//! its way back.
//!
//! They differ in how the matrix stays on the manifold while it is learned, and in what may be reached. The unitary RNN
//! (2015) multiplies complex factors of a few numbers a unit. The scaled Cayley transform (scoRNN, 2017) and the
//! exponential (expRNN, 2019) map a stored matrix, whose skew part counts, to an orthogonal one, once a sequence. GORU
//! (2017) gives a rotation the gates of a GRU. The shuffling RNN (2020) learns nothing of it: its matrix is a permutation.
//! All but the last two squash with `modReLU`, which changes lengths and no directions.

pub(crate) mod exp_rnn;
pub(crate) mod goru;
mod mod_relu;
pub(crate) mod sco_rnn;
pub(crate) mod shuffling_rnn;
pub(crate) mod urnn;
