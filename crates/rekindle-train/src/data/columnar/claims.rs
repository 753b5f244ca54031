//! What the messages of an Arrow file claim to take in memory, added up before any is asked for: its reader takes them at their word.

use std::ops::Range;

use arrow_ipc::reader::read_footer_length;
use arrow_ipc::{Block, Message, root_as_footer, root_as_message};

/// What stands before the length of a message.
const CONTINUATION: [u8; 4] = [0xff; 4];

/// The bytes of all messages, unpacked; none where the file is damaged.
pub(super) fn of_file(bytes: &[u8]) -> Option<usize> {
    let (rest, last) = bytes.split_last_chunk::<10>()?;
    let footer = rest.len().checked_sub(read_footer_length(*last).ok()?)?;
    let footer = root_as_footer(&rest[footer..]).ok()?;
    let blocks = footer.dictionaries().into_iter().flatten();
    let blocks = blocks.chain(footer.recordBatches().into_iter().flatten());
    let of = |block: &Block| {
        let start = usize::try_from(block.offset()).ok()?;
        let body = start.checked_add(usize::try_from(block.metaDataLength()).ok()?)?;
        let whole = bytes.get(start..body)?;
        let message = match whole.strip_prefix(&CONTINUATION) {
            Some(rest) => rest.get(4..),
            None => whole.get(4..),
        };
        let body = part(bytes, body, block.bodyLength())?;
        claimed(&root_as_message(message?).ok()?, &bytes[body])
    };
    blocks.map(of).sum()
}

/// The same of a stream.
pub(super) fn of_stream(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut sum) = (0, 0_usize);
    while at < bytes.len() {
        if bytes[at..].starts_with(&CONTINUATION) {
            at += 4;
        }
        let length = bytes.get(at..)?.first_chunk::<4>()?;
        let length = i32::from_le_bytes(*length);
        if length == 0 {
            break;
        }
        let message = part(bytes, at + 4, length.into())?;
        let body = message.end;
        let message = root_as_message(&bytes[message]).ok()?;
        let body = part(bytes, body, message.bodyLength())?;
        at = body.end;
        sum = sum.checked_add(claimed(&message, &bytes[body])?)?;
    }
    Some(sum)
}

fn part(bytes: &[u8], start: usize, length: i64) -> Option<Range<usize>> {
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    (end <= bytes.len()).then_some(start..end)
}

/// What the packed buffers of a message say that they unpack to, or else its own size.
fn claimed(message: &Message<'_>, body: &[u8]) -> Option<usize> {
    let batch = match message.header_as_dictionary_batch() {
        Some(dictionary) => dictionary.data(),
        None => message.header_as_record_batch(),
    };
    let packed = batch.filter(|batch| batch.compression().is_some());
    let buffers = packed
        .and_then(|batch| batch.buffers())
        .into_iter()
        .flatten();
    let of = |buffer: &arrow_ipc::Buffer| {
        let own = part(
            body,
            usize::try_from(buffer.offset()).ok()?,
            buffer.length(),
        )?;
        let size = body[own]
            .first_chunk::<8>()
            .map_or(0, |size| i64::from_le_bytes(*size));
        // Less than nothing says that it is not packed.
        Some(usize::try_from(size).unwrap_or(0))
    };
    let mut sum = body.len();
    for size in buffers.map(of) {
        sum = sum.checked_add(size?)?;
    }
    Some(sum)
}
