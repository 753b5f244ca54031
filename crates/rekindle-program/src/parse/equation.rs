//! A line: what it defines.

use super::declare::{Kind, OTHER, reserved};
use super::error::{Parsed, Place};
use super::expression::Reader;
use super::lex::{Line, Word, shown};
use super::scope::{Scope, Value};
use crate::suggest::suggest;
use alloc::string::String;

/// Reads a line `name = expression`.
pub(super) fn equation<'k>(scope: &mut Scope<'_, 'k>, line: &Line) -> Parsed<()> {
    let first = &line.tokens[0];
    let Word::Name(name) = &first.word else {
        let message = format!("expected a name, found {}", first.word);
        return Err(scope.error(first.place, message));
    };
    let sign = line.tokens.get(1);
    if sign.map(|token| &token.word) != Some(&Word::Sign('=')) {
        let words = Kind::ALL.map(Kind::word);
        let close = suggest(name, &words);
        let guess = close.split(" (").next().unwrap_or_default();
        let message = format!("expected `=` behind `{name}`, found {}{guess}", shown(sign));
        let place = sign.map_or(line.end, |token| token.place);
        return Err(scope.error(place, message));
    }
    let state = target(scope, name, first.place)?;
    let value = Reader::new(scope, line, 2).whole()?;
    match state {
        Some(s) => scope.next[s] = Some((value, first.place)),
        None => {
            scope.step.call(value, name);
            scope.values.push(Value {
                name: name.clone(),
                value,
                place: first.place,
                used: false,
            });
        }
    }
    Ok(())
}

/// The state whose new value an equation gives, if it gives one; checks that it may.
fn target(scope: &Scope<'_, '_>, name: &str, place: Place) -> Parsed<Option<usize>> {
    let fails = |message: String| Err(scope.error(place, message));
    let twice = |before: Place| {
        let line = before.line + 1;
        fails(format!("`{name}` is defined twice: on line {line} as well"))
    };
    if let Some(state) = name.strip_suffix('\'') {
        let Some(s) = scope.declared.index(Kind::State, state) else {
            return fails(scope.no_state(state));
        };
        return match scope.next[s] {
            Some((_, before)) => twice(before),
            None => Ok(Some(s)),
        };
    }
    if let Some(what) = reserved(name) {
        return fails(format!("`{name}` is {what}; {OTHER}"));
    }
    if scope.declared.is_bias(name) {
        return fails(format!("`{name}` is a block's bias; {OTHER}"));
    }
    if scope.declared.index(Kind::State, name).is_some() {
        return fails(format!("`{name}` is a state; its new value is `{name}'`"));
    }
    if let Some(v) = scope.declared.index(Kind::Vector, name) {
        let kinds = [Kind::Vector, Kind::Scalar];
        let noun = kinds[usize::from(scope.declared.blocks.scalars[v])].noun();
        return fails(format!("`{name}` is a {noun}, which is learned; {OTHER}"));
    }
    match scope.values.iter().find(|value| value.name == name) {
        Some(value) => twice(value.place),
        None => Ok(None),
    }
}
