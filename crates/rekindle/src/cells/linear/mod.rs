//! Networks whose state enters its next value linearly, unit by unit: `h' = a h + b`, where `a` and `b` come from the inputs
//! alone. Nothing is multiplied with a matrix from step to step, all products are of whole sequences, and the recurrence
//! may be computed as a scan.
//!
//! They differ in `a`. In the first it is a gate: of a window of inputs (QRNN, 2016), of the last input and this one
//! (strongly typed cells, 2016), of the input and of the unit's own memory (SRU, 2017), of a second such memory
//! (GILR-LSTM, 2017). In state space models it is a learned number, the step through an equation: of several states a
//! channel (S4D, 2022), of one complex memory that all inputs drive (S5, 2022; LRU, 2023). Then both: gates with a lower
//! bound (HGRN, 2023), powers of a learned rate (RG-LRU, 2024). RWKV-4 (2023) keeps a fading average weighted with
//! exponentials. minGRU and minLSTM (2024) are the old cells with gates that see the input only.

mod candidate;
pub(crate) mod gilr_lstm;
pub(crate) mod hgrn;
pub(crate) mod lru;
pub(crate) mod mingru;
pub(crate) mod minlstm;
pub(crate) mod qrnn;
pub(crate) mod rg_lru;
pub(crate) mod rwkv4;
pub(crate) mod s4d;
pub(crate) mod s5;
pub(crate) mod sru;
mod state_space;
pub(crate) mod tgru;
pub(crate) mod tlstm;
pub(crate) mod trnn;

pub use candidate::Candidate;
pub use state_space::Discretization;
