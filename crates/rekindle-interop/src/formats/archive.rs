//! Zip files, of PyTorch's and of NumPy's.
//!
//! The end of such a file says where its list of members stands, the list where each member does ("APPNOTE.TXT", PKWARE). The crate `zip`
//! asks more of Burn's dependencies than Burn does, so that it would compile Burn anew; and it copies what is stored.

use std::collections::BTreeMap;
use std::io::{self, Read};

use flate2::read::DeflateDecoder;

use super::{Bytes, FormatError};

/// How often its own size a file may take once it is unpacked, beside [`SPARE`]. NumPy's compressed arrays rarely take eight times.
const RATIO: usize = 8;

/// The bytes that a file of any size may take.
const SPARE: usize = 1 << 28;

/// The bytes that a file of a size may take beside itself.
pub(super) fn budget(bytes: usize) -> usize {
    bytes.saturating_mul(RATIO).saturating_add(SPARE)
}

/// A zip file. What is stored as it is, is borrowed, or left where it is.
pub(super) struct Archive<'b> {
    bytes: Bytes<'b>,
    members: BTreeMap<String, Member>,
    /// The bytes that may still be unpacked or copied.
    pub(super) budget: usize,
}

struct Member {
    /// 0 for stored, 8 for deflated.
    method: u16,
    /// The bytes in the file, and those of the content.
    packed: u64,
    size: u64,
    crc: u32,
    /// Where its own header begins.
    header: u64,
}

impl<'b> Archive<'b> {
    /// Reads the list of members.
    pub(super) fn open(bytes: Bytes<'b>) -> Result<Self, FormatError> {
        let (mut at, count) =
            list(&bytes).ok_or_else(|| damaged("it has no list of members".into()))?;
        let mut members = BTreeMap::new();
        for _ in 0..count {
            let (name, member, next) = member(&bytes, at)
                .ok_or_else(|| damaged("its list of members ends early".into()))?;
            if members.contains_key(&name) {
                return Err(damaged(format!("two of its members are named {name}")));
            }
            members.insert(name, member);
            at = next;
        }
        Ok(Archive {
            members,
            budget: budget(bytes.len()),
            bytes,
        })
    }

    /// The names of its members, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// A member's content, which has the checksum that the file gives it.
    pub(super) fn member(&mut self, name: &str) -> Result<Bytes<'b>, FormatError> {
        let member = self.members.get(name);
        let member = member.ok_or_else(|| damaged(format!("it has no member {name}")))?;
        let failed = |why: &str| damaged(format!("{name}: {why}"));
        let packed =
            packed(&self.bytes, member).ok_or_else(|| failed("it ends beyond the file"))?;
        let content = match member.method {
            0 => packed,
            8 => {
                let most = self.budget as u64;
                let mut content = Vec::new();
                let mut bounded = DeflateDecoder::new(packed.reader()).take(most + 1);
                let read = bounded.read_to_end(&mut content);
                read.map_err(|error| failed(&error.to_string()))?;
                if content.len() as u64 > most {
                    return Err(FormatError::TooLarge {
                        bytes: self.bytes.len(),
                        most: budget(self.bytes.len()),
                    });
                }
                self.budget -= content.len();
                content.into()
            }
            _ => return Err(failed("it is neither stored nor deflated")),
        };
        let sum = checksum(&content).map_err(|error| failed(&error.to_string()))?;
        match content.len() as u64 == member.size && sum == member.crc {
            true => Ok(content),
            false => Err(failed("its checksum is not that of its content")),
        }
    }
}

/// How many bytes of a file are read at once to be summed up.
const PIECE: usize = 1 << 16;

fn checksum(content: &Bytes<'_>) -> io::Result<u32> {
    let mut reader = content.reader();
    let mut buffer = vec![0; PIECE.min(content.len())];
    let mut crc = flate2::Crc::new();
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(crc.sum()),
            count => crc.update(&buffer[..count]),
        }
    }
}

/// The number of `N` bytes at a place.
fn number<const N: usize>(bytes: &Bytes<'_>, at: u64) -> Option<u64> {
    let mut taken = [0; N];
    bytes.fill(usize::try_from(at).ok()?, &mut taken).ok()?;
    Some(
        taken
            .iter()
            .rev()
            .fold(0, |n, &byte| n << 8 | u64::from(byte)),
    )
}

/// Where the list of members begins, and how many there are.
fn list(bytes: &Bytes<'_>) -> Option<(u64, u64)> {
    // The end's record has 22 bytes, and a comment of up to 65,535.
    let last = bytes.len().checked_sub(22)?;
    let first = last.saturating_sub(65_535);
    let mut tail = vec![0; bytes.len() - first];
    bytes.fill(first, &mut tail).ok()?;
    let end = (first..=last)
        .rev()
        .find(|&at| tail[at - first..].starts_with(b"PK\x05\x06"))? as u64;
    let (count, at) = (number::<2>(bytes, end + 10)?, number::<4>(bytes, end + 16)?);
    if count != 0xffff && at != 0xffff_ffff {
        return Some((at, count));
    }
    // Zip64: a locator before the end's record, which says where a larger one stands.
    let locator = end
        .checked_sub(20)
        .filter(|&at| number::<4>(bytes, at) == Some(0x0706_4b50))?;
    let large = number::<8>(bytes, locator + 8)?;
    let large = Some(large).filter(|&at| number::<4>(bytes, at) == Some(0x0606_4b50))?;
    Some((
        number::<8>(bytes, large.checked_add(48)?)?,
        number::<8>(bytes, large + 32)?,
    ))
}

/// A member's name and place, by its entry in the list, and where the next entry stands.
fn member(bytes: &Bytes<'_>, at: u64) -> Option<(String, Member, u64)> {
    if number::<4>(bytes, at)? != 0x0201_4b50 {
        return None;
    }
    let sizes = [28, 30, 32].map(|offset| number::<2>(bytes, at + offset));
    let [name, extra, comment] = [sizes[0]?, sizes[1]?, sizes[2]?];
    let begin = at + 46;
    let mut text = vec![0; usize::try_from(name).ok()?];
    bytes.fill(usize::try_from(begin).ok()?, &mut text).ok()?;
    let text = String::from_utf8(text).ok()?;
    let mut member = Member {
        method: number::<2>(bytes, at + 10)? as u16,
        crc: number::<4>(bytes, at + 16)? as u32,
        packed: number::<4>(bytes, at + 20)?,
        size: number::<4>(bytes, at + 24)?,
        header: number::<4>(bytes, at + 42)?,
    };
    // What needs more than four bytes stands in the extra field 1, in this order.
    let (mut field, end) = (begin + name, begin + name + extra);
    while field + 4 <= end {
        let (kind, size) = (number::<2>(bytes, field)?, number::<2>(bytes, field + 2)?);
        if kind == 1 {
            let mut value = field + 4;
            for part in [&mut member.size, &mut member.packed, &mut member.header] {
                if *part == 0xffff_ffff {
                    *part = number::<8>(bytes, value)?;
                    value += 8;
                }
            }
        }
        field += 4 + size;
    }
    Some((text, member, end + comment))
}

/// A member's bytes in the file, behind a header of its own.
fn packed<'b>(bytes: &Bytes<'b>, member: &Member) -> Option<Bytes<'b>> {
    let at = member.header;
    if number::<4>(bytes, at)? != 0x0403_4b50 {
        return None;
    }
    let [name, extra] = [26, 28].map(|offset| number::<2>(bytes, at + offset));
    let begin = at + 30 + name? + extra?;
    let end = begin.checked_add(member.packed)?;
    bytes.part(usize::try_from(begin).ok()?..usize::try_from(end).ok()?)
}

/// A zip file of members that are stored as they are.
///
/// # Errors
///
/// If it would have more than four gigabytes, for which NumPy's readers need another form.
pub(super) fn write(members: &[(String, Vec<u8>)]) -> Result<Vec<u8>, FormatError> {
    let (mut file, mut list) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let at = file.len() as u64;
        let size = content.len() as u64;
        // Stored, on the first day that the form knows; a checksum, both sizes, the length of the name, and no extra fields.
        let mut common = Vec::new();
        for (number, width) in [
            (20, 2),
            (0, 2),
            (0, 2),
            (0, 2),
            (0x21, 2),
            (u64::from(crc.sum()), 4),
            (size, 4),
            (size, 4),
            (name.len() as u64, 2),
            (0, 2),
        ] {
            common.extend(&number.to_le_bytes()[..width]);
        }
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(name.as_bytes());
        file.extend(content);
        list.extend(b"PK\x01\x02\x14\x00");
        list.extend(&common);
        // No comment, the first disk, no attributes.
        list.extend([0; 10]);
        list.extend(&at.to_le_bytes()[..4]);
        list.extend(name.as_bytes());
        if file.len() + list.len() + 22 > u32::MAX as usize || members.len() >= 0xffff {
            return Err(FormatError::Archive);
        }
    }
    let (count, at) = (members.len() as u64, file.len() as u64);
    let length = list.len() as u64;
    file.extend(list);
    file.extend(b"PK\x05\x06\0\0\0\0");
    for (number, width) in [(count, 2), (count, 2), (length, 4), (at, 4), (0, 2)] {
        file.extend(&number.to_le_bytes()[..width]);
    }
    Ok(file)
}

pub(super) fn damaged(why: String) -> FormatError {
    FormatError::Damaged {
        format: "zip",
        why,
        writer: "torch.save or numpy.savez",
    }
}
