//! A model that is being drawn: nodes after those that they read, and constants by name.

use std::collections::{BTreeMap, BTreeSet};

use super::Matrix;
use crate::error::WeightError;
use crate::formats::Dtype;
use crate::formats::onnx::{Attribute, Axis, Graph, Model, Node, OPSETS, Port, Setting, Tensor};

/// The name of a value of a model.
pub type Value = String;

/// A model that is being drawn.
#[derive(Debug)]
pub struct Drawing {
    opset: i64,
    /// The nodes of the graph, and behind them those of a body that is being drawn in it.
    nodes: Vec<Vec<Node<'static>>>,
    constants: Vec<Tensor<'static>>,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    notes: Vec<(String, String)>,
    names: BTreeSet<String>,
    /// Single numbers by their bits, so that each is there once.
    singles: BTreeMap<u32, Value>,
}

impl Drawing {
    /// Nothing yet, of operators of a version.
    ///
    /// # Errors
    ///
    /// If the version is none of [`OPSETS`].
    pub fn new(opset: i64) -> Result<Self, WeightError> {
        if !OPSETS.contains(&opset) {
            return Err(WeightError::Opset { version: opset });
        }
        Ok(Drawing {
            opset,
            nodes: vec![Vec::new()],
            constants: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            notes: Vec::new(),
            names: BTreeSet::new(),
            singles: BTreeMap::new(),
        })
    }

    /// An input of 32-bit floats. An axis is a number, or the name of a size that is known when the model runs.
    pub fn input(&mut self, name: &str, axes: &[&str]) -> Value {
        self.typed_input(name, Dtype::F32, axes)
    }

    /// An input of another type.
    pub fn typed_input(&mut self, name: &str, dtype: Dtype, axes: &[&str]) -> Value {
        self.names.insert(name.to_owned());
        self.inputs.push(port(name, dtype, axes));
        name.to_owned()
    }

    /// An output of this name: a value of 32-bit floats.
    pub fn output(&mut self, name: &str, value: &str, axes: &[&str]) {
        self.names.insert(name.to_owned());
        self.put("Identity", &[value], &[name.to_owned()], vec![]);
        self.outputs.push(port(name, Dtype::F32, axes));
    }

    /// What the model says of itself.
    pub fn note(&mut self, key: &str, value: &str) {
        self.notes.push((key.to_owned(), value.to_owned()));
    }

    /// The model.
    pub fn model(mut self) -> Model<'static> {
        let nodes = self.nodes.remove(0);
        Model {
            opset: self.opset,
            producer: "rekindle".into(),
            notes: self.notes,
            graph: Graph {
                name: "rekindle".into(),
                nodes,
                constants: self.constants,
                inputs: self.inputs,
                outputs: self.outputs,
            },
        }
    }

    /// A name that nothing has yet.
    pub(super) fn name(&mut self, stem: &str) -> Value {
        let mut name = stem.to_owned();
        let mut count = 1;
        while !self.names.insert(name.clone()) {
            count += 1;
            name = format!("{stem}_{count}");
        }
        name
    }

    /// A node with outputs of these names.
    pub(super) fn put(
        &mut self,
        op: &str,
        inputs: &[&str],
        outputs: &[Value],
        settings: Vec<(&str, Setting<'static>)>,
    ) {
        let attributes = settings.into_iter().map(|(name, setting)| Attribute {
            name: name.to_owned(),
            setting,
        });
        let node = Node {
            name: outputs
                .iter()
                .find(|name| !name.is_empty())
                .cloned()
                .unwrap_or_default(),
            op: op.to_owned(),
            domain: String::new(),
            inputs: inputs.iter().map(|&name| name.to_owned()).collect(),
            outputs: outputs.to_vec(),
            attributes: attributes.collect(),
        };
        let body = self.nodes.last_mut().expect("the graph itself");
        body.push(node);
    }

    /// The value of an operator.
    pub fn node(
        &mut self,
        op: &str,
        inputs: &[&str],
        settings: Vec<(&str, Setting<'static>)>,
    ) -> Value {
        let name = self.name(&op.to_lowercase());
        self.put(op, inputs, std::slice::from_ref(&name), settings);
        name
    }

    /// Draws the body of a node.
    pub(super) fn body<T>(&mut self, draw: impl FnOnce(&mut Self) -> T) -> (Vec<Node<'static>>, T) {
        self.nodes.push(Vec::new());
        let result = draw(self);
        (self.nodes.pop().expect("the body"), result)
    }

    fn constant(&mut self, stem: &str, dtype: Dtype, shape: &[usize], bytes: Vec<u8>) -> Value {
        let name = self.name(stem);
        self.constants
            .push(Tensor::new(name.clone(), dtype, shape, bytes));
        name
    }

    /// A tensor of numbers, in rows.
    ///
    /// # Panics
    ///
    /// If the shape takes another number of them.
    pub fn numbers(&mut self, stem: &str, shape: &[usize], numbers: &[f32]) -> Value {
        let count: usize = shape.iter().product();
        assert_eq!(count, numbers.len(), "{stem} is {shape:?}");
        let bytes = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        self.constant(stem, Dtype::F32, shape, bytes)
    }

    pub(super) fn matrix(&mut self, stem: &str, matrix: &Matrix) -> Value {
        self.numbers(stem, &matrix.shape, &matrix.numbers)
    }

    /// One number.
    pub fn single(&mut self, number: f32) -> Value {
        if let Some(known) = self.singles.get(&number.to_bits()) {
            return known.clone();
        }
        let name = self.numbers(&format!("number_{number}"), &[], &[number]);
        self.singles.insert(number.to_bits(), name.clone());
        name
    }

    /// Integers in a row: sizes, axes, places.
    pub fn integers(&mut self, integers: &[i64]) -> Value {
        let bytes = integers.iter().flat_map(|n| n.to_le_bytes()).collect();
        let words: Vec<String> = integers.iter().map(i64::to_string).collect();
        let stem = format!("integers_{}", words.join("_"));
        self.constant(&stem, Dtype::I64, &[integers.len()], bytes)
    }

    /// One integer.
    pub fn integer(&mut self, integer: i64) -> Value {
        let bytes = integer.to_le_bytes().to_vec();
        self.constant(&format!("integer_{integer}"), Dtype::I64, &[], bytes)
    }

    /// A value with its first two axes in the other order.
    pub fn transposed(&mut self, value: &str) -> Value {
        self.node(
            "Transpose",
            &[value],
            vec![("perm", Setting::Integers(vec![1, 0, 2]))],
        )
    }

    /// The part of a value at a place of an axis, which is gone then.
    pub fn at(&mut self, value: &str, axis: i64, place: i64) -> Value {
        let place = self.integer(place);
        self.node(
            "Gather",
            &[value, &place],
            vec![("axis", Setting::Integer(axis))],
        )
    }

    /// A value with a further axis of one.
    pub fn raised(&mut self, value: &str, axis: i64) -> Value {
        let axes = self.integers(&[axis]);
        self.node("Unsqueeze", &[value, &axes], vec![])
    }

    /// A reduction over an axis.
    pub fn reduced(&mut self, op: &str, value: &str, axis: i64, keeps: bool) -> Value {
        let keeps = ("keepdims", Setting::Integer(i64::from(keeps)));
        // All take their axes as an input since version 18, and the sum since 13.
        match self.opset >= 18 || op == "ReduceSum" {
            true => {
                let axes = self.integers(&[axis]);
                self.node(op, &[value, &axes], vec![keeps])
            }
            false => {
                let axes = ("axes", Setting::Integers(vec![axis]));
                self.node(op, &[value], vec![axes, keeps])
            }
        }
    }

    /// Parts of a value along an axis, of these widths.
    pub fn split(
        &mut self,
        value: &str,
        axis: i64,
        names: &[String],
        widths: &[usize],
    ) -> Vec<Value> {
        if names.len() == 1 {
            return vec![value.to_owned()];
        }
        let widths: Vec<i64> = widths.iter().map(|&width| width as i64).collect();
        let widths = self.integers(&widths);
        let parts: Vec<Value> = names.iter().map(|name| self.name(name)).collect();
        self.put(
            "Split",
            &[value, &widths],
            &parts,
            vec![("axis", Setting::Integer(axis))],
        );
        parts
    }
}

pub(super) fn port(name: &str, dtype: Dtype, axes: &[&str]) -> Port {
    let axes = axes.iter().map(|axis| match axis.parse() {
        Ok(size) => Axis::Of(size),
        Err(_) => Axis::Named((*axis).to_owned()),
    });
    Port {
        name: name.to_owned(),
        dtype: Some(dtype),
        axes: Some(axes.collect()),
    }
}
