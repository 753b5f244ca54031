//! Plain networks: what a unit carries is a squashed mixture of the input and of what was carried, made anew at every
//! step, or a sum or an average of such.
//!
//! They differ in what keeps a memory alive without the gates of the LSTM. Jordan's network (1986) hands on its outputs,
//! Elman's (1990) its hidden units. In the multiplicative RNN (2011) and with multiplicative integration (2016) the input
//! scales the memory and is not only added to it. Deep transitions (2013) have several layers in a step. Units are slow in
//! the clockwork RNN (2014), which moves them at their periods only, and in the SCRN (2014), whose context fades. Averages
//! over all steps are kept by the recurrent weighted average and the statistical recurrent unit (2017). The Delta-RNN
//! (2017) and FastRNN (2018) mix in the old state, the recurrent identity network (2018) begins with it, the IndRNN (2018)
//! has one recurrent weight a unit, and the NRU (2019) a flat memory into which heads write.

pub(crate) mod clockwork;
pub(crate) mod deep_transition;
pub(crate) mod delta_rnn;
pub(crate) mod elman;
pub(crate) mod fast_rnn;
pub(crate) mod indrnn;
pub(crate) mod jordan;
pub(crate) mod mi_rnn;
pub(crate) mod multiplicative_rnn;
pub(crate) mod nru;
pub(crate) mod rin;
pub(crate) mod rwa;
pub(crate) mod scrn;
pub(crate) mod statistical_ru;
