//! Passes: functions from a program to a program, each small, each tested alone.
//!
//! ```text
//! fold            constants and identities; equal expressions become one node
//! integrate       inputs and memory that scale one another, where they were added up
//! mask            variational dropout: the operand of every recurrent product times a mask
//! diagonal        recurrent products of diagonal matrices: vectors times values
//! low_rank        recurrent products of matrices of low rank: two products
//! invariant       what depends on the parameters alone, once a pass; and what is left
//! zoneout         states that go a part of their way
//! phases          what is computed for all steps at once, and the loops between
//! differentiate   the backward program, by reverse mode
//! gather          sums with what no state enters first
//! arrange         sums in the order in which multiplications are added in one instruction
//! total           the gradients of learned vectors, added up from step to step
//! recompute       what the backward program computes again rather than reads from memory
//! linear          whether the states enter linearly, as `rekindle show CELL --program` says
//! trace           values that are shown beside the output
//! stages          the matrix products that must wait for one another
//! explain         all of them as text, as `rekindle show CELL --program` prints it
//! ```

mod arrange;
mod diagonal;
mod differentiate;
mod explain;
mod fold;
mod integrate;
mod invariant;
mod linear;
mod low_rank;
mod mask;
mod phases;
mod recompute;
mod rewriter;
mod stages;
mod total;
mod trace;
mod zoneout;

pub use arrange::{arrange, gather};
pub use diagonal::diagonal;
pub use differentiate::differentiate;
pub use explain::explain;
pub use fold::fold;
pub use integrate::{Integrated, integrate};
pub use invariant::{Invariant, invariant};
pub use linear::{Linear, linear};
pub use low_rank::low_rank;
pub use mask::mask;
pub use phases::{Carried, Phase, Phases, phases};
pub use recompute::{recompute, saved};
pub use stages::stages;
pub use total::total;
pub use trace::trace;
pub use zoneout::{Way, zoneout};
