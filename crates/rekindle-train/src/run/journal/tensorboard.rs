//! The log as TensorBoard reads it: a file of events in `tensorboard`.
//!
//! A file is a row of records (TFRecord): the length of the content, 8 bytes, its checksum, 4 bytes, the content, and its checksum. The
//! checksum is a masked CRC-32C. The content is a message `Event` of protocol buffers (tensorflow/core/util/event.proto): `wall_time`
//! is field 1, `step` 2, `file_version` 3 and `summary` 5, whose field 1 is a `value` with a `tag` in field 1 and a `simple_value` in 2.

use super::{Form, Line, Number};
use crate::{error::Result, files, run::directory::RunDir};
use std::{
    fs::OpenOptions,
    io::Write,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

/// A file of events.
pub(super) struct Events {
    path: PathBuf,
    /// When the run was begun, in seconds since 1970.
    began: f64,
    /// The seconds of training so far.
    seconds: f64,
}

impl Events {
    /// Writes the events of these lines.
    pub(super) fn new(run: &RunDir, lines: &[Line]) -> Result<Self> {
        let directory = run.tensorboard();
        files::create_dir(&directory)?;
        let began = run.created().unwrap_or_else(SystemTime::now);
        let began = began.duration_since(UNIX_EPOCH).unwrap_or_default();
        let name = format!("events.out.tfevents.{:010}.rekindle", began.as_secs());
        let mut events = Events {
            path: directory.join(name),
            began: began.as_secs_f64(),
            seconds: 0.0,
        };
        let mut bytes = record(&version(events.began));
        for line in lines {
            bytes.extend(events.records(line));
        }
        files::write_atomic(&events.path, &bytes)?;
        Ok(events)
    }

    /// A record a figure.
    fn records(&mut self, line: &Line) -> Vec<u8> {
        let seconds = line.numbers.iter().find(|number| number.name == "seconds");
        self.seconds = seconds.map_or(self.seconds, |number| number.value);
        let wall = self.began + self.seconds;
        let numbers = line
            .numbers
            .iter()
            .filter(|number| number.name != "seconds");
        let records = numbers.map(|number| record(&scalar(wall, line.step, number)));
        records.collect::<Vec<_>>().concat()
    }
}

impl Form for Events {
    fn add(&mut self, _: &RunDir, line: &Line) -> Result<()> {
        let bytes = self.records(line);
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.path);
        let written = file.and_then(|mut file| file.write_all(&bytes));
        written.map_err(|error| files::cannot_write("write", &self.path, &error))
    }
}

/// The event with which every file begins.
fn version(wall: f64) -> Vec<u8> {
    [double(1, wall), bytes(3, b"brain.Event:2")].concat()
}

/// A figure of a step. Those of several parts are drawn in one chart: `MAE/train`, `MAE/valid`.
fn scalar(wall: f64, step: u64, number: &Number) -> Vec<u8> {
    let tag = match number.part {
        None => number.name.clone(),
        Some(part) => format!("{}/{part}", number.name),
    };
    let value = [
        bytes(1, tag.as_bytes()),
        vec![2 << 3 | 5],
        (number.value as f32).to_le_bytes().to_vec(),
    ];
    let summary = bytes(1, &value.concat());
    let step = [vec![2 << 3], varint(step)].concat();
    [double(1, wall), step, bytes(5, &summary)].concat()
}

/// A field of eight bytes.
fn double(field: u8, value: f64) -> Vec<u8> {
    [&[field << 3 | 1][..], &value.to_le_bytes()].concat()
}

/// A field of a text or a message.
fn bytes(field: u8, content: &[u8]) -> Vec<u8> {
    [
        &[field << 3 | 2][..],
        &varint(content.len() as u64),
        content,
    ]
    .concat()
}

/// A whole number, seven bits a byte, the lowest first.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A record with this content.
fn record(content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u64).to_le_bytes();
    let checksums = [&length[..], content].map(|part| masked(part).to_le_bytes());
    [&length, &checksums[0][..], content, &checksums[1][..]].concat()
}

/// The checksum of a part of a record: rotated and shifted, so that it is none of what contains checksums itself.
fn masked(part: &[u8]) -> u32 {
    crc32c::crc32c(part)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What TensorBoard's own writer makes of the same events: `reference/events.py`.
    const GOLDEN: &str = include_str!("reference/events.hex");

    #[test]
    fn events_are_those_of_tensorboards_own_writer() {
        let mut events = Events {
            path: PathBuf::new(),
            began: 1_700_000_000.5,
            seconds: 0.0,
        };
        let number = |name: &str, part, value| Number {
            name: name.into(),
            part,
            value,
        };
        let lines = [
            Line {
                step: 3,
                numbers: vec![
                    number("seconds", None, 2.0),
                    number("loss", Some("train"), 0.25),
                ],
            },
            // An evaluation does not say when it was: with the last interval.
            Line {
                step: 300,
                numbers: vec![number("MAE", Some("valid"), -1.5)],
            },
        ];
        let mut bytes = record(&version(events.began));
        bytes.extend(lines.iter().flat_map(|line| events.records(line)));
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, GOLDEN.trim_end());
    }
}
