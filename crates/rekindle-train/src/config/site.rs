//! Where in a config an error lies.

use std::fmt::Write;

use serde::de::Unexpected;
use serde_path_to_error::{Path, Segment};
use toml::Value;

/// One step from a table or list to what it holds.
#[derive(Clone, PartialEq)]
enum Step {
    Key(String),
    Index(usize),
}

impl Step {
    fn new(segment: &Segment) -> Option<Self> {
        match segment {
            Segment::Map { key } | Segment::Enum { variant: key } => Some(Self::key(key)),
            Segment::Seq { index } => Some(Self::Index(*index)),
            Segment::Unknown => None,
        }
    }

    fn key(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

/// Where serde stopped. An internally tagged enum is buffered before its content is looked at, so an
/// error anywhere inside one stops at the enum; the methods look for the culprit below that place.
pub(super) struct Site<'a> {
    written: &'a Value,
    place: Vec<Step>,
}

impl<'a> Site<'a> {
    pub(super) fn new(path: &Path, written: &'a Value) -> Self {
        let place = path.iter().filter_map(Step::new).collect();
        Self { written, place }
    }

    /// The key where serde stopped; empty at the top.
    pub(super) fn key(&self) -> String {
        dotted(&self.place, &[])
    }

    /// The keys `name` that may be the one that is missing: in the table where serde stopped, or in one of a kind below it.
    pub(super) fn missing(&self, name: &str) -> Vec<String> {
        let lacks = |value: &Value| value.get(name).is_none();
        let below = self.below(&|_, value| value.get("kind").is_some() && lacks(value));
        let here = self.value().is_none_or(lacks).then(Vec::new);
        let tables = here.into_iter().chain(below);
        let key = |table: Vec<Step>| dotted(&self.place, &[table, vec![Step::key(name)]].concat());
        tables.map(key).collect()
    }

    fn value(&self) -> Option<&Value> {
        self.place
            .iter()
            .try_fold(self.written, |value, step| match step {
                Step::Key(key) => value.get(key),
                Step::Index(index) => value.get(index),
            })
    }

    /// The key that no field bears the name of.
    pub(super) fn unknown_key(&self, name: &str) -> String {
        let below = self.below(&|step, _| *step == Step::key(name));
        if below.is_empty() && self.place.last() == Some(&Step::key(name)) {
            return self.key();
        }
        self.name(&below, &[Step::key(name)])
    }

    /// The key of the value that serde describes as `found`.
    pub(super) fn value_of(&self, found: &str) -> String {
        let mut hits = self.below(&|_, value| describes(found, value));
        if self.value().is_some_and(|value| describes(found, value)) {
            hits.insert(0, Vec::new());
        }
        self.name(&hits, &[])
    }

    /// Two values may fit the message; then both are named, for only serde knows which it meant.
    fn name(&self, below: &[Vec<Step>], otherwise: &[Step]) -> String {
        if below.is_empty() {
            return dotted(&self.place, otherwise);
        }
        let keys: Vec<String> = below.iter().map(|rest| dotted(&self.place, rest)).collect();
        keys.join(" or ")
    }

    fn below(&self, wanted: &dyn Fn(&Step, &Value) -> bool) -> Vec<Vec<Step>> {
        let mut found = Vec::new();
        if let Some(value) = self.value() {
            search(value, &mut Vec::new(), wanted, &mut found);
        }
        found
    }
}

fn search(
    value: &Value,
    place: &mut Vec<Step>,
    wanted: &dyn Fn(&Step, &Value) -> bool,
    found: &mut Vec<Vec<Step>>,
) {
    let inner: Vec<(Step, &Value)> = match value {
        Value::Table(table) => table
            .iter()
            .map(|(key, value)| (Step::key(key), value))
            .collect(),
        Value::Array(list) => {
            let steps = (0..).map(Step::Index);
            steps.zip(list).collect()
        }
        _ => Vec::new(),
    };
    for (step, value) in inner {
        let hit = wanted(&step, value);
        place.push(step);
        if hit {
            found.push(place.clone());
        }
        search(value, place, wanted, found);
        place.pop();
    }
}

fn dotted(place: &[Step], rest: &[Step]) -> String {
    let mut text = String::new();
    for step in place.iter().chain(rest) {
        let dot = if text.is_empty() { "" } else { "." };
        // Writing to a string cannot fail.
        let _ = match step {
            Step::Key(key) => write!(text, "{dot}{key}"),
            Step::Index(index) => write!(text, "[{index}]"),
        };
    }
    text
}

/// Whether serde would describe `value` so.
fn describes(found: &str, value: &Value) -> bool {
    let described = match value {
        Value::String(text) => Unexpected::Str(text),
        Value::Integer(number) => Unexpected::Signed(*number),
        Value::Float(number) => Unexpected::Float(*number),
        Value::Boolean(truth) => Unexpected::Bool(*truth),
        Value::Array(_) => Unexpected::Seq,
        Value::Table(_) | Value::Datetime(_) => Unexpected::Map,
    };
    described.to_string() == found
}
