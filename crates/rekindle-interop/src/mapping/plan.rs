//! A table applied to a cell: which number of theirs is which of ours.

use std::collections::BTreeMap;

use burn::tensor::{DType, TensorData};
use rekindle::engine::Program;

use super::block::{Block, Kind, Term, terms};
use super::layout::Part;
use super::{Layout, Row};
use crate::convert::computed;
use crate::error::WeightError;
use crate::formats::Tensors;
use crate::stored::{self, Area, Order, Stored};

/// A cell's weights as another library stores them.
pub(crate) struct Plan {
    pub(crate) tensors: Vec<Theirs>,
    /// Names and shapes of ours, in PyTorch's layout.
    ours: Vec<(String, Vec<usize>)>,
}

/// How many rows of theirs are gone through together: as many columns lie in one line of a processor's cache.
const ROWS: usize = 16;

/// A tensor of theirs.
pub(crate) struct Theirs {
    /// Its name, behind that of their cell.
    pub(crate) name: &'static str,
    pub(crate) shape: Vec<usize>,
    moves: Vec<Move>,
}

/// The way of a part of a block.
struct Move {
    part: Part,
    /// How wide the tensor of ours is.
    width: usize,
    negative: bool,
    /// The tensors of ours and the rows at which the block begins there: those that are added up; none of what must be zero.
    ours: Vec<(usize, usize)>,
    /// Whether another tensor gives the block, too.
    more: bool,
}

/// The rows of a tensor of ours that are a block.
struct Span {
    /// None for what is no weight of ours.
    weight: Option<usize>,
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
        let heads = heads(program, &ours);
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
            let mut blocks = places.iter().flatten().flat_map(|term| &term.sum);
            let biases = blocks.all(|block| block.kind.is_bias());
            let own = |term: &Term| term.sum.iter().all(|block| block.kind != Kind::Nothing);
            let sums = places.iter().flatten().zip(spans.iter().flatten());
            let of_ours = sums.filter(|(term, _)| own(term));
            let there: Vec<bool> = of_ours.map(|(_, sum)| !sum.is_empty()).collect();
            match (there.contains(&true), there.contains(&false)) {
                // The cell has no biases.
                (false, true) if biases => continue,
                (_, true) => return None,
                (_, false) => {}
            }
            for (term, sum) in places.iter().flatten().zip(spans.iter().flatten()) {
                let own = sum.iter().filter(|_| !term.more);
                for (weight, rows) in own.filter_map(|span| Some((span.weight?, span.rows))) {
                    covered[weight] += rows;
                }
            }
            let width = spans[0][0][0].width;
            if row.layout == Layout::Diagonal && !width.is_multiple_of(heads) {
                return None;
            }
            tensors.push(theirs(row, &places, &spans, heads));
        }
        let whole = ours.iter().zip(covered);
        let whole = whole.into_iter().all(|((_, shape), rows)| shape[0] == rows);
        whole.then_some(Plan { tensors, ours })
    }

    /// The same weights in the same layout by other names, ours and theirs; none if they are not all of ours.
    pub(crate) fn renamed(
        names: &[(&'static str, &'static str)],
        weights: &BTreeMap<String, Vec<usize>>,
    ) -> Option<Plan> {
        let ours: Vec<(String, Vec<usize>)> = weights.clone().into_iter().collect();
        let tensors = names.iter().map(|&(own, name)| {
            let at = ours.iter().position(|(ours, _)| ours == own)?;
            let shape = ours[at].1.clone();
            let size = [shape[0], shape.get(1).copied().unwrap_or(1)];
            let parts = Layout::Rows.parts([0, 0], size, size, 1).into_iter();
            let moves = parts.map(|part| Move {
                part,
                width: size[1],
                negative: false,
                more: false,
                ours: vec![(at, 0)],
            });
            Some(Theirs {
                name,
                shape,
                moves: moves.collect(),
            })
        });
        let tensors: Option<Vec<Theirs>> = tensors.collect();
        let tensors = tensors.filter(|tensors| tensors.len() == ours.len())?;
        Some(Plan { tensors, ours })
    }

    /// Our weights of theirs, which are all there and of one type, by the names that [`Plan::tensors`] have there.
    ///
    /// # Errors
    ///
    /// If a tensor holds what a cell here lacks: all of these.
    pub(crate) fn read<'t>(
        &self,
        names: &[String],
        theirs: &Tensors<'t>,
    ) -> Result<BTreeMap<String, Stored<'t>>, WeightError> {
        let first = names.first().and_then(|name| theirs.get(name));
        let dtype = first.map_or(DType::F32, computed);
        let mut blocks: Vec<Vec<stored::Block<'t>>> = vec![Vec::new(); self.ours.len()];
        let mut faults = Vec::new();
        for (tensor, name) in self.tensors.iter().zip(names) {
            let entry = theirs.get(name).expect("what was checked is there");
            for step in &tensor.moves {
                let Part { area, order, at } = step.part;
                let block = |row| stored::Block {
                    name: name.clone(),
                    entry: entry.clone(),
                    area,
                    order,
                    negative: step.negative,
                    more: step.more,
                    at: [row + at[0], at[1]],
                };
                match step.ours.first() {
                    Some(&(weight, row)) => blocks[weight].push(block(row)),
                    None => match lacking(block(0)) {
                        Ok(false) => {}
                        Ok(true) => faults.push(WeightError::Lacking { name: name.clone() }),
                        Err(fault) => faults.push(fault),
                    },
                }
            }
        }
        WeightError::all(faults)?;
        let named = self.ours.iter().zip(blocks);
        let stored = named.map(|((name, shape), blocks)| {
            (name.clone(), Stored::of(dtype, shape.clone(), blocks))
        });
        Ok(stored.collect())
    }

    /// Their tensors of ours.
    ///
    /// # Errors
    ///
    /// If a weight of ours holds what they have no place for.
    pub(crate) fn write(
        &self,
        ours: &BTreeMap<String, TensorData>,
    ) -> Result<Vec<(&'static str, TensorData)>, WeightError> {
        let ours: Vec<&TensorData> = self.ours.iter().map(|(name, _)| &ours[name]).collect();
        let dtype = ours.first().map_or(DType::F32, |data| data.dtype());
        let numbers: Vec<Vec<f64>> = ours.iter().map(|data| data.iter().collect()).collect();
        let mut left = numbers.clone();
        let tensors = self.tensors.iter().map(|tensor| {
            let mut all = vec![0.0; tensor.shape.iter().product()];
            for step in &tensor.moves {
                let sign = if step.negative { -1.0 } else { 1.0 };
                for &(weight, row) in step.ours.iter().filter(|_| !step.more) {
                    step.each(row, |mine, theirs| {
                        all[theirs] += sign * numbers[weight][mine];
                        left[weight][mine] = 0.0;
                    });
                }
            }
            let data = TensorData::new(all, tensor.shape.clone());
            (tensor.name, data.convert_dtype(dtype))
        });
        let tensors = tensors.collect();
        let mut named = self.ours.iter().zip(left);
        match named.find(|(_, left)| left.iter().any(|&number| number != 0.0)) {
            Some(((name, _), _)) => Err(WeightError::NoPlace { name: name.clone() }),
            None => Ok(tensors),
        }
    }
}

/// Whether a block holds another number than zero.
fn lacking(mut block: stored::Block<'_>) -> Result<bool, WeightError> {
    let Area { rows, columns, .. } = block.area;
    block.order = Order::Straight;
    let dtype = computed(&block.entry);
    let numbers = Stored::of(dtype, vec![rows, columns], vec![block]).numbers(false)?;
    Ok(numbers.iter::<f64>().any(|number| number != 0.0))
}

impl Move {
    /// Each number of the block: its place in ours, where the block begins at a row, and in theirs.
    fn each(&self, row: usize, mut visit: impl FnMut(usize, usize)) {
        let Part { area, order, at } = self.part;
        for first in (0..area.rows).step_by(ROWS) {
            for j in 0..area.columns {
                for i in first..(first + ROWS).min(area.rows) {
                    let [r, c] = order.here(&area, self.width, i, j);
                    let (r, c) = (row + at[0] + r, at[1] + c);
                    visit(r * self.width + c, area.place(i, j));
                }
            }
        }
    }
}

/// In how many heads a cell's units are: its recurrent weights are as wide as one of them.
fn heads(program: &Program, ours: &[(String, Vec<usize>)]) -> usize {
    let hidden = ours.iter().find(|(name, _)| name == "weight_hh");
    let counted = hidden.and_then(|(_, shape)| {
        let units = shape[0].checked_div(program.hiddens().len())?;
        units.checked_div(*shape.get(1)?)
    });
    counted.unwrap_or(1).max(1)
}

fn theirs(row: &Row, places: &[Vec<Term>], spans: &[Vec<Vec<Span>>], heads: usize) -> Theirs {
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
            let Span { rows, width, .. } = sum[0];
            let all = [all_rows, all_columns];
            let parts = row.layout.parts([begin, column], [rows, width], all, heads);
            moves.extend(parts.into_iter().map(|part| {
                Move {
                    part,
                    width,
                    negative: term.negative,
                    more: term.more,
                    ours: sum
                        .iter()
                        .filter_map(|span| Some((span.weight?, span.row)))
                        .collect(),
                }
            }));
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
        shape: row.layout.shape(matrix, [all_rows, all_columns], heads),
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
            weight: Some(weight),
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
        Kind::Nothing => {
            let input = ours.iter().find(|(name, _)| name == "weight_ih")?;
            Some(Span {
                weight: None,
                row: 0,
                rows: input.1[0] / program.inputs().len(),
                width: 1,
            })
        }
        Kind::Vector | Kind::Projection => {
            let named = match block.kind {
                Kind::Projection => ["weight_hr".to_owned(), String::new()],
                _ => ["vector", "scalar"].map(|kind| format!("{kind}_{}", block.name)),
            };
            let weight = ours.iter().position(|(name, _)| named.contains(name))?;
            let shape = &ours[weight].1;
            Some(Span {
                weight: Some(weight),
                row: 0,
                rows: shape[0],
                width: shape.get(1).copied().unwrap_or(1),
            })
        }
    }
}
