//! The machine that reads a pickle: a stack of values and a memo.

use std::borrow::Cow;
use std::collections::HashMap;

use super::damaged;
use super::value::{Id, Value};
use crate::formats::FormatError;

/// A pickle that was read.
pub(in crate::formats) struct Pickle<'b> {
    values: Vec<Value<'b>>,
    /// The value that the pickle is.
    pub(in crate::formats) root: Id,
}

impl<'b> Pickle<'b> {
    /// All values, in the order in which they were made.
    pub(in crate::formats) fn values(&self) -> &[Value<'b>] {
        &self.values
    }

    /// The value at a place.
    pub(in crate::formats) fn value(&self, id: Id) -> &Value<'b> {
        &self.values[id]
    }

    /// The number that is no less than zero.
    pub(in crate::formats) fn size(&self, id: Id) -> Option<usize> {
        match self.value(id) {
            Value::Int(n) => usize::try_from(*n).ok(),
            _ => None,
        }
    }

    /// Those of a tuple.
    pub(in crate::formats) fn sizes(&self, id: Id) -> Option<Vec<usize>> {
        match self.value(id) {
            Value::Tuple(items) => items.iter().map(|&id| self.size(id)).collect(),
            _ => None,
        }
    }
}

/// Reads one pickle from the front of a content, and gives what comes after it.
pub(in crate::formats) fn read(bytes: &[u8]) -> Result<(Pickle<'_>, &[u8]), FormatError> {
    let mut machine = Machine {
        bytes,
        values: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    loop {
        let opcode = machine.byte()?;
        if opcode == b'.' {
            let root = machine.pop()?;
            let pickle = Pickle {
                values: machine.values,
                root,
            };
            return Ok((pickle, machine.bytes));
        }
        machine.step(opcode)?;
    }
}

type Done<T = ()> = Result<T, FormatError>;

struct Machine<'b> {
    /// What is still to be read.
    bytes: &'b [u8],
    values: Vec<Value<'b>>,
    stack: Vec<Id>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl<'b> Machine<'b> {
    fn step(&mut self, opcode: u8) -> Done {
        match opcode {
            // PROTO; FRAME, whose length is of no use in memory.
            0x80 => drop(self.byte()?),
            0x95 => drop(self.take(8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.marked()?),
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }

            b'N' => self.push(Value::None),
            0x88 | 0x89 => self.push(Value::Bool(opcode == 0x88)),
            b'K' => self.little(1)?,
            b'M' => self.little(2)?,
            b'J' => {
                let bytes = self.take(4)?;
                self.push(signed(bytes));
            }
            b'I' | b'L' => self.decimal()?,
            0x8a => self.long(1)?,
            0x8b => self.long(4)?,
            b'G' => {
                self.take(8)?;
                self.push(Value::Other);
            }
            b'F' => {
                self.line()?;
                self.push(Value::Other);
            }

            0x8c => self.text(1)?,
            b'X' => self.text(4)?,
            0x8d => self.text(8)?,
            // Python 2's texts, of which names are made.
            b'U' => self.text_or_bytes(1)?,
            b'T' => self.text_or_bytes(4)?,
            b'V' | b'S' => self.old_text(opcode == b'S')?,
            b'C' => self.bytes(1)?,
            b'B' => self.bytes(4)?,
            0x8e | 0x96 => self.bytes(8)?,

            b')' => self.push(Value::Tuple(Vec::new())),
            b']' => self.push(Value::List(Vec::new())),
            b'}' => self.push(Value::Dict(Vec::new())),
            0x8f => self.push(Value::Other),
            0x85..=0x87 => {
                let from = self.height(usize::from(opcode - 0x84))?;
                let items = self.stack.split_off(from);
                self.push(Value::Tuple(items));
            }
            b't' => {
                let items = self.marked()?;
                self.push(Value::Tuple(items));
            }
            b'l' => {
                let items = self.marked()?;
                self.push(Value::List(items));
            }
            b'd' => {
                let items = pairs(&self.marked()?)?;
                self.push(Value::Dict(items));
            }
            0x91 => {
                self.marked()?;
                self.push(Value::Other);
            }
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            b'e' => {
                let items = self.marked()?;
                self.append(items)?;
            }
            // ADDITEMS, to a set.
            0x90 => drop(self.marked()?),
            b's' => {
                let from = self.height(2)?;
                let items = self.stack.split_off(from);
                self.set(&items)?;
            }
            b'u' => {
                let items = self.marked()?;
                self.set(&items)?;
            }

            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.push(Value::Global(format!("{module}.{name}")));
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Value::Text(name), Value::Text(module)) =
                    (&self.values[name], &self.values[module])
                else {
                    return Err(damaged("a class whose name is no text"));
                };
                self.push(Value::Global(format!("{module}.{name}")));
            }
            // REDUCE, NEWOBJ: what is called lies below its arguments.
            b'R' | 0x81 => {
                let (with, of) = (self.pop()?, self.pop()?);
                self.call(of, with);
            }
            0x92 => {
                let (_, with, of) = (self.pop()?, self.pop()?, self.pop()?);
                self.call(of, with);
            }
            b'o' => {
                let mut items = self.marked()?;
                if items.is_empty() {
                    return Err(damaged("an object of no class"));
                }
                let of = items.remove(0);
                let with = self.add(Value::Tuple(items));
                self.call(of, with);
            }
            b'i' => {
                let (module, name) = (self.line()?, self.line()?);
                let items = self.marked()?;
                let of = self.add(Value::Global(format!("{module}.{name}")));
                let with = self.add(Value::Tuple(items));
                self.call(of, with);
            }
            b'b' => {
                let state = self.pop()?;
                let top = self.top()?;
                if let Value::Call { state: own, .. } = &mut self.values[top] {
                    *own = Some(state);
                }
            }
            b'Q' => {
                let name = self.pop()?;
                self.push(Value::Persistent(name));
            }
            b'P' => {
                let line = self.line()?;
                let name = self.add(Value::Text(line.into()));
                self.push(Value::Persistent(name));
            }

            b'p' => {
                let key = self.line()?;
                self.remember(number(key)?)?;
            }
            b'q' | b'r' => {
                let key = self.size(if opcode == b'q' { 1 } else { 4 })?;
                self.remember(key as u32)?;
            }
            0x94 => self.remember(self.memo.len() as u32)?,
            b'g' => {
                let key = self.line()?;
                self.recall(number(key)?)?;
            }
            b'h' | b'j' => {
                let key = self.size(if opcode == b'h' { 1 } else { 4 })?;
                self.recall(key as u32)?;
            }
            // Extension registries and buffers outside of the file, which a file of tensors has no use for.
            _ => return Err(damaged(format!("opcode {opcode:#04x}, which is not read"))),
        }
        Ok(())
    }

    fn take(&mut self, count: usize) -> Done<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or_else(ended)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Done<u8> {
        Ok(self.take(1)?[0])
    }

    /// A length of so many bytes.
    fn size(&mut self, bytes: usize) -> Done<usize> {
        let taken = self.take(bytes)?;
        let size = taken
            .iter()
            .rev()
            .fold(0_u64, |n, &b| n << 8 | u64::from(b));
        usize::try_from(size).map_err(|_| ended())
    }

    fn line(&mut self) -> Done<&'b str> {
        let end = self
            .bytes
            .iter()
            .position(|&b| b == b'\n')
            .ok_or_else(ended)?;
        let line = self.take(end)?;
        self.byte()?;
        str::from_utf8(line).map_err(|_| damaged("a line that is no text"))
    }

    fn add(&mut self, value: Value<'b>) -> Id {
        self.values.push(value);
        self.values.len() - 1
    }

    fn push(&mut self, value: Value<'b>) {
        let id = self.add(value);
        self.stack.push(id);
    }

    fn little(&mut self, bytes: usize) -> Done {
        let number = self.size(bytes)?;
        self.push(Value::Int(number as i128));
        Ok(())
    }

    fn decimal(&mut self) -> Done {
        let line = self.line()?;
        let value = match line {
            "00" => Value::Bool(false),
            "01" => Value::Bool(true),
            _ => match line.trim_end_matches('L').parse() {
                Ok(number) => Value::Int(number),
                Err(_) => Value::Other,
            },
        };
        self.push(value);
        Ok(())
    }

    fn long(&mut self, bytes: usize) -> Done {
        let size = self.size(bytes)?;
        let taken = self.take(size)?;
        self.push(signed(taken));
        Ok(())
    }

    fn text(&mut self, bytes: usize) -> Done {
        let size = self.size(bytes)?;
        let text = str::from_utf8(self.take(size)?).map_err(|_| damaged("a text that is none"))?;
        self.push(Value::Text(text.into()));
        Ok(())
    }

    fn text_or_bytes(&mut self, bytes: usize) -> Done {
        let size = self.size(bytes)?;
        let taken = self.take(size)?;
        self.push(match str::from_utf8(taken) {
            Ok(text) if text.is_ascii() => Value::Text(text.into()),
            _ => Value::Bytes(taken),
        });
        Ok(())
    }

    fn old_text(&mut self, quoted: bool) -> Done {
        let line = self.line()?;
        let quotes = ['\'', '"'];
        let text = if quoted {
            line.trim_matches(quotes)
        } else {
            line
        };
        self.push(match text.contains('\\') {
            true => Value::Other,
            false => Value::Text(Cow::Borrowed(text)),
        });
        Ok(())
    }

    fn bytes(&mut self, bytes: usize) -> Done {
        let size = self.size(bytes)?;
        let taken = self.take(size)?;
        self.push(Value::Bytes(taken));
        Ok(())
    }

    /// The lowest height that the stack may be taken down to.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    /// The height at which the last `count` values begin.
    fn height(&self, count: usize) -> Done<usize> {
        let height = self.stack.len().checked_sub(count);
        height
            .filter(|&height| height >= self.floor())
            .ok_or_else(|| damaged("an empty stack"))
    }

    fn pop(&mut self) -> Done<Id> {
        self.height(1)?;
        Ok(self.stack.pop().expect("it has one value at least"))
    }

    fn top(&self) -> Done<Id> {
        Ok(self.stack[self.height(1)?])
    }

    /// The values above the last mark.
    fn marked(&mut self) -> Done<Vec<Id>> {
        let mark = self.marks.pop().ok_or_else(|| damaged("no mark"))?;
        Ok(self.stack.split_off(mark))
    }

    fn append(&mut self, items: Vec<Id>) -> Done {
        let top = self.top()?;
        match &mut self.values[top] {
            Value::List(list) => list.extend(items),
            // A class of its own, or a set.
            Value::Call { .. } | Value::Other => {}
            _ => return Err(damaged("an item for what is no list")),
        }
        Ok(())
    }

    fn set(&mut self, items: &[Id]) -> Done {
        let items = pairs(items)?;
        let top = self.top()?;
        match &mut self.values[top] {
            Value::Dict(own) | Value::Call { pairs: own, .. } => own.extend(items),
            _ => return Err(damaged("a key for what is no dictionary")),
        }
        Ok(())
    }

    fn call(&mut self, of: Id, with: Id) {
        self.push(Value::Call {
            of,
            with,
            state: None,
            pairs: Vec::new(),
        });
    }

    fn remember(&mut self, key: u32) -> Done {
        let top = self.top()?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn recall(&mut self, key: u32) -> Done {
        let value = self.memo.get(&key);
        let value = *value.ok_or_else(|| damaged(format!("no value is kept as {key}")))?;
        self.stack.push(value);
        Ok(())
    }
}

fn pairs(items: &[Id]) -> Done<Vec<(Id, Id)>> {
    match items.as_chunks() {
        (pairs, []) => Ok(pairs.iter().map(|&[key, value]| (key, value)).collect()),
        _ => Err(damaged("a key without a value")),
    }
}

/// A number in two's complement.
fn signed(bytes: &[u8]) -> Value<'static> {
    if bytes.len() > 16 {
        return Value::Other;
    }
    let negative = bytes.last().is_some_and(|&b| b & 0x80 != 0);
    let mut whole = [if negative { 0xff } else { 0 }; 16];
    whole[..bytes.len()].copy_from_slice(bytes);
    Value::Int(i128::from_le_bytes(whole))
}

fn number(line: &str) -> Done<u32> {
    line.parse().map_err(|_| damaged("a key that is no number"))
}

fn ended() -> FormatError {
    damaged("it ends too early")
}
