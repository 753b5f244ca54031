//! Networks that are drawn and not learned: a reservoir of units that echoes the input, and a readout, which is fitted behind
//! it, by gradients or in closed form ([`ridge`](crate::ridge)).
//!
//! The echo state network (2007, with leaky units) has a sparse matrix, scaled so that its largest eigenvalue has a given
//! size, which decides how long it echoes. The parameters are stored, so that a run can be repeated, and have no gradient.

pub(crate) mod esn;
