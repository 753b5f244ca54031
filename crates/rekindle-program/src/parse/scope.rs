//! What the equations read so far have defined.

use super::MOST;
use super::declare::{Declared, Kind};
use super::error::{ParseError, Parsed, Place, Text};
use super::lex::{Line, Word};
use crate::builder::{Step, Var};
use crate::program::{Id, Node, Program};
use crate::suggest::suggest;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// A value with a name.
pub(super) struct Value<'k> {
    pub name: String,
    pub value: Var<'k>,
    pub place: Place,
    pub used: bool,
}

pub(super) struct Scope<'t, 'k> {
    pub text: &'t Text<'t>,
    pub declared: &'t Declared,
    pub step: &'k Step,
    pub values: Vec<Value<'k>>,
    /// The new value of each state, and where it stands.
    pub next: Vec<Option<(Var<'k>, Place)>>,
    /// The operand of each recurrent block, and where it stands.
    pub operands: BTreeMap<usize, (Id, Place)>,
    /// Whether each block has a bias, and where it was seen; an input block first, then a hidden one.
    pub biases: [BTreeMap<usize, (bool, Place)>; 2],
    /// Where each operation stands first.
    places: BTreeMap<Id, Place>,
    /// Every name that an equation defines, and the line.
    defined: BTreeMap<&'t str, usize>,
}

impl<'t, 'k> Scope<'t, 'k> {
    pub(super) fn new(
        text: &'t Text<'t>,
        declared: &'t Declared,
        equations: &[&'t Line],
        step: &'k Step,
    ) -> Self {
        let defined = equations
            .iter()
            .filter_map(|line| match &line.tokens[0].word {
                Word::Name(name) => Some((name.as_str(), line.end.line)),
                _ => None,
            });
        Scope {
            text,
            declared,
            step,
            values: Vec::new(),
            next: vec![None; declared.blocks.states.len()],
            operands: BTreeMap::new(),
            biases: Default::default(),
            places: BTreeMap::new(),
            defined: defined.collect(),
        }
    }

    pub(super) fn error(&self, place: Place, message: impl Into<String>) -> ParseError {
        self.text.error(place, message)
    }

    pub(super) fn no_state(&self, name: &str) -> String {
        let states: Vec<&str> = names(&self.declared.blocks.states);
        format!("`{name}` is no state{}", suggest(name, &states))
    }

    /// Why a name stands for nothing.
    pub(super) fn unknown(&self, name: &str) -> String {
        let blocks = &self.declared.blocks;
        if self.declared.is_bias(name) {
            return format!("the bias `{name}` stands only behind `+` and the matrix of its block");
        }
        if let Some(line) = self.defined.get(name) {
            let line = line + 1;
            return format!(
                "`{name}` is defined on line {line}; that line must stand above its use"
            );
        }
        if let Some(kind) = [Kind::Input, Kind::Hidden]
            .into_iter()
            .find(|kind| self.declared.index(*kind, name).is_some())
        {
            let written = match kind {
                Kind::Input => format!("W_{name} x + b_{name}"),
                _ => format!("U_{name} h + d_{name}"),
            };
            return format!("`{name}` is a block, not a value; write `{written}`");
        }
        let values = self.values.iter().map(|value| value.name.as_str());
        let known = names(&blocks.states)
            .into_iter()
            .chain(names(&blocks.vectors));
        let known: Vec<&str> = known.chain(values).collect();
        format!("`{name}` is not defined{}", suggest(name, &known))
    }

    /// Notes where an operation stands.
    pub(super) fn mark(&mut self, value: Var<'k>, place: Place) -> Parsed<Var<'k>> {
        if value.id() >= MOST {
            let message = format!("more than {MOST} operations");
            return Err(self.error(place, message));
        }
        self.places.entry(value.id()).or_insert(place);
        Ok(value)
    }

    /// Checks that everything declared or defined is used and every state has a new value; gives
    /// these, and where each operation stands.
    pub(super) fn finish(self) -> Parsed<(Vec<Var<'k>>, BTreeMap<Id, Place>)> {
        for Value {
            name, place, used, ..
        } in &self.values
        {
            if !used {
                let message = format!("`{name}` is used nowhere; use it or leave it out");
                return Err(self.error(*place, message));
            }
        }
        let next = self.next.iter().zip(&self.declared.blocks.states);
        for (s, (value, name)) in next.enumerate() {
            if value.is_none() {
                let mut list = self.declared.list.iter();
                let declaration = list.find(|d| d.kind == Kind::State && d.index == s);
                let place = declaration.map_or_else(Place::default, |d| d.place);
                let message =
                    format!("state `{name}` has no equation; write a line `{name}' = ...`");
                return Err(self.error(place, message));
            }
        }
        let values = self.next.into_iter().flatten().map(|(value, _)| value);
        Ok((values.collect(), self.places))
    }
}

/// Checks that a program uses every block that was declared.
pub(super) fn all_used(text: &Text, declared: &Declared, program: &Program) -> Parsed<()> {
    for declaration in &declared.list {
        let (kind, index) = (declaration.kind, declaration.index);
        let used = program.nodes().iter().any(|node| match *node {
            Node::Input(g) => kind == Kind::Input && g == index,
            Node::Hidden(g, _) => kind == Kind::Hidden && g == index,
            Node::Vector(v) => matches!(kind, Kind::Vector | Kind::Scalar) && v == index,
            _ => false,
        });
        if !used && kind != Kind::State {
            let (noun, name) = (kind.noun(), &declaration.name);
            let message = format!("{noun} `{name}` is used nowhere; use it or leave it out");
            return Err(text.error(declaration.place, message));
        }
    }
    Ok(())
}

pub(super) fn names(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}
