//! Other libraries' names and layouts of the cells that both have. Each is a table.

mod burn_nn;
mod fla;
mod form;
mod ncps;
mod torchrecurrent;
mod xlstm;

use burn::tensor::TensorData;
use rekindle::engine::Program;
use rekindle::{AnyCellConfig, Cell, CellConfig, Recurrent};

use crate::error::WeightError;
use crate::mapping::{Plan, Row};
use crate::pytorch::{Side, export, sides};

pub(crate) use form::{Form, forms};

/// A library whose weights are known by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the libraries'")]
pub enum Library {
    /// `burn::nn`'s `Rnn`, `Lstm` and `Gru`, and those of both directions.
    Burn,
    /// Layers and cells of torchrecurrent, for PyTorch.
    Torchrecurrent,
    /// CfC of ncps, for PyTorch, with one layer in its backbone, as wide as the state.
    Ncps,
    /// `GatedLinearAttention` of flash-linear-attention, for PyTorch, without convolutions: its maps up to the recurrence.
    Fla,
    /// `sLSTMLayer` of xlstm, for PyTorch, without a convolution: its cell, before the normalisation.
    Xlstm,
}

impl Library {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Library::Burn => "burn-nn",
            Library::Torchrecurrent => "torchrecurrent",
            Library::Ncps => "ncps",
            Library::Fla => "fla",
            Library::Xlstm => "xlstm",
        }
    }
}

/// How a library stores the cells that both have.
pub(crate) struct Tables {
    pub(crate) library: Library,
    /// The names of cells here, and the tables of their weights.
    pub(crate) cells: &'static [(&'static str, &'static [Row])],
    /// Cells that are no set of equations, by all of their weights here and the names of these there, in PyTorch's layout.
    pub(crate) maps: &'static [&'static [(&'static str, &'static str)]],
    /// What may stand before the recurrence there, and not here.
    pub(crate) lacks: Lacks,
    /// What may stand before a cell's names: of a level of so many, in a direction of so many.
    pub(crate) places: fn(Position) -> &'static [&'static str],
}

/// Tensors of what a cell here lacks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lacks {
    /// Their names.
    pub(crate) tensors: &'static [&'static str],
    /// How a layer is made without.
    pub(crate) made: &'static str,
}

impl Lacks {
    const NOTHING: Lacks = Lacks {
        tensors: &[],
        made: "",
    };
}

/// Which of a layer's cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    pub(crate) levels: usize,
    pub(crate) directions: usize,
    pub(crate) direction: usize,
}

/// A layer's weights by the names and in the layout of a library.
///
/// # Errors
///
/// If the library has no such layer, or none of these weights.
pub fn export_as<C: Cell>(
    layer: &Recurrent<C>,
    library: Library,
) -> Result<Vec<(String, TensorData)>, WeightError> {
    let sides = sides(layer);
    let forms = forms(&sides, layer.layers().len());
    let form = forms.into_iter().find(|form| form.library == library);
    let form = form.ok_or(WeightError::NoForm {
        library: library.name(),
    })?;
    form.write(&sides, &export(layer).into_iter().collect())
}

/// All tables.
pub(crate) const ALL: [Tables; 5] = [
    burn_nn::TABLES,
    torchrecurrent::TABLES,
    ncps::TABLES,
    fla::TABLES,
    xlstm::TABLES,
];

/// The names of the cells that in one of their forms have the blocks of these equations, in their order.
fn cells(program: &Program) -> Vec<&'static str> {
    let forms = AnyCellConfig::forms(2).into_iter().filter(|form| {
        let known = form.program();
        known.is_some_and(|known| {
            known.inputs() == program.inputs() && known.hiddens() == program.hiddens()
        })
    });
    forms.map(|form| form.card().name).collect()
}

impl Tables {
    /// The weights of a layer's directions in each of the forms that the library has of their cell, which has one of these names where it
    /// is one of equations.
    fn plans(&self, sides: &[Side<'_>], names: &[&str]) -> Vec<Vec<Plan>> {
        let each = |plan: &dyn Fn(&Side<'_>) -> Option<Plan>| -> Option<Vec<Plan>> {
            sides.iter().map(plan).collect()
        };
        let tables = self.cells.iter().filter(|(cell, _)| names.contains(cell));
        let tables = tables.filter_map(|(_, rows)| each(&|side| side.plan(rows)));
        let maps = self.maps.iter().filter(|_| sides[0].program.is_none());
        let maps = maps.filter_map(|names| each(&|side| side.renamed(names)));
        tables.chain(maps).collect()
    }
}
