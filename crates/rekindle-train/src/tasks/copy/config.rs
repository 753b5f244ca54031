//! The keys of the copying problem.

use crate::{
    memory::Batch,
    model::{config::ModelConfig, front::Front, shape::NetShape},
    tasks::{drawn::held_out, keys::forward_only, task::JUDGED},
};
use rekindle::{Invalid, positive, width};
use serde::{Deserialize, Serialize};

/// `[task]` of the copying problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyConfig {
    /// The symbols in all, blank and delimiter among them.
    #[serde(default = "symbols")]
    pub symbols: u32,
    /// The symbols to remember.
    #[serde(default = "length")]
    pub length: usize,
    /// The steps between the last symbol and its repetition.
    #[serde(default = "delay")]
    pub delay: usize,
    /// The width of a symbol's vector.
    #[serde(default = "d_embedding")]
    pub d_embedding: usize,
    /// The series that validate, and as many that test.
    #[serde(default = "held_out")]
    pub held_out: usize,
}

fn symbols() -> u32 {
    10
}

fn length() -> usize {
    10
}

fn delay() -> usize {
    50
}

fn d_embedding() -> usize {
    10
}

impl CopyConfig {
    pub(super) fn check_keys(&self, model: &ModelConfig) -> Result<(), Invalid> {
        positive("length", self.length)?;
        positive("delay", self.delay)?;
        width("d_embedding", self.d_embedding)?;
        positive("held_out", self.held_out)?;
        if !(4..=1 << 20).contains(&self.symbols) {
            return Err(Invalid::new(
                "symbols",
                self.symbols,
                "at least 4: blank, delimiter and two to remember",
            ));
        }
        forward_only(model, "it would see the symbols from the other side")
    }

    /// A symbol as it is written: blank and delimiter are the last two.
    pub(super) fn label(&self, symbol: u32) -> String {
        match self.symbols - symbol {
            2 => "·".into(),
            1 => "|".into(),
            _ => symbol.to_string(),
        }
    }

    /// The symbol that is written so, as a number or by its label.
    pub(super) fn symbol(&self, word: &str) -> Option<u32> {
        let symbol = match word {
            "·" => self.symbols - 2,
            "|" => self.symbols - 1,
            number => number.parse().ok()?,
        };
        let written = |symbol: u32| symbol.to_string() == word || self.label(symbol) == word;
        (symbol < self.symbols && written(symbol)).then_some(symbol)
    }

    /// What goes through the network at once in an update.
    pub(super) fn batch(&self, rows: usize) -> Batch {
        Batch {
            rows,
            judged: JUDGED.min(self.held_out),
            time: self.delay + 2 * self.length,
            each: true,
        }
    }

    /// The network's two ends.
    pub(super) fn ends(&self) -> NetShape {
        let count = self.symbols as usize;
        let width = self.d_embedding;
        NetShape::of(Front::Symbols { count, width }, count)
    }
}
