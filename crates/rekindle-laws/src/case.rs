//! What a law is tried on: a form of a cell, on a device.

use crate::{Place, Subject, Verdict};
use burn::tensor::{DType, Device};
use rekindle::{CellConfig, Merge, RecurrentConfig};

/// Rows of the common batch.
pub(crate) const ROWS: usize = 3;
/// Its steps.
pub(crate) const TIME: usize = 5;
/// The real steps of each row, where rows differ.
pub(crate) const LENGTHS: [usize; ROWS] = [3, 5, 1];
/// The width of its input.
pub(crate) const D_INPUT: usize = 3;
/// The units of the common cell.
pub(crate) const D_HIDDEN: usize = 4;

/// A form of a cell, on a device.
#[derive(Clone, Debug)]
pub struct Case<K> {
    /// Every form of the cell at a width, as [`CellConfig::forms`] has them.
    pub forms: fn(usize) -> Vec<K>,
    /// The place of this form among them, the same at every width.
    pub form: usize,
    /// The device, without autodiff.
    pub device: Device,
    /// The types to compute in.
    pub dtypes: &'static [DType],
    /// Whether every new shape costs time, so that few layers are tried.
    pub slow: bool,
}

impl<K: CellConfig> Case<K> {
    /// The cell with that many units.
    pub(crate) fn cell(&self, d_hidden: usize) -> K {
        (self.forms)(d_hidden).swap_remove(self.form)
    }

    /// The width of the common input, or the next one that the cell takes.
    pub(crate) fn d_input(&self) -> usize {
        fitting(&self.cell(D_HIDDEN), D_INPUT)
    }

    /// Layers that read forward only: one alone, and a stack that uses every option but chance.
    pub(crate) fn forward_only(&self) -> Vec<RecurrentConfig<K>> {
        forward_only(self.cell(D_HIDDEN), self.d_input(), self.slow)
    }

    /// Layers of every kind, forward only or in both directions.
    pub(crate) fn all(&self) -> Vec<RecurrentConfig<K>> {
        all(self.cell(D_HIDDEN), self.d_input(), self.slow)
    }

    /// Tries every layer in every type.
    pub(crate) fn each(
        &self,
        configs: Vec<RecurrentConfig<K>>,
        law: impl Fn(&Place, &Subject<K>) -> Verdict,
    ) -> Verdict {
        for dtype in self.dtypes {
            let place = Place {
                device: self.device.clone(),
                dtype: *dtype,
            };
            for config in &configs {
                let subject = Subject::new(config.clone(), self.d_input());
                law(&place, &subject).map_err(|e| about(config, &e))?;
            }
        }
        Ok(())
    }
}

/// The first width of an input, from the one given, that a cell takes.
pub(crate) fn fitting<K: CellConfig>(cell: &K, from: usize) -> usize {
    let mut widths = from..;
    widths
        .find(|&width| cell.fits(width).is_ok())
        .expect("a cell takes some width")
}

/// See [`Case::forward_only`].
pub(crate) fn forward_only<K: CellConfig>(
    cell: K,
    d_input: usize,
    few: bool,
) -> Vec<RecurrentConfig<K>> {
    let one = RecurrentConfig::new(cell);
    let stack = RecurrentConfig {
        layers: 2,
        residual: true,
        learned_initial: true,
        projection: Some(d_input),
        ..one.clone()
    };
    if few { vec![one] } else { vec![one, stack] }
}

/// See [`Case::all`].
pub(crate) fn all<K: CellConfig>(cell: K, d_input: usize, few: bool) -> Vec<RecurrentConfig<K>> {
    let pair = RecurrentConfig {
        bidirectional: true,
        ..RecurrentConfig::new(cell.clone())
    };
    let stack = RecurrentConfig {
        layers: 2,
        merge: Merge::Mean,
        learned_initial: true,
        ..pair.clone()
    };
    let mut all = forward_only(cell, d_input, few);
    all.push(pair);
    if !few {
        all.push(stack);
    }
    all
}

/// A fault with the layer that has it.
pub(crate) fn about<K>(config: &RecurrentConfig<K>, fault: &str) -> String {
    let directions = if config.bidirectional {
        "two directions"
    } else {
        "one direction"
    };
    format!("{} layer(s), {directions}: {fault}", config.layers)
}
