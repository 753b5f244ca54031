//! Networks that are steps through a differential equation: the state moves a little way at every step, by a rate that the
//! state and the input decide.
//!
//! They differ in the equation and in the solver. The oldest (1993) is a leaky network by Euler's method. Antisymmetric
//! networks (2019), with and without a gate, and the Lipschitz RNN (2020) shape the recurrent matrix so that the equation
//! is stable; coupled oscillators (coRNN, 2020; UnICORNN, 2021) by their form. GRU-ODE (2019) follows the flow of a GRU; LEM
//! (2021) has two memories with learned steps in time, τ-GRU (2022) a delay. The liquid network (LTC, 2020) takes implicit
//! steps, and CfC (2021) its solution in closed form. In the LMU (2019) and HiPPO-LegS (2020) the equation is linear and
//! fixed: its state is the best polynomial through what was written, over a window or over everything.

pub(crate) mod antisymmetric_rnn;
pub(crate) mod cfc;
pub(crate) mod cornn;
pub(crate) mod ct_rnn;
pub(crate) mod gated_antisymmetric_rnn;
pub(crate) mod gru_ode;
pub(crate) mod hippo_legs;
pub(crate) mod lem;
pub(crate) mod lipschitz_rnn;
pub(crate) mod lmu;
pub(crate) mod ltc;
pub(crate) mod tau_gru;
pub(crate) mod unicornn;
