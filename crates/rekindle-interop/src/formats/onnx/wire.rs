//! The encoding of protocol buffers: a message is a list of fields, each a number, a kind and a value.
//!
//! The crates for it decode a schema as a whole, at any depth and with a value of the machine's for each that is declared; here a file
//! comes from strangers, so fields are read one by one, those that hold others left where they are, and who descends counts how deep.

use super::super::{Bytes, FormatError};

/// The value of a field.
#[derive(Clone, Debug)]
pub(super) enum Value<'b> {
    /// An integer of variable length.
    Number(u64),
    /// Eight bytes.
    Eight([u8; 8]),
    /// Four bytes.
    Four([u8; 4]),
    /// A text, a message, or packed numbers.
    Bytes(Bytes<'b>),
}

/// The fields of a message that are still to be read.
#[derive(Clone, Debug)]
pub(super) struct Fields<'b> {
    bytes: Bytes<'b>,
    place: usize,
}

/// The bytes of an integer of variable length: seven bits each, the lowest first.
const LONGEST: usize = 10;

impl<'b> Iterator for Fields<'b> {
    type Item = Result<(u64, Value<'b>), FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.place = self.bytes.len();
        }
        Some(field)
    }
}

impl<'b> Fields<'b> {
    pub(super) fn of(message: impl Into<Bytes<'b>>) -> Self {
        Fields {
            bytes: message.into(),
            place: 0,
        }
    }

    fn is_done(&self) -> bool {
        self.place == self.bytes.len()
    }

    fn field(&mut self) -> Result<(u64, Value<'b>), FormatError> {
        let key = self.number()?;
        let value = match key & 7 {
            0 => Value::Number(self.number()?),
            1 => Value::Eight(self.taken()?),
            2 => {
                let length = usize::try_from(self.number()?).ok();
                let end = length.and_then(|length| self.place.checked_add(length));
                let part = end.and_then(|end| self.bytes.part(self.place..end));
                let part = part.ok_or_else(beyond)?;
                self.place += part.len();
                Value::Bytes(part)
            }
            5 => Value::Four(self.taken()?),
            // Groups, which no model has.
            _ => return Err(beyond()),
        };
        Ok((key >> 3, value))
    }

    fn taken<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        if self.bytes.len() - self.place < N {
            return Err(beyond());
        }
        let mut taken = [0; N];
        self.bytes.fill(self.place, &mut taken)?;
        self.place += N;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, FormatError> {
        let mut taken = [0; LONGEST];
        let taken = &mut taken[..LONGEST.min(self.bytes.len() - self.place)];
        self.bytes.fill(self.place, taken)?;
        let (number, length) = integer(taken).ok_or_else(beyond)?;
        self.place += length;
        Ok(number)
    }
}

/// An integer of variable length at the beginning of bytes, and how many it takes.
fn integer(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0;
    for (at, &byte) in bytes.iter().take(LONGEST).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            return Some((number, at + 1));
        }
    }
    None
}

fn beyond() -> FormatError {
    damaged("a field ends beyond its message".into())
}

impl<'b> Value<'b> {
    pub(super) fn bytes(self) -> Result<Bytes<'b>, FormatError> {
        match self {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(damaged(
                "a number stands where a text or a message must".into(),
            )),
        }
    }

    pub(super) fn text(self) -> Result<String, FormatError> {
        let text = String::from_utf8(self.bytes()?.read()?.into_owned());
        text.map_err(|_| damaged("a text is not UTF-8".into()))
    }

    pub(super) fn number(self) -> Result<i64, FormatError> {
        match self {
            Value::Number(number) => Ok(number.cast_signed()),
            _ => Err(damaged("an integer is none".into())),
        }
    }

    pub(super) fn float(self) -> Result<f32, FormatError> {
        match self {
            Value::Four(bytes) => Ok(f32::from_le_bytes(bytes)),
            _ => Err(damaged("a number of 32 bits is none".into())),
        }
    }

    /// Adds an integer to a list, or all that are packed.
    pub(super) fn numbers(self, list: &mut Vec<i64>) -> Result<(), FormatError> {
        let Value::Bytes(packed) = self else {
            list.push(self.number()?);
            return Ok(());
        };
        let packed = packed.read()?;
        let mut rest = &*packed;
        while !rest.is_empty() {
            let found = integer(rest);
            let (number, length) =
                found.ok_or_else(|| damaged("packed integers end early".into()))?;
            list.push(number.cast_signed());
            rest = &rest[length..];
        }
        Ok(())
    }
}

/// Numbers of `N` bytes in fields of a message, one each or packed.
#[derive(Default)]
pub(super) struct Fixed<'b, const N: usize> {
    /// Those of the first field, where they are packed.
    first: Bytes<'b>,
    /// All, once there is another field.
    all: Vec<u8>,
}

impl<'b, const N: usize> Fixed<'b, N> {
    /// Adds those of a field.
    pub(super) fn add(&mut self, value: Value<'b>) -> Result<(), FormatError> {
        if !self.first.is_empty() {
            let first = std::mem::take(&mut self.first);
            self.all.extend_from_slice(&first.read()?);
        }
        match value {
            Value::Bytes(packed) if !packed.len().is_multiple_of(N) => {
                return Err(damaged("packed numbers end early".into()));
            }
            Value::Bytes(packed) if self.all.is_empty() => self.first = packed,
            Value::Bytes(packed) => self.all.extend_from_slice(&packed.read()?),
            Value::Four(bytes) if N == 4 => self.all.extend_from_slice(&bytes),
            Value::Eight(bytes) if N == 8 => self.all.extend_from_slice(&bytes),
            _ => return Err(damaged("numbers are of another size".into())),
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty() && self.all.is_empty()
    }

    /// The bytes of all.
    pub(super) fn bytes(self) -> Bytes<'b> {
        match self.all.is_empty() {
            true => self.first,
            false => self.all.into(),
        }
    }
}

pub(super) fn damaged(why: String) -> FormatError {
    FormatError::Damaged {
        format: "ONNX",
        why,
        writer: "torch.onnx.export or onnx.save",
    }
}

/// A message that is being written.
#[derive(Debug, Default)]
pub(super) struct Message(pub(super) Vec<u8>);

impl Message {
    fn key(&mut self, field: u64, kind: u64) {
        varint(&mut self.0, field << 3 | kind);
    }

    pub(super) fn number(&mut self, field: u64, number: i64) {
        self.key(field, 0);
        varint(&mut self.0, number.cast_unsigned());
    }

    pub(super) fn float(&mut self, field: u64, number: f32) {
        self.key(field, 5);
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.key(field, 2);
        varint(&mut self.0, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// A text; nothing where it is empty, as protocol buffers have it.
    pub(super) fn text(&mut self, field: u64, text: &str) {
        if !text.is_empty() {
            self.bytes(field, text.as_bytes());
        }
    }

    pub(super) fn message(&mut self, field: u64, inner: Message) {
        self.bytes(field, &inner.0);
    }
}

fn varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut inner = Message::default();
        inner.number(1, -1);
        inner.number(300, i64::MAX);
        inner.float(2, 0.5);
        let mut message = Message::default();
        message.text(3, "é");
        message.text(4, "");
        message.message(5, inner);
        let fields: Result<Vec<_>, _> = Fields::of(&message.0).collect();
        let fields = fields.expect("fields");
        assert_eq!(fields.len(), 2);
        assert_eq!(fields[0].1.clone().text(), Ok("é".to_owned()));
        let inner: Result<Vec<_>, _> =
            Fields::of(fields[1].1.clone().bytes().expect("a message")).collect();
        let inner = inner.expect("fields");
        assert_eq!(inner[0].1.clone().number(), Ok(-1));
        assert_eq!(
            (inner[1].0, inner[1].1.clone().number()),
            (300, Ok(i64::MAX))
        );
        assert_eq!(inner[2].1.clone().float(), Ok(0.5));
    }

    #[test]
    fn numbers_are_taken_whole_where_one_field_packs_them() {
        let packed = [1, 2, 3, 4];
        for values in [
            vec![Value::Bytes(Bytes::from(&packed))],
            vec![Value::Four([1, 2, 3, 4])],
        ] {
            let mut once = Fixed::<4>::default();
            let mut thrice = Fixed::<4>::default();
            for value in values {
                once.add(value.clone()).expect("a number");
                for _ in 0..3 {
                    thrice.add(value.clone()).expect("a number");
                }
            }
            assert_eq!(once.bytes(), Bytes::from(&packed));
            assert_eq!(thrice.bytes(), Bytes::from(packed.repeat(3)));
        }
    }

    #[test]
    fn what_ends_early_is_refused() {
        for bytes in [
            &[0x08][..],
            &[0x08, 0xff],
            &[0x0a, 5, 1],
            &[0x0d, 1],
            &[0x0b],
            &[0xff; 11],
        ] {
            assert!(Fields::of(bytes).any(|field| field.is_err()), "{bytes:?}");
            assert!(Fields::of(bytes).count() < 3);
        }
    }
}
