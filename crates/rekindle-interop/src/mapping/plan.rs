//! A table applied to a cell: which number of theirs is which of ours.

use std::collections::BTreeMap;

use burn::tensor::{DType, TensorData};
use rekindle::engine::Program;

use super::block::{Block, Kind, Term, terms};
use super::{Layout, Row};

/// A cell's weights as another library stores them.
pub(crate) struct Plan {
    pub(crate) tensors: Vec<Theirs>,
    /// Names and shapes of ours, in PyTorch's layout.
    ours: Vec<(String, Vec<usize>)>,
}

/// A tensor of theirs.
pub(crate) struct Theirs {
    /// Its name, behind that of their cell.
    pub(crate) name: &'static str,
    pub(crate) shape: Vec<usize>,
    moves: Vec<Move>,
}

/// A block's way.
struct Move {
    layout: Layout,
    negative: bool,
    rows: usize,
    width: usize,
    /// Where it begins in theirs, and how large theirs is.
    row: usize,
    column: usize,
    all_rows: usize,
    all_columns: usize,
    /// The tensors of ours and the rows at which the block begins there: those that are added up.
    ours: Vec<(usize, usize)>,
}

/// The rows of a tensor of ours that are a block.
struct Span {
    weight: usize,
    row: usize,
    rows: usize,
    width: usize,
}

impl Plan {
    /// The table applied to a cell of these equations, whose weights have these shapes by PyTorch's names without the layer's number; none
    /// if the table is of a cell of other blocks.
    pub(crate) fn new(
        rows: &[Row],
        program: &Program,
        weights: &BTreeMap<String, Vec<usize>>,
    ) -> Option<Plan> {
        let ours: Vec<(String, Vec<usize>)> = weights.clone().into_iter().collect();
        let mut covered = vec![0; ours.len()];
        let mut tensors = Vec::new();
        for row in rows {
            let places = terms(row.blocks);
            let spans: Vec<Vec<Vec<Span>>> = places
                .iter()
                .map(|place| {
                    let of = |term: &Term| {
                        let known = term.sum.iter().filter_map(|b| span(b, program, &ours));
                        known.collect::<Vec<_>>()
                    };
                    place.iter().map(of).collect()
                })
                .collect();
            let here = spans.iter().flatten().filter(|sum| !sum.is_empty()).count();
            if here == 0 {
                continue;
            }
            if here < spans.iter().flatten().count() {
                return None;
            }
            for span in spans.iter().flatten().flatten() {
                covered[span.weight] += span.rows;
            }
            tensors.push(theirs(row, &places, &spans));
        }
        let whole = ours.iter().zip(covered);
        let whole = whole.into_iter().all(|((_, shape), rows)| shape[0] == rows);
        whole.then_some(Plan { tensors, ours })
    }

    /// Our weights of theirs, which are of one type and stand in the order of [`Plan::tensors`].
    pub(crate) fn read(&self, theirs: &[TensorData]) -> BTreeMap<String, TensorData> {
        let dtype = theirs.first().map_or(DType::F32, TensorData::dtype);
        let size = dtype.size();
        let mut ours: Vec<Vec<u8>> = self
            .ours
            .iter()
            .map(|(_, shape)| vec![0; shape.iter().product::<usize>() * size])
            .collect();
        for (tensor, data) in self.tensors.iter().zip(theirs) {
            let from = data.as_bytes();
            for step in &tensor.moves {
                let (weight, row) = step.ours[0];
                step.each(row, |mine, theirs| {
                    let to = &mut ours[weight][mine * size..(mine + 1) * size];
                    to.copy_from_slice(&from[theirs * size..(theirs + 1) * size]);
                    if step.negative {
                        // The sign is the highest bit of the last byte, of f32 and of f64.
                        to[size - 1] ^= 0x80;
                    }
                });
            }
        }
        let named = self.ours.iter().zip(ours);
        named
            .map(|((name, shape), bytes)| {
                let data = TensorData::from_bytes_vec(bytes, shape.clone(), dtype);
                (name.clone(), data)
            })
            .collect()
    }

    /// Their tensors of ours.
    pub(crate) fn write(
        &self,
        ours: &BTreeMap<String, TensorData>,
    ) -> Vec<(&'static str, TensorData)> {
        let ours: Vec<&TensorData> = self.ours.iter().map(|(name, _)| &ours[name]).collect();
        let dtype = ours.first().map_or(DType::F32, |data| data.dtype());
        let numbers: Vec<Vec<f64>> = ours.iter().map(|data| data.iter().collect()).collect();
        let tensors = self.tensors.iter().map(|tensor| {
            let mut all = vec![0.0; tensor.shape.iter().product()];
            for step in &tensor.moves {
                let sign = if step.negative { -1.0 } else { 1.0 };
                for &(weight, row) in &step.ours {
                    step.each(row, |mine, theirs| {
                        all[theirs] += sign * numbers[weight][mine];
                    });
                }
            }
            let data = TensorData::new(all, tensor.shape.clone());
            (tensor.name, data.convert_dtype(dtype))
        });
        tensors.collect()
    }
}

impl Move {
    /// Each number of the block: its place in ours, where the block begins at a row, and in theirs.
    fn each(&self, row: usize, mut visit: impl FnMut(usize, usize)) {
        for r in 0..self.rows {
            for c in 0..self.width {
                let theirs = match self.layout {
                    Layout::Rows | Layout::Pair => {
                        (self.row + r) * self.all_columns + self.column + c
                    }
                    Layout::Columns => (self.column + c) * self.all_rows + self.row + r,
                    Layout::Folded => {
                        let at = r * self.width + c;
                        at / self.rows * self.all_rows + self.row + at % self.rows
                    }
                };
                visit((row + r) * self.width + c, theirs);
            }
        }
    }
}

fn theirs(row: &Row, places: &[Vec<Term>], spans: &[Vec<Vec<Span>>]) -> Theirs {
    let sizes = |place: &[Vec<Span>]| {
        let width = place.iter().map(|sum| sum[0].width).sum::<usize>();
        (place[0][0].rows, width)
    };
    let all_rows = spans.iter().map(|place| sizes(place).0).sum();
    let all_columns = sizes(&spans[0]).1;
    let mut moves = Vec::new();
    let mut begin = 0;
    for (place, spans) in places.iter().zip(spans) {
        let mut column = 0;
        for (term, sum) in place.iter().zip(spans) {
            moves.push(Move {
                layout: row.layout,
                negative: term.negative,
                rows: sum[0].rows,
                width: sum[0].width,
                row: begin,
                column,
                all_rows,
                all_columns,
                ours: sum.iter().map(|span| (span.weight, span.row)).collect(),
            });
            column += sum[0].width;
        }
        begin += sizes(spans).0;
    }
    let matrix = matches!(
        places[0][0].sum[0].kind,
        Kind::Input | Kind::Hidden | Kind::Projection
    );
    Theirs {
        name: row.name,
        shape: match (row.layout, matrix) {
            (Layout::Pair, _) => vec![2, all_rows / 2],
            (_, false) => vec![all_rows],
            (Layout::Rows, true) => vec![all_rows, all_columns],
            (Layout::Columns | Layout::Folded, true) => vec![all_columns, all_rows],
        },
        moves,
    }
}

/// Where a block stands in ours; none if the cell lacks it.
fn span(block: &Block, program: &Program, ours: &[(String, Vec<usize>)]) -> Option<Span> {
    let of = |names: Vec<&String>, weight: &str| {
        let weight = ours.iter().position(|(name, _)| name == weight)?;
        let at = names.iter().position(|name| **name == block.name)?;
        let rows = ours[weight].1[0] / names.len();
        Some(Span {
            weight,
            row: at * rows,
            rows,
            width: ours[weight].1.get(1).copied().unwrap_or(1),
        })
    };
    let biased = |names: &'_ [String], biased: &[bool]| -> Vec<String> {
        let names = names.iter().zip(biased);
        names
            .filter(|(_, has)| **has)
            .map(|(name, _)| name.clone())
            .collect()
    };
    match block.kind {
        Kind::Input => of(program.inputs().iter().collect(), "weight_ih"),
        Kind::Hidden => of(program.hiddens().iter().collect(), "weight_hh"),
        Kind::InputBias => {
            let names = biased(program.inputs(), program.input_biases());
            of(names.iter().collect(), "bias_ih")
        }
        Kind::HiddenBias => {
            let names = biased(program.hiddens(), program.hidden_biases());
            of(names.iter().collect(), "bias_hh")
        }
        Kind::Vector | Kind::Projection => {
            let named = match block.kind {
                Kind::Projection => ["weight_hr".to_owned(), String::new()],
                _ => ["vector", "scalar"].map(|kind| format!("{kind}_{}", block.name)),
            };
            let weight = ours.iter().position(|(name, _)| named.contains(name))?;
            let shape = &ours[weight].1;
            Some(Span {
                weight,
                row: 0,
                rows: shape[0],
                width: shape.get(1).copied().unwrap_or(1),
            })
        }
    }
}
