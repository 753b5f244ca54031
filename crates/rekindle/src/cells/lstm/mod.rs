//! Long short-term memory and what was made of it: a memory `c` that is added to, and gates, functions of the input and of
//! the last output, that decide how much is written, kept and shown.
//!
//! The first (1997) never forgets; the forget gate (2000) and peepholes (2002) made it today's. Later cells take away: one
//! gate for two (CIFG, 2015), parts of the gates (slim LSTM, 2017), everything but the forget gate (JANET, 2018), the
//! recurrent matrices (IndyLSTM, 2019). They let gates see more: the memory, by a matrix (working memory connections,
//! 2021), the time that passed (phased, 2016; Time-LSTM, 2017), an order of the units (ON-LSTM, 2018). They compute gates in
//! another way: normalised (2016), multiplied (2016), by subtraction (2017), refined (UR-LSTM, 2019), with momentum
//! (2020), conserving mass (2021), as exponentials (sLSTM, 2024). Or they put several together: one LSTM that scales
//! another (HyperLSTM, 2016), fast and slow ones, one inside another (2017), rounds before the step (Mogrifier, 2019). The
//! NAS cell (2016) was found by search.

pub(crate) mod cifg_lstm;
pub(crate) mod fast_slow_lstm;
pub(crate) mod hyper_lstm;
pub(crate) mod indy_lstm;
pub(crate) mod janet;
pub(crate) mod layer_norm_lstm;
#[allow(
    clippy::module_inception,
    reason = "the family is called after this cell"
)]
pub(crate) mod lstm;
pub(crate) mod mass_conserving_lstm;
pub(crate) mod memory_controller_lstm;
pub(crate) mod mi_lstm;
pub(crate) mod mogrifier_lstm;
pub(crate) mod momentum_lstm;
pub(crate) mod multiplicative_lstm;
pub(crate) mod nas;
pub(crate) mod nested_lstm;
pub(crate) mod on_lstm;
pub(crate) mod original_lstm;
pub(crate) mod peephole_lstm;
pub(crate) mod phased_lstm;
pub(crate) mod residual_lstm;
pub(crate) mod slim_lstm;
pub(crate) mod slstm;
pub(crate) mod sub_lstm;
pub(crate) mod time_lstm;
pub(crate) mod ur_lstm;
pub(crate) mod wmc_lstm;
