//! What goes on inside a layer: the named values of its equations, step by step.

use super::{Noise, Recurrent, States};
use crate::cell::{Cell, unroll};
use crate::sequence::Sequence;
use crate::state::State;
use burn::module::Module;
use burn::tensor::Tensor;
use rekindle_engine::{Direction, Id, Named, Role};
use std::fmt;

/// One cell of a stack: which layer, and which direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The layer, from 0, the lowest.
    pub layer: usize,
    /// The direction.
    pub direction: Direction,
}

impl fmt::Display for Site {
    /// As in the names of states: `0.forward`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.layer, self.direction.name())
    }
}

/// The named values of a cell's equations over a batch.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trace {
    /// Whose they are.
    pub site: Site,
    /// The values, in the order of [`Recurrent::traceable`], or in that asked for.
    pub nodes: Vec<TracedNode>,
}

/// A named value of a cell's equations over a batch.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TracedNode {
    /// What it is: its name, its equation, its role.
    pub node: Named,
    /// `[batch, time, width]`, at the place of each step in the sequence, zero beyond a row's length.
    pub values: Tensor<3>,
}

/// Why there is no trace.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TraceError {
    /// The stack has no such layer, or the layer does not read in that direction.
    Site {
        /// What was asked for.
        site: Site,
        /// The sites that there are.
        known: Vec<String>,
    },
    /// The cell is no set of equations.
    NoEquations,
    /// The equations have no such value.
    Node {
        /// What was asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TraceError::Site { site, known } => {
                write!(
                    f,
                    "there is no layer {site}; there are {}",
                    known.join(", ")
                )
            }
            TraceError::NoEquations => {
                write!(
                    f,
                    "this cell is not written as equations, so that none of its values has a name"
                )
            }
            TraceError::Node { name, known } => {
                write!(
                    f,
                    "no node is called {name:?}; there are {}",
                    known.join(", ")
                )
            }
        }
    }
}

impl std::error::Error for TraceError {}

impl<C: Cell> Recurrent<C> {
    /// The values of a cell's equations that [`trace`](Recurrent::trace) can show: states, gates and
    /// candidates, other functions and products, and what gates are functions of.
    ///
    /// # Errors
    ///
    /// If there is no such layer or direction, or the cell is no set of equations.
    pub fn traceable(&self, site: Site) -> Result<Vec<Named>, TraceError> {
        let gates = self.cell_at(site)?.gates();
        Ok(gates.ok_or(TraceError::NoEquations)?.program().named())
    }

    /// The named values of one cell at every step of a batch; all of them where `nodes` is empty. Nothing
    /// is dropped out, and no gradient is kept.
    ///
    /// ```
    /// # use burn::tensor::{Device, Tensor};
    /// use rekindle::{CellConfig, LstmConfig, RecurrentConfig, Site};
    /// let device = Device::flex();
    /// let lstm = RecurrentConfig::new(LstmConfig::new(32)).init(24, &device);
    /// let x = Tensor::<3>::ones([1, 50, 24], &device); // [batch, time, features]
    /// let trace = lstm.trace(x, None, Site::default(), &["f", "c"])?;
    /// let forget = &trace.nodes[0];
    /// assert_eq!(forget.node.equation, "f = sigmoid(W_f x + b_f + U_f h + d_f)");
    /// assert_eq!(forget.values.dims(), [1, 50, 32]);
    /// # Ok::<(), rekindle::TraceError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such layer, direction or node, or the cell is no set of equations.
    ///
    /// # Panics
    ///
    /// If a shape does not fit.
    pub fn trace(
        &self,
        x: impl Into<Sequence>,
        states: Option<States<C::State>>,
        site: Site,
        nodes: &[&str],
    ) -> Result<Trace, TraceError> {
        let all = self.traceable(site)?;
        let chosen = match nodes {
            [] => all,
            names => names
                .iter()
                .map(|name| find(&all, name))
                .collect::<Result<_, _>>()?,
        };
        let ids: Vec<Id> = chosen.iter().map(|n| n.id).collect();
        // Noise acts on devices that differentiate: none is wanted here.
        let layer = self.valid();
        let inner = |t: Tensor<2>| match t.device().is_autodiff() {
            true => t.inner(),
            false => t,
        };
        let mut x = x.into().cleared();
        if x.data().device().is_autodiff() {
            x = x.with(x.data().clone().inner());
        }
        let states = layer.begin(&x, states.map(|s| s.map(inner)));
        let mut at = states.layers.into_iter();
        for (depth, below) in layer.layers[..site.layer].iter().enumerate() {
            let state = at.next().expect("a state a layer");
            x = layer.enter(depth, x);
            let (y, _) = below.forward(&x, state, layer.merge, &layer.noise());
            x = x.with(layer.leave(x.data(), y));
        }
        x = layer.enter(site.layer, x);
        let state = at.next().expect("a state a layer");
        let state = match site.direction {
            Direction::Forward => state.forward,
            Direction::Reverse => state.reverse.expect("the site was found"),
        };
        let cell = layer.cell_at(site)?;
        let values = layer
            .noise()
            .trace(cell, &x, state, site.direction, &chosen, &ids);
        let nodes = chosen.into_iter().zip(values);
        let nodes = nodes.map(|(node, values)| TracedNode { node, values });
        Ok(Trace {
            site,
            nodes: nodes.collect(),
        })
    }

    pub(super) fn cell_at(&self, site: Site) -> Result<&C, TraceError> {
        let layer = self.layers.get(site.layer);
        let cell = layer.and_then(|layer| match site.direction {
            Direction::Forward => Some(&layer.forward),
            Direction::Reverse => layer.reverse.as_ref(),
        });
        cell.ok_or_else(|| TraceError::Site {
            site,
            known: self.sites().iter().map(Site::to_string).collect(),
        })
    }

    /// Every cell of the stack, from the lowest layer to the highest.
    pub fn sites(&self) -> Vec<Site> {
        let layers = self.layers.iter().enumerate();
        layers
            .flat_map(|(layer, both)| {
                both.cells()
                    .map(move |(direction, _)| Site { layer, direction })
            })
            .collect()
    }
}

/// A value by its name; that of a new state may carry the prime with which it is printed.
fn find(all: &[Named], name: &str) -> Result<Named, TraceError> {
    let named = |n: &&Named| {
        n.name == name || n.role == Role::State && name.strip_suffix('\'') == Some(&n.name)
    };
    all.iter()
        .find(named)
        .cloned()
        .ok_or_else(|| TraceError::Node {
            name: name.to_string(),
            known: all.iter().map(|n| n.name.clone()).collect(),
        })
}

impl Noise<'_> {
    /// The values of some nodes at every step. Zoneout moves each state on its way, so that its steps are
    /// taken one by one.
    fn trace<C: Cell>(
        &self,
        cell: &C,
        x: &Sequence,
        state: C::State,
        direction: Direction,
        nodes: &[Named],
        ids: &[Id],
    ) -> Vec<Tensor<3>> {
        let gates = cell.gates().expect("only equations are traced");
        let traced = |x: &Sequence, state: C::State, direction| {
            gates.trace(x, state.into_parts(), direction, ids).values
        };
        if self.zoneout.prob == 0.0 {
            return traced(x, state, direction);
        }
        let states: Vec<String> = cell.states().into_iter().map(|(name, _)| name).collect();
        let mut widths = Vec::new();
        let (joined, _) = unroll(x, state, direction, |x, state| {
            let now = Sequence::new(x.clone().unsqueeze_dim(1));
            let values = traced(&now, state.clone(), Direction::Forward);
            let (_, next) = self.step(cell, x, state);
            let parts = next.clone().into_parts();
            let row = nodes.iter().zip(values).map(|(node, value)| {
                let held = states.iter().position(|s| *s == node.name);
                match held.filter(|_| node.role == Role::State) {
                    Some(s) => parts[s].clone(),
                    None => value.squeeze_dim(1),
                }
            });
            let row: Vec<Tensor<2>> = row.collect();
            widths = row.iter().map(|v| v.dims()[1]).collect();
            (Tensor::cat(row, 1), next)
        });
        joined.split_with_sizes(widths, 2)
    }
}
