//! Expressions: sums of products of factors.

use super::declare::Kind;
use super::error::{Parsed, Place};
use super::lex::{Line, Token, Word, shown};
use super::scope::{Scope, names};
use crate::builder::Var;
use crate::program::{Across, Binary, Id, Node, RAW, Unary};
use crate::suggest::suggest;
use alloc::string::{String, ToString};

/// The deepest nesting of parentheses and functions, so that no text overflows the stack.
const DEEPEST: usize = 64;

/// Reads the tokens of one line.
pub(super) struct Reader<'s, 'l, 't, 'k> {
    scope: &'s mut Scope<'t, 'k>,
    line: &'l Line,
    at: usize,
    depth: usize,
}

impl<'s, 'l, 't, 'k> Reader<'s, 'l, 't, 'k> {
    pub(super) fn new(scope: &'s mut Scope<'t, 'k>, line: &'l Line, at: usize) -> Self {
        Reader {
            scope,
            line,
            at,
            depth: 0,
        }
    }

    /// An expression up to the end of the line.
    pub(super) fn whole(mut self) -> Parsed<Var<'k>> {
        let value = self.sum()?;
        match self.token() {
            None => Ok(value),
            Some(token) if token.word == Word::Sign(')') => {
                self.fails(self.at, "this `)` closes no `(`")
            }
            Some(_) => self.expected("an operator or the end of the line"),
        }
    }

    fn token(&self) -> Option<&'l Token> {
        self.line.tokens.get(self.at)
    }

    fn place(&self, at: usize) -> Place {
        let token = self.line.tokens.get(at);
        token.map_or(self.line.end, |token| token.place)
    }

    fn fails<T>(&self, at: usize, message: impl Into<String>) -> Parsed<T> {
        Err(self.scope.error(self.place(at), message))
    }

    fn expected<T>(&self, what: &str) -> Parsed<T> {
        let found = shown(self.token());
        self.fails(self.at, format!("expected {what}, found {found}"))
    }

    fn is_sign(&self, sign: char) -> bool {
        self.token()
            .is_some_and(|token| token.word == Word::Sign(sign))
    }

    fn eats(&mut self, sign: char) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    fn name(&self) -> Option<&'l str> {
        match self.token().map(|token| &token.word) {
            Some(Word::Name(name)) => Some(name),
            _ => None,
        }
    }

    fn eats_name(&mut self, wanted: &str) -> bool {
        let found = self.name() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// Notes that an operation stands at a token.
    fn mark(&mut self, value: Var<'k>, at: usize) -> Parsed<Var<'k>> {
        let place = self.place(at);
        self.scope.mark(value, place)
    }

    fn sum(&mut self) -> Parsed<Var<'k>> {
        let mut value = self.term()?;
        loop {
            let at = self.at;
            if self.eats('+') {
                value = value + self.term()?;
            } else if self.eats('-') {
                value = value - self.product()?;
            } else {
                return Ok(value);
            }
            self.mark(value, at)?;
        }
    }

    /// What stands in a sum by itself: a block, whose `+` belongs to it, or a product.
    fn term(&mut self) -> Parsed<Var<'k>> {
        let first = self.at;
        let Some((value, biased)) = self.block()? else {
            return self.product();
        };
        match biased {
            false => self.product_of(value),
            true if self.is_sign('*') || self.is_sign('/') => self.alone(first),
            true => Ok(value),
        }
    }

    /// The error of a block that should be in parentheses.
    fn alone<T>(&self, at: usize) -> Parsed<T> {
        let name = self.line.tokens.get(at).map(|token| token.word.to_string());
        let name = name.unwrap_or_default();
        let message = format!(
            "the block of {name} is a sum; beside `-`, `*`, `/` and behind a matrix it takes parentheses"
        );
        self.fails(at, message)
    }

    fn product(&mut self) -> Parsed<Var<'k>> {
        let first = self.factor()?;
        self.product_of(first)
    }

    /// A product whose first factor was read.
    fn product_of(&mut self, mut value: Var<'k>) -> Parsed<Var<'k>> {
        loop {
            let at = self.at;
            if self.eats('*') {
                value = value * self.factor()?;
            } else if self.eats('/') {
                value = value / self.factor()?;
            } else {
                return Ok(value);
            }
            self.mark(value, at)?;
        }
    }

    fn factor(&mut self) -> Parsed<Var<'k>> {
        let at = self.at;
        if self.depth == DEEPEST {
            return self.fails(at, format!("nested more than {DEEPEST} deep"));
        }
        self.depth += 1;
        let value = self.nested()?;
        self.depth -= 1;
        self.mark(value, at)
    }

    fn nested(&mut self) -> Parsed<Var<'k>> {
        let (at, step) = (self.at, self.scope.step);
        match self.token().map(|token| &token.word) {
            Some(Word::Number(n)) => {
                self.at += 1;
                Ok(step.constant(*n))
            }
            Some(Word::Sign('-')) => {
                self.at += 1;
                if let Some(Word::Number(n)) = self.token().map(|token| &token.word) {
                    self.at += 1;
                    return Ok(step.constant(-n));
                }
                Ok(-self.factor()?)
            }
            Some(Word::Sign('(')) => self.parentheses(),
            Some(Word::Name(name)) => match self.block()? {
                Some((value, false)) => Ok(value),
                Some((_, true)) => self.alone(at),
                None => {
                    self.at += 1;
                    self.named(name, at)
                }
            },
            _ => self.expected("a value"),
        }
    }

    fn parentheses(&mut self) -> Parsed<Var<'k>> {
        let opened = self.place(self.at).start + 1;
        if !self.eats('(') {
            return self.expected("`(`");
        }
        let value = self.sum()?;
        match self.eats(')') {
            true => Ok(value),
            false => self.expected(&format!("an operator or the `)` of column {opened}'s `(`")),
        }
    }

    /// Two values in parentheses.
    fn pair(&mut self) -> Parsed<[Var<'k>; 2]> {
        if !self.eats('(') {
            return self.expected("`(`");
        }
        let first = self.sum()?;
        if !self.eats(',') {
            return self.expected("an operator or the `,` before the second value");
        }
        let second = self.sum()?;
        match self.eats(')') {
            true => Ok([first, second]),
            false => self.expected("an operator or `)`"),
        }
    }

    /// The value of a name, which is the token before this one.
    fn named(&mut self, name: &'l str, at: usize) -> Parsed<Var<'k>> {
        let (declared, step) = (self.scope.declared, self.scope.step);
        if let Some(state) = name.strip_suffix('\'') {
            let Some(s) = declared.index(Kind::State, state) else {
                let message = self.scope.no_state(state);
                return self.fails(at, message);
            };
            return match self.scope.next[s] {
                Some((value, _)) => Ok(value),
                None => self.fails(
                    at,
                    format!("`{name}` has no value yet; its equation must stand above its use"),
                ),
            };
        }
        let mut values = self.scope.values.iter_mut();
        if let Some(value) = values.find(|value| value.name == name) {
            value.used = true;
            return Ok(value.value);
        }
        if let Some(s) = declared.index(Kind::State, name) {
            return Ok(step.push(Node::State(s)));
        }
        if let Some(v) = declared.index(Kind::Vector, name) {
            return Ok(step.push(Node::Vector(v)));
        }
        if let Some(op) = Unary::from_name(name) {
            let value = self.parentheses()?;
            return Ok(value.apply(op));
        }
        if let Some(op) = Across::from_name(name) {
            return Ok(self.parentheses()?.across(op));
        }
        if let Some(op) = Binary::from_name(name) {
            let [a, b] = self.pair()?;
            return Ok(step.push(Node::Binary(op, a.id(), b.id())));
        }
        match name {
            RAW => Ok(step.raw()),
            "affine" => self.affine(),
            "R" => {
                let value = self.factor()?;
                Ok(step.project(value))
            }
            _ if self.is_sign('(') => {
                let of_two = Binary::FUNCTIONS.map(Binary::name);
                let of_rows = Across::ALL.map(Across::name);
                let functions = [&Unary::ALL.map(Unary::name)[..], &of_two, &of_rows].concat();
                let message = format!("`{name}` is no function{}", suggest(name, &functions));
                self.fails(at, message)
            }
            _ => {
                let message = self.scope.unknown(name);
                self.fails(at, message)
            }
        }
    }

    /// A block, if one stands here, and whether with a bias: `W_i x + b_i`, `U_i v + d_i`, `U_i v`.
    fn block(&mut self) -> Parsed<Option<(Var<'k>, bool)>> {
        let at = self.at;
        let Some((kind, block)) = self.name().and_then(block_of) else {
            return Ok(None);
        };
        let index = self.index(kind, block, at)?;
        self.at += 1;
        let (value, bias) = match kind {
            Kind::Input => {
                if !self.eats_name(RAW) {
                    return self.expected(&format!("`{RAW}` behind `W_{block}`"));
                }
                let value = self.scope.step.push(Node::Input(index));
                (value, format!("b_{block}"))
            }
            _ => {
                let operand = self.factor()?;
                (self.hidden(index, operand, at)?, format!("d_{block}"))
            }
        };
        let end = self.at;
        let biased = self.eats('+') && self.eats_name(&bias);
        self.at = if biased { self.at } else { end };
        self.biased(kind, index, biased, at)?;
        Ok(Some((self.mark(value, at)?, biased)))
    }

    /// Notes whether a block has a bias; it has one everywhere or nowhere.
    fn biased(&mut self, kind: Kind, index: usize, biased: bool, at: usize) -> Parsed<()> {
        let place = self.place(at);
        let known = &mut self.scope.biases[usize::from(kind == Kind::Hidden)];
        let (before, there) = *known.entry(index).or_insert((biased, place));
        if before == biased {
            return Ok(());
        }
        let (noun, name) = (kind.noun(), &kind.names(&self.scope.declared.blocks)[index]);
        let (here, before) = match biased {
            true => ("a bias", "none"),
            false => ("no bias", "one"),
        };
        let line = there.line + 1;
        self.fails(
            at,
            format!("{noun} `{name}` has {here} here and {before} on line {line}"),
        )
    }

    /// `affine(i, v)`, behind its name.
    fn affine(&mut self) -> Parsed<Var<'k>> {
        let at = self.at - 1;
        if !self.eats('(') {
            return self.expected("`(`");
        }
        let Some(block) = self.name() else {
            return self.expected("the name of a block");
        };
        let input = self.index(Kind::Input, block, self.at)?;
        let hidden = self.index(Kind::Hidden, block, self.at)?;
        self.biased(Kind::Input, input, true, self.at)?;
        self.biased(Kind::Hidden, hidden, true, self.at)?;
        self.at += 1;
        if !self.eats(',') {
            return self.expected("`,`");
        }
        let operand = self.sum()?;
        if !self.eats(')') {
            return self.expected("`)`");
        }
        let input = self.scope.step.push(Node::Input(input));
        let input = self.mark(input, at)?;
        let hidden = self.hidden(hidden, operand, at)?;
        let hidden = self.mark(hidden, at)?;
        Ok(input + hidden)
    }

    /// The product of a recurrent block, whose matrix takes one value only.
    fn hidden(&mut self, block: usize, operand: Var<'k>, at: usize) -> Parsed<Var<'k>> {
        let place = self.place(at);
        let before = self.scope.operands.entry(block);
        let (id, before): (Id, Place) = *before.or_insert((operand.id(), place));
        match id == operand.id() {
            true => Ok(self.scope.step.push(Node::Hidden(block, id))),
            false => {
                let name = &self.scope.declared.blocks.hiddens[block];
                let line = before.line + 1;
                self.fails(
                    at,
                    format!("hidden block `{name}` takes another value on line {line}; each block has one product"),
                )
            }
        }
    }

    /// The place of a block among those of its kind.
    fn index(&self, kind: Kind, name: &str, at: usize) -> Parsed<usize> {
        if let Some(index) = self.scope.declared.index(kind, name) {
            return Ok(index);
        }
        let (noun, word) = (kind.noun(), kind.word());
        let known = names(kind.names(&self.scope.declared.blocks));
        let message = match known.is_empty() {
            true => format!("there are no {noun}s; declare it with a line `{word} {name}`"),
            false => format!("`{name}` is no {noun}{}", suggest(name, &known)),
        };
        self.fails(at, message)
    }
}

/// The block whose matrix a name is: `W_i`, `U_i`.
fn block_of(name: &str) -> Option<(Kind, &str)> {
    let input = name.strip_prefix("W_").map(|block| (Kind::Input, block));
    input.or_else(|| name.strip_prefix("U_").map(|block| (Kind::Hidden, block)))
}
