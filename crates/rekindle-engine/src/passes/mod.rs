//! Passes: functions from a program to a program, each small, each tested alone.
//!
//! ```text
//! fold            constants and identities; equal expressions become one node
//! integrate       inputs and memory that scale one another, where they were added up
//! mask            variational dropout: the operand of every recurrent product times a mask
//! invariant       what depends on the parameters alone, once a pass; and what is left
//! hoist           what depends on the input alone, for all steps at once; and what is left
//! defer           the output, where no step reads it, for all steps at once; and what is left
//! differentiate   the backward program, by reverse mode
//! recompute       what the backward program computes again rather than reads from memory
//! linear          whether the states enter linearly, so that a scan may run the rest
//! trace           values that are shown beside the output
//! stages          the matrix products that must wait for one another
//! explain         all of them as text, as `rekindle show CELL --program` prints it
//! ```

mod defer;
mod differentiate;
mod explain;
mod fold;
mod hoist;
mod integrate;
mod invariant;
mod linear;
mod mask;
mod recompute;
mod stages;
mod trace;
mod writer;

pub use defer::{Deferred, defer};
pub use differentiate::differentiate;
pub use explain::explain;
pub use fold::fold;
pub use hoist::{Hoisted, hoist};
pub use integrate::{Integrated, integrate};
pub use invariant::{Invariant, invariant};
pub use linear::{Linear, linear};
pub use mask::mask;
pub use recompute::{recompute, saved};
pub use stages::stages;
pub use trace::trace;
