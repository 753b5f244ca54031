//! What the environment asks for. What reads it passes over what it does not understand; here that is refused.

use std::env;

use rekindle::engine::Isa;
use rekindle_train::{Error, Result};

use crate::threads;

/// The numbers of threads: Burn and the engine share a pool of so many, and some backends have another for matrix products. 0 leaves
/// the number to them.
const THREADS: [&str; 2] = ["RAYON_NUM_THREADS", "MATMUL_NUM_THREADS"];

/// The set of instructions in place of the fastest.
const ISA: &str = "REKINDLE_ISA";

/// Checks the variables that the program goes by. One that is empty is none.
///
/// # Errors
///
/// If one is no number of threads that can be started, or names no instructions that this machine has.
pub(crate) fn check() -> Result<()> {
    for name in THREADS {
        let Some(asked) = value(name) else {
            continue;
        };
        match asked.trim().parse() {
            Ok(0) => {}
            Ok(count) => threads::check(name, count)?,
            Err(_) => {
                return Err(Error::mend(format!(
                    "{name} = {asked:?}: must be a number of threads from 1 to {}, or not be set",
                    threads::MOST
                )));
            }
        }
    }
    match value(ISA) {
        Some(asked) => instructions(&asked),
        None => Ok(()),
    }
}

fn value(name: &str) -> Option<String> {
    let value = env::var_os(name)?.to_string_lossy().into_owned();
    Some(value).filter(|value| !value.is_empty())
}

fn instructions(asked: &str) -> Result<()> {
    let present = Isa::ALL.into_iter().filter(|isa| isa.is_present());
    let present: Vec<&str> = present.map(Isa::name).collect();
    if present.contains(&asked) {
        return Ok(());
    }
    let why = match Isa::ALL.iter().any(|isa| isa.name() == asked) {
        true => "this machine has none such",
        false => "there are none of that name",
    };
    Err(Error::mend(format!(
        "{ISA} = {asked:?}: {why}; it may be {}, or not be set",
        present.join(", ")
    )))
}
