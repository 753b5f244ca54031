//! A recurrent operator of a model.

use super::activation::{Activation, Settings};
use super::scope::{Scope, Source};
use crate::checkpoint::Kind;
use crate::formats::onnx::{Node, Setting};

/// The gates of an operator, in the order in which its matrices hold them, by the names of our equations; and its functions.
pub(super) struct Standard {
    pub(super) kind: Kind,
    pub(super) op: &'static str,
    pub(super) gates: &'static [&'static str],
    pub(super) functions: &'static [&'static str],
    /// Behind the weights and biases stand the lengths, and a state each.
    pub(super) states: &'static [&'static str],
}

pub(super) const STANDARD: [Standard; 3] = [
    Standard {
        kind: Kind::Rnn,
        op: "RNN",
        gates: &["h"],
        functions: &["Tanh"],
        states: &["h"],
    },
    Standard {
        kind: Kind::Gru,
        op: "GRU",
        gates: &["z", "r", "n"],
        functions: &["Sigmoid", "Tanh"],
        states: &["h"],
    },
    Standard {
        kind: Kind::Lstm,
        op: "LSTM",
        gates: &["i", "o", "f", "g"],
        functions: &["Sigmoid", "Tanh", "Tanh"],
        states: &["h", "c"],
    },
];

/// The peepholes, in the order in which an `LSTM` holds them.
pub(super) const PEEPHOLES: [&str; 3] = ["p_i", "p_o", "p_f"];

/// Which way an operator reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    Forward,
    Reverse,
    Both,
}

impl Reads {
    pub(super) fn directions(self) -> usize {
        match self {
            Reads::Both => 2,
            Reads::Forward | Reads::Reverse => 1,
        }
    }
}

/// What a recurrent operator computes, without its numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settled {
    pub(super) kind: Kind,
    pub(super) reads: Reads,
    /// The functions of each direction.
    pub(super) functions: Vec<Vec<Activation>>,
    /// How far what the functions take may be from zero.
    pub(super) clip: Option<f32>,
    /// Whether the forget gate is what the input gate leaves.
    pub(super) coupled: bool,
    /// Whether the reset gate acts behind the recurrent product.
    pub(super) after: bool,
    pub(super) bias: bool,
    pub(super) peepholes: bool,
    pub(super) d_hidden: usize,
}

/// A recurrent operator.
#[derive(Clone, Debug)]
pub(super) struct Recurrent<'m> {
    /// The name of its node, or of what it gives.
    pub(super) name: String,
    pub(super) standard: &'static Standard,
    pub(super) settled: Settled,
    pub(super) d_input: usize,
    /// Whether states have the batch before the directions.
    pub(super) batch_first: bool,
    /// `W`, `R`, `B` and `P`.
    pub(super) tensors: [Source<'m>; 4],
    pub(super) lengths: Source<'m>,
    pub(super) initial: Vec<Source<'m>>,
}

impl std::fmt::Debug for Standard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.op)
    }
}

/// What a node is called: its name, or that of the first value that it gives.
pub(super) fn name(node: &Node<'_>) -> String {
    let given = node.outputs.iter().find(|name| !name.is_empty());
    match node.name.as_str() {
        "" => given.unwrap_or(&node.op).clone(),
        name => name.to_owned(),
    }
}

impl<'m> Recurrent<'m> {
    /// The operator that a node is; none where it is no recurrent one.
    pub(super) fn of(node: &'m Node<'_>, scope: &Scope<'m, '_>) -> Option<Result<Self, String>> {
        let standard = STANDARD.iter().find(|standard| node.is(standard.op))?;
        Some(Recurrent::read(node, standard, scope))
    }

    fn read(
        node: &'m Node<'_>,
        standard: &'static Standard,
        scope: &Scope<'m, '_>,
    ) -> Result<Self, String> {
        let source = |index| scope.source(node.input(index));
        let weight = |index| scope.weight(node.input(index));
        let lengths = source(4);
        let (first, peepholes) = match standard.kind {
            Kind::Lstm => (5, weight(7)),
            Kind::Rnn | Kind::Gru => (5, Source::Absent),
        };
        let initial = (0..standard.states.len()).map(|state| source(first + state));
        let tensors = [weight(1), weight(2), weight(3), peepholes];
        let reads = match text(node, "direction")?.unwrap_or("forward") {
            "forward" => Reads::Forward,
            "reverse" => Reads::Reverse,
            "bidirectional" => Reads::Both,
            other => return Err(format!("reads in the direction {other}")),
        };
        let gates = standard.gates.len();
        let weight = tensors[0].shape("W")?;
        let (d_hidden, d_input) = match weight[..] {
            [directions, rows, d_input]
                if directions == reads.directions() && rows % gates == 0 && rows * d_input > 0 =>
            {
                (rows / gates, d_input)
            }
            _ => {
                return Err(format!(
                    "has W of {weight:?}, but its direction asks for [{}, {gates} * hidden_size, input_size]",
                    reads.directions()
                ));
            }
        };
        if let Some(said) = integer(node, "hidden_size")?
            && said != d_hidden as i64
        {
            return Err(format!("has hidden_size = {said}, but W for {d_hidden}"));
        }
        let expected = [
            ("R", vec![reads.directions(), gates * d_hidden, d_hidden]),
            ("B", vec![reads.directions(), 2 * gates * d_hidden]),
            ("P", vec![reads.directions(), 3 * d_hidden]),
        ];
        for ((letter, expected), tensor) in expected.into_iter().zip(&tensors[1..]) {
            if let (Source::Absent, "B" | "P") = (tensor, letter) {
                continue;
            }
            let found = tensor.shape(letter)?;
            if found != expected {
                return Err(format!(
                    "has {letter} of {found:?}, but W asks for {expected:?}"
                ));
            }
        }
        let settled = Settled {
            kind: standard.kind,
            reads,
            functions: functions(node, standard, reads.directions())?,
            clip: clip(node)?,
            coupled: integer(node, "input_forget")?.unwrap_or(0) != 0,
            after: integer(node, "linear_before_reset")?.unwrap_or(0) != 0,
            bias: !matches!(tensors[2], Source::Absent),
            peepholes: !matches!(tensors[3], Source::Absent),
            d_hidden,
        };
        Ok(Recurrent {
            name: name(node),
            standard,
            settled,
            d_input,
            batch_first: match integer(node, "layout")?.unwrap_or(0) {
                0 => false,
                1 => true,
                other => return Err(format!("has layout = {other}, but must have 0 or 1")),
            },
            tensors,
            lengths,
            initial: initial.collect(),
        })
    }
}

/// The functions of each direction.
fn functions(
    node: &Node<'_>,
    standard: &Standard,
    directions: usize,
) -> Result<Vec<Vec<Activation>>, String> {
    let each = standard.functions.len();
    let usual = standard.functions.repeat(directions);
    let given: Vec<&str> = match node.setting("activations") {
        None => usual,
        Some(Setting::Texts(names)) if names.is_empty() => usual,
        Some(Setting::Texts(names)) => names.iter().map(String::as_str).collect(),
        Some(_) => return Err("has activations that are no list of names".into()),
    };
    if given.len() != each * directions {
        return Err(format!(
            "has {} activations, but takes {}",
            given.len(),
            each * directions
        ));
    }
    let mut settings = Settings {
        alpha: numbers(node, "activation_alpha")?,
        beta: numbers(node, "activation_beta")?,
    };
    let all = given.iter().map(|name| Activation::of(name, &mut settings));
    let all: Vec<Activation> = all.collect::<Result<_, _>>()?;
    if !settings.alpha.is_empty() || !settings.beta.is_empty() {
        return Err(
            "has more activation_alpha or activation_beta than its activations take".into(),
        );
    }
    Ok(all.chunks(each).map(<[Activation]>::to_vec).collect())
}

fn clip(node: &Node<'_>) -> Result<Option<f32>, String> {
    match node.setting("clip") {
        None => Ok(None),
        Some(Setting::Number(0.0)) => Ok(None),
        Some(&Setting::Number(clip)) if clip > 0.0 && clip.is_finite() => Ok(Some(clip)),
        Some(other) => Err(format!(
            "has clip = {other:?}, but must have a number above 0"
        )),
    }
}

fn integer(node: &Node<'_>, name: &str) -> Result<Option<i64>, String> {
    match node.setting(name) {
        None => Ok(None),
        Some(Setting::Integer(value)) => Ok(Some(*value)),
        Some(_) => Err(format!("has {name}, which is no integer")),
    }
}

fn text<'n>(node: &'n Node<'_>, name: &str) -> Result<Option<&'n str>, String> {
    match node.setting(name) {
        None => Ok(None),
        Some(Setting::Text(value)) => Ok(Some(value)),
        Some(_) => Err(format!("has {name}, which is no text")),
    }
}

fn numbers<'n>(node: &'n Node<'_>, name: &str) -> Result<&'n [f32], String> {
    match node.setting(name) {
        None => Ok(&[]),
        Some(Setting::Numbers(values)) => Ok(values),
        Some(_) => Err(format!("has {name}, which is no list of numbers")),
    }
}
