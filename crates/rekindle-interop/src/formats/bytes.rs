//! Bytes of a file: in memory, or still in the file, from which they are read when they are asked for.
//!
//! A file is read in places and not mapped: who reads a mapping of a file that another program cuts is ended by the system.

use std::borrow::Cow;
use std::fmt::Debug;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::FormatError;

/// A file that is read in places.
pub trait ReadAt: Debug + Send + Sync {
    /// How many bytes it has.
    fn size(&self) -> usize;

    /// Fills a buffer with the bytes from a place on.
    ///
    /// # Errors
    ///
    /// If the file ends before, or cannot be read.
    fn read_at(&self, place: usize, buffer: &mut [u8]) -> io::Result<()>;
}

/// What was unpacked, and has no other owner.
impl ReadAt for Vec<u8> {
    fn size(&self) -> usize {
        self.len()
    }

    fn read_at(&self, place: usize, buffer: &mut [u8]) -> io::Result<()> {
        let there = self.get(place..place + buffer.len());
        buffer.copy_from_slice(there.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// How many bytes are read ahead: many of the small parts that a file consists of.
const AHEAD: usize = 1 << 16;

/// A file that is read piece by piece where little is asked for.
#[derive(Debug)]
struct Ahead {
    file: Arc<dyn ReadAt>,
    /// Where the last piece began, and what it was.
    piece: Mutex<(usize, Vec<u8>)>,
}

impl ReadAt for Ahead {
    fn size(&self) -> usize {
        self.file.size()
    }

    fn read_at(&self, place: usize, buffer: &mut [u8]) -> io::Result<()> {
        if buffer.len() >= AHEAD {
            return self.file.read_at(place, buffer);
        }
        let mut last = self.piece.lock().unwrap_or_else(PoisonError::into_inner);
        let (begin, piece) = &mut *last;
        let known = place.checked_sub(*begin);
        let known = known.filter(|at| at + buffer.len() <= piece.len());
        let at = match known {
            Some(at) => at,
            None => {
                let rest = self.file.size().saturating_sub(place);
                let mut next = vec![0; AHEAD.min(rest).max(buffer.len())];
                self.file.read_at(place, &mut next)?;
                (*begin, *piece) = (place, next);
                0
            }
        };
        buffer.copy_from_slice(&piece[at..at + buffer.len()]);
        Ok(())
    }
}

/// Bytes of a file. Equal are those of the same content.
#[derive(Clone, Debug)]
pub struct Bytes<'b>(Kind<'b>);

#[derive(Clone, Debug)]
enum Kind<'b> {
    Memory(&'b [u8]),
    File {
        file: Arc<dyn ReadAt>,
        begin: usize,
        length: usize,
    },
}

impl<'b> Bytes<'b> {
    /// The whole of a file that is read in places.
    pub fn of_file(file: Arc<dyn ReadAt>) -> Self {
        let length = file.size();
        Bytes(Kind::File {
            file,
            begin: 0,
            length,
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Kind::Memory(bytes) => bytes.len(),
            Kind::File { length, .. } => *length,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Some of them, without a copy; none if there are not so many.
    pub(super) fn part(&self, range: Range<usize>) -> Option<Bytes<'b>> {
        if range.start > range.end || range.end > self.len() {
            return None;
        }
        match &self.0 {
            Kind::Memory(bytes) => Some(bytes[range].into()),
            Kind::File { file, begin, .. } => Some(Bytes(Kind::File {
                file: file.clone(),
                begin: begin + range.start,
                length: range.len(),
            })),
        }
    }

    /// All of them.
    ///
    /// # Errors
    ///
    /// If they are in a file that cannot be read any more, or was cut.
    pub fn read(&self) -> Result<Cow<'_, [u8]>, FormatError> {
        self.first(self.len())
    }

    /// The same, for a reader who asks for few at a time, one behind the other.
    pub(super) fn ahead(self) -> Self {
        match self.0 {
            Kind::File {
                file,
                begin,
                length,
            } => {
                let piece = Mutex::default();
                Bytes(Kind::File {
                    file: Arc::new(Ahead { file, piece }),
                    begin,
                    length,
                })
            }
            memory => Bytes(memory),
        }
    }

    /// Those of a file, which nobody's memory holds.
    pub(super) fn in_file(&self) -> Option<Bytes<'static>> {
        match &self.0 {
            Kind::Memory(_) => None,
            Kind::File {
                file,
                begin,
                length,
            } => Some(Bytes(Kind::File {
                file: file.clone(),
                begin: *begin,
                length: *length,
            })),
        }
    }

    /// The first of them, at most so many.
    ///
    /// # Errors
    ///
    /// As [`Bytes::read`].
    pub fn first(&self, most: usize) -> Result<Cow<'_, [u8]>, FormatError> {
        let count = most.min(self.len());
        match &self.0 {
            Kind::Memory(bytes) => Ok(Cow::Borrowed(&bytes[..count])),
            Kind::File { .. } => {
                let mut buffer = vec![0; count];
                self.fill(0, &mut buffer)?;
                Ok(Cow::Owned(buffer))
            }
        }
    }

    /// Fills a buffer with those from a place on.
    ///
    /// # Errors
    ///
    /// If there are not so many, or as [`Bytes::read`].
    pub fn fill(&self, place: usize, buffer: &mut [u8]) -> Result<(), FormatError> {
        let end = place.checked_add(buffer.len());
        if end.is_none_or(|end| end > self.len()) {
            return Err(FormatError::Unread("it ends too early".into()));
        }
        match &self.0 {
            Kind::Memory(bytes) => buffer.copy_from_slice(&bytes[place..place + buffer.len()]),
            Kind::File { file, begin, .. } => file
                .read_at(begin + place, buffer)
                .map_err(|error| FormatError::Unread(error.to_string()))?,
        }
        Ok(())
    }

    /// A reader of all of them, one behind the other.
    pub(super) fn reader(&self) -> impl Read {
        Reader {
            bytes: self,
            place: 0,
        }
    }
}

impl Default for Bytes<'_> {
    fn default() -> Self {
        Bytes(Kind::Memory(&[]))
    }
}

impl<'b> From<&'b [u8]> for Bytes<'b> {
    fn from(bytes: &'b [u8]) -> Self {
        Bytes(Kind::Memory(bytes))
    }
}

impl<'b> From<&'b Vec<u8>> for Bytes<'b> {
    fn from(bytes: &'b Vec<u8>) -> Self {
        bytes.as_slice().into()
    }
}

impl<'b, const N: usize> From<&'b [u8; N]> for Bytes<'b> {
    fn from(bytes: &'b [u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

impl<'b> From<&'b Cow<'_, [u8]>> for Bytes<'b> {
    fn from(bytes: &'b Cow<'_, [u8]>) -> Self {
        bytes.as_ref().into()
    }
}

impl From<Vec<u8>> for Bytes<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::of_file(Arc::new(bytes))
    }
}

impl<'b> From<Cow<'b, [u8]>> for Bytes<'b> {
    fn from(bytes: Cow<'b, [u8]>) -> Self {
        match bytes {
            Cow::Borrowed(bytes) => bytes.into(),
            Cow::Owned(bytes) => bytes.into(),
        }
    }
}

impl PartialEq for Bytes<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same = |one: Cow<'_, [u8]>| other.read().is_ok_and(|other| one == other);
        self.len() == other.len() && self.read().is_ok_and(same)
    }
}

impl Eq for Bytes<'_> {}

struct Reader<'r, 'b> {
    bytes: &'r Bytes<'b>,
    place: usize,
}

impl Read for Reader<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(self.bytes.len() - self.place);
        let filled = self.bytes.fill(self.place, &mut buffer[..count]);
        filled.map_err(io::Error::other)?;
        self.place += count;
        Ok(count)
    }
}
