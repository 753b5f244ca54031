//! A cell's equations as the body of a `Scan`.

use rekindle::engine::{Direction, Width};
use rekindle_program::plan::Algebra;
use rekindle_program::{Id, Node, Program};

use super::batch::Batch;
use super::drawing::{Drawing, Value, port};
use super::{Matrix, functions};
use crate::formats::Dtype;
use crate::formats::onnx::{Graph, Setting};

/// What a cell is made of, on the host.
pub(super) struct Equations<'p> {
    pub(super) program: &'p Program,
    pub(super) d_hidden: usize,
    pub(super) input: Matrix,
    pub(super) input_bias: Option<Matrix>,
    pub(super) hidden: Option<Matrix>,
    pub(super) hidden_bias: Option<Matrix>,
    pub(super) vectors: Vec<Matrix>,
    pub(super) projection: Option<Matrix>,
}

/// What a cell gives: its output at every step, `[time, batch, width]`, and its states behind the last.
pub(super) struct Given {
    pub(super) y: Value,
    pub(super) last: Vec<Value>,
}

impl Equations<'_> {
    /// The width of a state.
    pub(super) fn width(&self, state: usize) -> usize {
        match (self.program.state_width(state), &self.projection) {
            (Width::Projection, Some(projection)) => projection.shape[1],
            _ => self.d_hidden,
        }
    }

    /// The cell over `x`, `[time, batch, d_input]`, from these states. Names begin with those of the cell.
    pub(super) fn scan(
        &self,
        drawing: &mut Drawing,
        cell: &str,
        x: &str,
        batch: &Batch,
        states: &[Value],
        direction: Direction,
    ) -> Given {
        // One product projects the input for all steps.
        let weight = drawing.matrix(&format!("{cell}.W"), &self.input);
        let mut all = drawing.node("MatMul", &[x, &weight], vec![]);
        if let Some(bias) = &self.input_bias {
            let bias = drawing.matrix(&format!("{cell}.b"), bias);
            all = drawing.node("Add", &[&all, &bias], vec![]);
        }
        let blocks = self.program.inputs();
        let names: Vec<String> = blocks
            .iter()
            .map(|block| format!("{cell}.x_{block}"))
            .collect();
        let widths = vec![self.d_hidden; blocks.len()];
        let mut scanned = drawing.split(&all, 2, &names, &widths);
        if self.program.has_raw() {
            scanned.push(x.to_owned());
        }
        let padded = batch.padded();
        scanned.extend(padded.map(|padded| padded.real.clone()));

        let parameters = Parameters::new(self, drawing, cell);
        let widths: Vec<usize> = (0..states.len()).map(|state| self.width(state)).collect();
        let (nodes, (inputs, outputs)) = drawing.body(|drawing| {
            let state_names = self.program.states().iter();
            let olds: Vec<Value> = state_names
                .map(|name| drawing.name(&format!("{cell}.{name}")))
                .collect();
            let mut step = |what: &str| drawing.name(&format!("{cell}.{what}"));
            let inputs: Vec<Value> = blocks
                .iter()
                .map(|block| step(&format!("at_{block}")))
                .collect();
            let raw = self.program.has_raw().then(|| step("at_x"));
            let real = padded.map(|_| step("real"));
            let body = Body {
                parameters: &parameters,
                olds: &olds,
                inputs: &inputs,
                raw: raw.as_deref(),
            };
            let values = body.draw(drawing);
            let mut outputs = Vec::new();
            let mut results = Vec::new();
            for (state, &id) in self.program.next().iter().enumerate() {
                let new = values[id].spread(drawing, &olds[state]);
                let held = match &real {
                    None => drawing.node("Identity", &[&new], vec![]),
                    Some(real) => drawing.node("Where", &[real, &new, &olds[state]], vec![]),
                };
                outputs.push(port(
                    &held,
                    Dtype::F32,
                    &["batch", &widths[state].to_string()],
                ));
                results.push(new);
            }
            let y = match &real {
                None => drawing.node("Identity", &[&results[0]], vec![]),
                Some(real) => {
                    let zero = drawing.single(0.0);
                    drawing.node("Where", &[real, &results[0], &zero], vec![])
                }
            };
            outputs.push(port(&y, Dtype::F32, &["batch", &widths[0].to_string()]));
            let width = |n: usize| n.to_string();
            let states = olds.iter().zip(&widths);
            let states = states.map(|(old, n)| port(old, Dtype::F32, &["batch", &width(*n)]));
            let taken = inputs.iter().chain(&raw);
            let taken = taken.map(|name| port(name, Dtype::F32, &["batch", &width(self.d_hidden)]));
            let real = real
                .iter()
                .map(|name| port(name, Dtype::Bool, &["batch", "1"]));
            (states.chain(taken).chain(real).collect(), outputs)
        });
        let body = Graph {
            name: cell.to_owned(),
            nodes,
            constants: Vec::new(),
            inputs,
            outputs,
        };
        let reverse = i64::from(direction == Direction::Reverse);
        let settings = vec![
            ("body", Setting::Graph(body)),
            ("num_scan_inputs", Setting::Integer(scanned.len() as i64)),
            (
                "scan_input_directions",
                Setting::Integers(vec![reverse; scanned.len()]),
            ),
            ("scan_output_directions", Setting::Integers(vec![reverse])),
        ];
        let last = self.program.states().iter();
        let last: Vec<Value> = last
            .map(|name| drawing.name(&format!("{cell}.last_{name}")))
            .collect();
        let y = drawing.name(&format!("{cell}.y"));
        let taken: Vec<&str> = states.iter().chain(&scanned).map(String::as_str).collect();
        let given = [&last[..], std::slice::from_ref(&y)].concat();
        drawing.put("Scan", &taken, &given, settings);
        Given { y, last }
    }
}

/// The parameters of a step, which stand outside of the body.
struct Parameters<'e> {
    equations: &'e Equations<'e>,
    /// The value that each recurrent product takes, with the blocks that take it, their matrices and their biases.
    products: Vec<Product>,
    vectors: Vec<Value>,
    projection: Option<Value>,
}

struct Product {
    of: Id,
    blocks: Vec<usize>,
    names: Vec<String>,
    weight: Value,
    bias: Option<Value>,
}

impl<'e> Parameters<'e> {
    fn new(equations: &'e Equations<'e>, drawing: &mut Drawing, cell: &str) -> Self {
        let program = equations.program;
        let mut products: Vec<(Id, Vec<usize>)> = Vec::new();
        for node in program.nodes() {
            if let Node::Hidden(block, of) = *node {
                match products.iter_mut().find(|(known, _)| *known == of) {
                    Some((_, blocks)) => blocks.push(block),
                    None => products.push((of, vec![block])),
                }
            }
        }
        let units = equations.d_hidden;
        let products = products.into_iter().map(|(of, blocks)| {
            let named: Vec<&str> = blocks
                .iter()
                .map(|&block| program.hiddens()[block].as_str())
                .collect();
            let stem = named.join("_");
            let hidden = equations.hidden.as_ref().expect("a recurrent product");
            let weight = hidden.blocks(units, &blocks);
            let bias = equations.hidden_bias.as_ref();
            let bias = bias.filter(|_| blocks.iter().any(|&block| program.hidden_biases()[block]));
            let bias = bias.map(|bias| bias.blocks(units, &blocks));
            Product {
                of,
                names: named
                    .iter()
                    .map(|name| format!("{cell}.u_{name}"))
                    .collect(),
                weight: drawing.matrix(&format!("{cell}.U_{stem}"), &weight),
                bias: bias.map(|bias| drawing.matrix(&format!("{cell}.d_{stem}"), &bias)),
                blocks,
            }
        });
        let products = products.collect();
        let vectors = program.vectors().iter().zip(&equations.vectors);
        let vectors =
            vectors.map(|(name, vector)| drawing.matrix(&format!("{cell}.v_{name}"), vector));
        Parameters {
            equations,
            products,
            vectors: vectors.collect(),
            projection: equations
                .projection
                .as_ref()
                .map(|r| drawing.matrix(&format!("{cell}.R"), r)),
        }
    }
}

/// A value of a step, and whether it has all rows and units, or is one for all.
#[derive(Clone)]
struct Drawn {
    value: Value,
    whole: bool,
}

impl Drawn {
    /// The value with all rows and units of another.
    fn spread(&self, drawing: &mut Drawing, like: &str) -> Value {
        if self.whole {
            return self.value.clone();
        }
        let shape = drawing.node("Shape", &[like], vec![]);
        drawing.node("Expand", &[&self.value, &shape], vec![])
    }
}

struct Body<'b> {
    parameters: &'b Parameters<'b>,
    olds: &'b [Value],
    inputs: &'b [Value],
    raw: Option<&'b str>,
}

impl Body<'_> {
    /// A value for each node of the program.
    fn draw(&self, drawing: &mut Drawing) -> Vec<Drawn> {
        let Parameters {
            equations,
            vectors,
            projection,
            ..
        } = self.parameters;
        let program = equations.program;
        let mut values: Vec<Drawn> = Vec::with_capacity(program.nodes().len());
        // The products of recurrent blocks, once they are there.
        let mut blocks: Vec<Option<Value>> = vec![None; program.hiddens().len()];
        for (id, node) in program.nodes().iter().enumerate() {
            // What whole rows are needed of has those of an input block: every value of the units' width is like that.
            let whole = |drawing: &mut Drawing, of: Id| {
                let of: &Drawn = &values[of];
                of.spread(drawing, &self.inputs[0])
            };
            let drawn = match *node {
                Node::Input(block) => Drawn::whole(self.inputs[block].clone()),
                Node::Raw => Drawn::whole(self.raw.expect("the input itself").to_owned()),
                Node::State(state) => Drawn::whole(self.olds[state].clone()),
                Node::Vector(vector) => Drawn::part(vectors[vector].clone()),
                Node::Constant(bits) => Drawn::part(drawing.single(f64::from_bits(bits) as f32)),
                Node::Unary(function, of) => Drawn {
                    value: functions::unary(drawing, function, values[of].value.clone()),
                    whole: values[of].whole,
                },
                Node::Binary(function, a, b) => Drawn {
                    value: drawing.binary(
                        function,
                        values[a].value.clone(),
                        values[b].value.clone(),
                    ),
                    whole: values[a].whole || values[b].whole,
                },
                Node::Across(function, of) => {
                    let of = whole(drawing, of);
                    let value = functions::across(drawing, function, &of);
                    let value = Drawn::part(value).spread(drawing, &of);
                    Drawn::whole(value)
                }
                Node::Project(of) => {
                    let of = whole(drawing, of);
                    let weight = projection.as_ref().expect("a projection");
                    Drawn::whole(drawing.node("MatMul", &[&of, weight], vec![]))
                }
                Node::Hidden(block, of) => {
                    if blocks[block].is_none() {
                        let operand = whole(drawing, of);
                        self.product(drawing, of, &operand, &mut blocks);
                    }
                    Drawn::whole(blocks[block].clone().expect("its product"))
                }
                _ => unreachable!("node {id} stands in programs of passes only"),
            };
            values.push(drawn);
        }
        values
    }

    /// All recurrent blocks of a value, by one product.
    fn product(&self, drawing: &mut Drawing, of: Id, operand: &str, blocks: &mut [Option<Value>]) {
        let products = &self.parameters.products;
        let product = products.iter().find(|product| product.of == of);
        let product = product.expect("a recurrent product");
        let mut all = drawing.node("MatMul", &[operand, &product.weight], vec![]);
        if let Some(bias) = &product.bias {
            all = drawing.node("Add", &[&all, bias], vec![]);
        }
        let widths = vec![self.parameters.equations.d_hidden; product.blocks.len()];
        let parts = drawing.split(&all, 1, &product.names, &widths);
        for (&block, part) in product.blocks.iter().zip(parts) {
            blocks[block] = Some(part);
        }
    }
}

impl Drawn {
    fn whole(value: Value) -> Self {
        Drawn { value, whole: true }
    }

    fn part(value: Value) -> Self {
        Drawn {
            value,
            whole: false,
        }
    }
}
