//! The encoding of protocol buffers: a message is a list of fields, each a number, a kind and a value.
//!
//! The crates for it decode a schema as a whole, at any depth and with a value of the machine's for each that is declared; here a file
//! comes from strangers, so fields are borrowed one by one, and who descends counts how deep.

use super::super::FormatError;

/// The value of a field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'b> {
    /// An integer of variable length.
    Number(u64),
    /// Eight bytes.
    Eight([u8; 8]),
    /// Four bytes.
    Four([u8; 4]),
    /// A text, a message, or packed numbers.
    Bytes(&'b [u8]),
}

/// The fields of a message that are still to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'b>(pub(super) &'b [u8]);

impl<'b> Iterator for Fields<'b> {
    type Item = Result<(u64, Value<'b>), FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field.ok_or_else(|| damaged("a field ends beyond its message".into())))
    }
}

impl<'b> Fields<'b> {
    fn field(&mut self) -> Option<(u64, Value<'b>)> {
        let key = self.number()?;
        let value = match key & 7 {
            0 => Value::Number(self.number()?),
            1 => Value::Eight(self.taken()?),
            2 => {
                let length = usize::try_from(self.number()?).ok()?;
                let (bytes, rest) = self.0.split_at_checked(length)?;
                self.0 = rest;
                Value::Bytes(bytes)
            }
            5 => Value::Four(self.taken()?),
            // Groups, which no model has.
            _ => return None,
        };
        Some((key >> 3, value))
    }

    fn taken<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    /// Seven bits a byte, the lowest first, at most ten of them.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in 0..10 {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << (7 * shift);
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

impl<'b> Value<'b> {
    pub(super) fn bytes(self) -> Result<&'b [u8], FormatError> {
        match self {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(damaged(
                "a number stands where a text or a message must".into(),
            )),
        }
    }

    pub(super) fn text(self) -> Result<&'b str, FormatError> {
        str::from_utf8(self.bytes()?).map_err(|_| damaged("a text is not UTF-8".into()))
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
        let mut packed = Fields(packed);
        while !packed.0.is_empty() {
            let number = packed.number();
            let number = number.ok_or_else(|| damaged("packed integers end early".into()))?;
            list.push(number.cast_signed());
        }
        Ok(())
    }

    /// Adds the bytes of a number of `N` bytes to a list, or those of all that are packed.
    pub(super) fn fixed<const N: usize>(self, list: &mut Vec<u8>) -> Result<(), FormatError> {
        match self {
            Value::Bytes(packed) if packed.len().is_multiple_of(N) => {
                list.extend_from_slice(packed);
            }
            Value::Four(bytes) if N == 4 => list.extend_from_slice(&bytes),
            Value::Eight(bytes) if N == 8 => list.extend_from_slice(&bytes),
            _ => return Err(damaged("packed numbers end early".into())),
        }
        Ok(())
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
        let fields: Result<Vec<_>, _> = Fields(&message.0).collect();
        let fields = fields.expect("fields");
        assert_eq!(fields.len(), 2);
        assert_eq!(fields[0].1.text(), Ok("é"));
        let inner: Result<Vec<_>, _> = Fields(fields[1].1.bytes().expect("a message")).collect();
        let inner = inner.expect("fields");
        assert_eq!(inner[0].1.number(), Ok(-1));
        assert_eq!((inner[1].0, inner[1].1.number()), (300, Ok(i64::MAX)));
        assert_eq!(inner[2].1.float(), Ok(0.5));
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
            assert!(Fields(bytes).any(|field| field.is_err()), "{bytes:?}");
            assert!(Fields(bytes).count() < 3);
        }
    }
}
