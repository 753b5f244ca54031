//! Equations from text: what [`Program`]'s `Display` prints parses back to the same program.
//!
//! ```text
//! state h, c                                     the first state is the output
//! input i, f, g, o                               blocks of W and b, in stored order
//! hidden i, f, g, o                              blocks of U and d, in stored order
//! vector p                                       learned, a number a unit; `scalar s`: for all units
//! i = sigmoid(W_i x + b_i + U_i h + d_i)         a name for a value
//! c' = f * c + i * g                             the new value of a state
//! ```
//!
//! A block without a bias is written without one, `W_i x`; `x` by itself is the input itself.

use crate::builder::{Step, Var};
use crate::program::{Blocks, Node, Program, RAW, Unary};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

/// Where and why a text is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What was expected, and what stands there.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, column {}: {}",
            self.line, self.column, self.message
        )
    }
}

impl std::error::Error for ParseError {}

type Parsed<T> = Result<T, ParseError>;

impl Program {
    /// Reads equations in the form in which a program prints itself.
    ///
    /// # Errors
    ///
    /// With line and column, and what was expected there.
    pub fn parse(text: &str) -> Result<Program, ParseError> {
        let names = declarations(text)?;
        let step = Step::default();
        step.declare(names.clone());
        let mut scope = Scope {
            step: &step,
            names: &names,
            values: HashMap::new(),
            next: vec![None; names.states.len()],
            input_biases: RefCell::new(vec![None; names.inputs.len()]),
            hidden_biases: RefCell::new(vec![None; names.hiddens.len()]),
        };
        for (line, text) in equation_lines(text) {
            scope.equation(line, text)?;
        }
        let end = text.lines().count().max(1);
        let missing = scope.next.iter().position(Option::is_none);
        if let Some(s) = missing {
            return Err(error(
                end,
                1,
                format!("no equation for {}'", names.states[s]),
            ));
        }
        if names.states.is_empty() {
            return Err(error(1, 1, "expected a line `state h, ...`".into()));
        }
        let values: Vec<Var> = scope.next.iter().copied().flatten().collect();
        let next = step.next(values);
        // A block that no equation shows has one, as if it were shown in full.
        let biases = |found: RefCell<Vec<Option<bool>>>| -> Vec<bool> {
            let found = found.into_inner().into_iter();
            found.map(|bias| bias.unwrap_or(true)).collect()
        };
        step.declare_biases(biases(scope.input_biases), biases(scope.hidden_biases));
        Ok(step.finish(next))
    }
}

fn error(line: usize, column: usize, message: String) -> ParseError {
    ParseError {
        line,
        column,
        message,
    }
}

const KINDS: [&str; 5] = ["state", "input", "hidden", "vector", "scalar"];

/// Which of [`KINDS`] a line declares, if it declares any.
fn declared(line: &str) -> Option<(usize, &str)> {
    let (word, rest) = line.trim().split_once(char::is_whitespace)?;
    let kind = KINDS.iter().position(|&k| k == word)?;
    (!rest.trim_start().starts_with('=')).then_some((kind, rest))
}

fn declarations(text: &str) -> Parsed<Blocks> {
    let mut names = Blocks::default();
    for (number, line) in text.lines().enumerate() {
        let Some((kind, rest)) = declared(line) else {
            continue;
        };
        let list = match kind {
            0 => &mut names.states,
            1 => &mut names.inputs,
            2 => &mut names.hiddens,
            _ => &mut names.vectors,
        };
        for name in rest.split(',').map(str::trim) {
            let column = line.find(name).unwrap_or(0) + 1;
            if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                let message = format!("expected a name after `{}`, found {name:?}", KINDS[kind]);
                return Err(error(number + 1, column, message));
            }
            if list.iter().any(|n| n == name) {
                let message = format!("{} {name} is declared twice", KINDS[kind]);
                return Err(error(number + 1, column, message));
            }
            list.push(name.to_string());
            if kind >= 3 {
                names.scalars.push(kind == 4);
            }
        }
    }
    Ok(names)
}

fn equation_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && declared(line).is_none())
        .map(|(number, line)| (number + 1, line))
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Number(f64),
    Sign(char),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Name(name) => write!(f, "`{name}`"),
            Token::Number(n) => write!(f, "`{n:?}`"),
            Token::Sign(c) => write!(f, "`{c}`"),
        }
    }
}

/// The tokens of a line, each with its column. A prime belongs to its name: `c'`.
fn tokens(line: usize, text: &str) -> Parsed<Vec<(usize, Token)>> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        let c = chars[at];
        let take = |from: usize, part: &dyn Fn(char) -> bool| {
            from + chars[from..].iter().take_while(|&&c| part(c)).count()
        };
        if c.is_whitespace() {
            at += 1;
            continue;
        } else if c.is_alphabetic() || c == '_' {
            at = take(at, &|c| c.is_alphanumeric() || c == '_');
            at = take(at, &|c| c == '\'');
            tokens.push((start + 1, Token::Name(chars[start..at].iter().collect())));
        } else if c.is_ascii_digit() || c == '.' {
            at = take(at, &|c| c.is_ascii_alphanumeric() || c == '.');
            let exponent = at < chars.len() && matches!(chars[at], '-' | '+');
            if exponent && matches!(chars[at - 1], 'e' | 'E') {
                at = take(at + 1, &|c| c.is_ascii_digit());
            }
            let text: String = chars[start..at].iter().collect();
            let number = text
                .parse()
                .map_err(|_| error(line, start + 1, format!("{text:?} is no number")))?;
            tokens.push((start + 1, Token::Number(number)));
        } else if "+-*/()=".contains(c) {
            at += 1;
            tokens.push((start + 1, Token::Sign(c)));
        } else {
            return Err(error(
                line,
                start + 1,
                format!("unexpected character {c:?}"),
            ));
        }
    }
    Ok(tokens)
}

struct Scope<'k> {
    step: &'k Step,
    names: &'k Blocks,
    values: HashMap<String, Var<'k>>,
    next: Vec<Option<Var<'k>>>,
    /// Whether each block has a bias, once an equation has shown it.
    input_biases: RefCell<Vec<Option<bool>>>,
    hidden_biases: RefCell<Vec<Option<bool>>>,
}

struct Line<'s, 'k> {
    scope: &'s Scope<'k>,
    number: usize,
    end: usize,
    tokens: Vec<(usize, Token)>,
    at: usize,
}

impl<'k> Scope<'k> {
    fn equation(&mut self, number: usize, text: &str) -> Parsed<()> {
        let mut line = Line {
            scope: self,
            number,
            end: text.chars().count() + 1,
            tokens: tokens(number, text)?,
            at: 0,
        };
        let name = match line.take() {
            Some(Token::Name(name)) => name,
            _ => return Err(line.expected_at(0, "a name")),
        };
        line.sign('=')?;
        let value = line.sum()?;
        if line.at < line.tokens.len() {
            return Err(line.expected_at(line.at, "an operator or the end of the line"));
        }
        let redefined = |what: &str| error(number, 1, format!("{what} is defined twice"));
        match name.strip_suffix('\'') {
            None => match self.values.insert(name.clone(), value) {
                Some(_) => Err(redefined(&name)),
                None => Ok(()),
            },
            Some(state) => {
                let s = self.names.states.iter().position(|n| n == state);
                let s = s.ok_or_else(|| {
                    let known = self.names.states.join(", ");
                    error(number, 1, format!("{state} is no state (states: {known})"))
                })?;
                match self.next[s].replace(value) {
                    Some(_) => Err(redefined(&name)),
                    None => Ok(()),
                }
            }
        }
    }
}

impl<'k> Line<'_, 'k> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn error_at(&self, at: usize, message: String) -> ParseError {
        let column = self.tokens.get(at).map_or(self.end, |(column, _)| *column);
        error(self.number, column, message)
    }

    fn expected_at(&self, at: usize, what: &str) -> ParseError {
        let found = match self.tokens.get(at) {
            Some((_, token)) => token.to_string(),
            None => "the end of the line".into(),
        };
        self.error_at(at, format!("expected {what}, found {found}"))
    }

    fn eats(&mut self, sign: char) -> bool {
        let found = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: char) -> Parsed<()> {
        match self.eats(sign) {
            true => Ok(()),
            false => Err(self.expected_at(self.at, &format!("`{sign}`"))),
        }
    }

    fn name(&mut self, wanted: &str) -> Parsed<()> {
        match self.peek() {
            Some(Token::Name(name)) if name == wanted => {
                self.at += 1;
                Ok(())
            }
            _ => Err(self.expected_at(self.at, &format!("`{wanted}`"))),
        }
    }

    fn sum(&mut self) -> Parsed<Var<'k>> {
        let mut value = self.product()?;
        loop {
            if self.eats('+') {
                value = value + self.product()?;
            } else if self.eats('-') {
                value = value - self.product()?;
            } else {
                return Ok(value);
            }
        }
    }

    fn product(&mut self) -> Parsed<Var<'k>> {
        let mut value = self.factor()?;
        loop {
            if self.eats('*') {
                value = value * self.factor()?;
            } else if self.eats('/') {
                value = value / self.factor()?;
            } else {
                return Ok(value);
            }
        }
    }

    fn factor(&mut self) -> Parsed<Var<'k>> {
        let at = self.at;
        let step = self.scope.step;
        match self.take() {
            Some(Token::Number(n)) => Ok(step.constant(n)),
            Some(Token::Sign('-')) => match self.take() {
                Some(Token::Number(n)) => Ok(step.constant(-n)),
                _ => Err(self.expected_at(at + 1, "a number after `-`")),
            },
            Some(Token::Sign('(')) => {
                let value = self.sum()?;
                self.sign(')')?;
                Ok(value)
            }
            Some(Token::Name(name)) => self.named(&name, at),
            _ => Err(self.expected_at(at, "a value")),
        }
    }

    fn named(&mut self, name: &str, at: usize) -> Parsed<Var<'k>> {
        let (scope, step) = (self.scope, self.scope.step);
        if let Some(value) = scope.values.get(name) {
            return Ok(*value);
        }
        if let Some(s) = scope.names.states.iter().position(|n| n == name) {
            return Ok(step.push(Node::State(s)));
        }
        if let Some(v) = scope.names.vectors.iter().position(|n| n == name) {
            return Ok(step.push(Node::Vector(v)));
        }
        if let Some(state) = name.strip_suffix('\'') {
            let s = scope.names.states.iter().position(|n| n == state);
            if let Some(value) = s.and_then(|s| scope.next[s]) {
                return Ok(value);
            }
        }
        if let Some(op) = Unary::from_name(name) {
            self.sign('(')?;
            let value = self.sum()?;
            self.sign(')')?;
            return Ok(value.apply(op));
        }
        if let Some(block) = name.strip_prefix("W_") {
            let g = self.block(block, &scope.names.inputs, "input", at)?;
            self.name(RAW)?;
            self.bias("b_", block, &mut scope.input_biases.borrow_mut()[g], at)?;
            return Ok(step.push(Node::Input(g)));
        }
        if let Some(block) = name.strip_prefix("U_") {
            let g = self.block(block, &scope.names.hiddens, "hidden", at)?;
            let v = self.factor()?;
            self.bias("d_", block, &mut scope.hidden_biases.borrow_mut()[g], at)?;
            return Ok(step.push(Node::Hidden(g, v.id())));
        }
        if name == "R" {
            return Ok(step.project(self.factor()?));
        }
        if name == RAW {
            return Ok(step.raw());
        }
        Err(self.error_at(at, format!("{name} is not defined above")))
    }

    fn block(&self, name: &str, known: &[String], kind: &str, at: usize) -> Parsed<usize> {
        known.iter().position(|n| n == name).ok_or_else(|| {
            let known = known.join(", ");
            self.error_at(at, format!("{name} is no {kind} block (declared: {known})"))
        })
    }

    /// The bias belongs to its block, `W_i x + b_i` is one value, and a block either has one or not.
    fn bias(
        &mut self,
        prefix: &str,
        block: &str,
        known: &mut Option<bool>,
        at: usize,
    ) -> Parsed<()> {
        let bias = format!("{prefix}{block}");
        let found = match &self.tokens[self.at..] {
            [(_, Token::Sign('+')), (_, Token::Name(name)), ..] => *name == bias,
            _ => false,
        };
        self.at += if found { 2 } else { 0 };
        match *known.get_or_insert(found) == found {
            true => Ok(()),
            false => {
                let message = format!("{bias} is in one place, and missing in another");
                Err(self.error_at(at, message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(text: &str) -> String {
        Program::parse(text).expect_err("no program").to_string()
    }

    #[test]
    fn an_error_points_into_the_text() {
        let head = "state h\ninput a\nhidden a\n";
        for (equation, message) in [
            (
                "h' = tanh(W_a x + b_a + U_a h + d_a",
                "line 4, column 36: expected `)`, found the end of the line",
            ),
            (
                "h' = (W_a x + b_a) * (W_a x)",
                "line 4, column 23: b_a is in one place, and missing in another",
            ),
            (
                "h' = W_q x + b_q",
                "line 4, column 6: q is no input block (declared: a)",
            ),
            ("h' = y * h", "line 4, column 6: y is not defined above"),
            ("q' = h", "line 4, column 1: q is no state (states: h)"),
            ("h' = h ? 2", "line 4, column 8: unexpected character '?'"),
            ("g = h", "line 4, column 1: no equation for h'"),
            ("h' = 1.2.3 * h", "line 4, column 6: \"1.2.3\" is no number"),
        ] {
            assert_eq!(fails(&format!("{head}{equation}\n")), message);
        }
        assert_eq!(
            fails(""),
            "line 1, column 1: expected a line `state h, ...`"
        );
        assert_eq!(
            fails("state h, h\n"),
            "line 1, column 7: state h is declared twice"
        );
    }

    #[test]
    fn numbers_keep_every_bit() {
        let text = "state h\ninput a\nhidden a\na = tanh(W_a x + b_a + U_a h + d_a)\nh' = 1e-300 * a + -0.1 * h\n";
        let p = Program::parse(text).expect("parses");
        assert_eq!(Program::parse(&p.to_string()), Ok(p));
    }
}
