//! A trace as the data of a page: exact numbers in chunks of steps, which the page decodes when it
//! needs them, and before them a coarse picture that is there at once.

use super::{Plane, Trace};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// The columns of a coarse picture.
const COLUMNS: usize = 1024;

/// Traces of so many steps need no coarse picture: their numbers are drawn as they are.
const SHORT: usize = 2048;

/// The numbers of a chunk: few enough to be decoded while a pointer moves.
const CHUNK: usize = 1 << 18;

/// What a page knows of a trace before any of its numbers has arrived. The numbers are added to
/// `chunks`, of which a plane's stand in a row.
pub(crate) fn pack(trace: &Trace, chunks: &mut Vec<String>) -> Value {
    let steps = trace.steps();
    let planes = trace.planes.iter().map(|plane| pack_plane(plane, chunks));
    json!({
        "steps": steps,
        "labels": trace.labels,
        "planes": planes.collect::<Vec<_>>(),
    })
}

fn pack_plane(plane: &Plane, chunks: &mut Vec<String>) -> Value {
    let (units, steps) = (plane.units.max(1), plane.steps());
    let chunk = (CHUNK / units).clamp(1, steps.max(1));
    let first = chunks.len();
    chunks.extend(plane.values.chunks(chunk * units).map(encode));
    let range = Range::of(plane);
    let (mean, spread) = activity(plane);
    let bin = steps.div_ceil(COLUMNS).max(1);
    let coarse = (steps > SHORT).then(|| STANDARD.encode(coarse(plane, bin, &range)));
    json!({
        "name": plane.name,
        "role": plane.role.name(),
        "sentence": plane.sentence,
        "units": plane.units,
        "signed": range.signed,
        "limit": range.limit,
        "clipped": range.clipped,
        "mean": encode(&mean),
        "spread": encode(&spread),
        "chunk": chunk,
        "chunks": first,
        "bin": bin,
        "coarse": coarse,
    })
}

/// Little-endian f32, in base64.
fn encode(values: &[f32]) -> String {
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    STANDARD.encode(bytes)
}

/// The values that the ends of the colour scale stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    /// Whether the scale begins at `-limit`, and not at 0.
    pub signed: bool,
    /// Where it ends.
    pub limit: f32,
    /// Whether there are values beyond it.
    pub clipped: bool,
}

impl Range {
    /// The scale of a plane: 0 or -1 to 1 where the values fill it, so that gates can be compared;
    /// beyond that up to what all but 0.5 % of the values reach, so that one wild unit does not
    /// make the others pale.
    pub(crate) fn of(plane: &Plane) -> Range {
        let finite = || plane.values.iter().copied().filter(|v| v.is_finite());
        let signed = finite().any(|v| v < 0.0);
        let most = finite().map(f32::abs).fold(0.0, f32::max);
        let limit = match most {
            0.0 => 1.0,
            m if m <= 0.5 => m,
            m if m <= 1.0 => 1.0,
            _ => {
                // A sample is enough to know what is common.
                let every = (plane.values.len() / 100_000).max(1);
                let mut sizes: Vec<f32> = finite().step_by(every).map(f32::abs).collect();
                sizes.sort_by(f32::total_cmp);
                sizes[(sizes.len() - 1) * 995 / 1000].max(1.0)
            }
        };
        Range {
            signed,
            limit,
            clipped: most > limit,
        }
    }

    /// The place of a value on the scale, 0 to 255.
    pub(crate) fn place(&self, value: f32) -> u8 {
        let share = value / self.limit;
        let place = match self.signed {
            true => 127.5 + 127.5 * share,
            false => 255.0 * share,
        };
        // NaN, which no colour stands for, becomes 0.
        place.round().clamp(0.0, 255.0) as u8
    }
}

/// The mean of each unit over time, and its standard deviation: what units are sorted by.
fn activity(plane: &Plane) -> (Vec<f32>, Vec<f32>) {
    let units = plane.units;
    let count = plane.steps().max(1) as f64;
    let mut sums = vec![[0f64; 2]; units];
    for step in plane.values.chunks_exact(units.max(1)) {
        for (sum, &v) in sums.iter_mut().zip(step) {
            let v = f64::from(v);
            *sum = [sum[0] + v, sum[1] + v * v];
        }
    }
    let both = sums.iter().map(|&[sum, squares]| {
        let mean = sum / count;
        let variance = (squares / count - mean * mean).max(0.0);
        (mean as f32, variance.sqrt() as f32)
    });
    both.unzip()
}

/// The means over bins of `bin` steps, `[bins][units]`, as places on the scale.
pub(crate) fn coarse(plane: &Plane, bin: usize, range: &Range) -> Vec<u8> {
    let units = plane.units.max(1);
    let mut places = Vec::with_capacity(plane.steps().div_ceil(bin) * units);
    let mut sums = vec![0f32; units];
    for bin in plane.values.chunks(bin * units) {
        sums.fill(0.0);
        for step in bin.chunks_exact(units) {
            for (sum, v) in sums.iter_mut().zip(step) {
                *sum += v;
            }
        }
        let count = (bin.len() / units) as f32;
        places.extend(sums.iter().map(|sum| range.place(sum / count)));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(units: usize, values: Vec<f32>) -> Plane {
        Plane {
            name: "f".into(),
            units,
            values,
            ..Plane::default()
        }
    }

    fn decode(text: &str) -> Vec<f32> {
        let bytes = STANDARD.decode(text).expect("base64");
        let four = bytes.chunks_exact(4);
        four.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect()
    }

    #[test]
    fn every_number_is_there_bit_for_bit() {
        let values: Vec<f32> = (0..3 * 200_000).map(|i| (i as f32).sin() * 3.0).collect();
        let mut chunks = vec!["earlier".to_string()];
        let trace = Trace {
            planes: vec![plane(3, values.clone()), plane(1, vec![0.5; 200_000])],
            ..Trace::default()
        };
        let json = pack(&trace, &mut chunks);
        let per_chunk = json["planes"][0]["chunk"].as_u64().unwrap() as usize;
        assert_eq!(json["planes"][0]["chunks"], 1);
        let count = 200_000_usize.div_ceil(per_chunk);
        assert_eq!(json["planes"][1]["chunks"], 1 + count);
        let back: Vec<f32> = chunks[1..=count].iter().flat_map(|c| decode(c)).collect();
        assert_eq!(back, values);
    }

    #[test]
    fn scales_are_those_that_gates_share() {
        let scale = |values: &[f32]| {
            let range = Range::of(&plane(1, values.to_vec()));
            (range.signed, range.limit, range.clipped)
        };
        assert_eq!(scale(&[0.1, 0.9]), (false, 1.0, false));
        assert_eq!(scale(&[-0.1, 0.9]), (true, 1.0, false));
        assert_eq!(scale(&[0.0, 0.2]), (false, 0.2, false));
        assert_eq!(scale(&[0.0]), (false, 1.0, false));
        assert_eq!(scale(&[]), (false, 1.0, false));
        let mut wild = vec![-2.0; 999];
        wild.push(50.0);
        assert_eq!(scale(&wild), (true, 2.0, true));
        assert_eq!(scale(&[f32::NAN, 0.7]), (false, 1.0, false));
    }

    #[test]
    fn a_coarse_picture_holds_means() {
        let p = plane(2, vec![0.0, 1.0, 1.0, 1.0, 0.5, 0.0]);
        let range = Range::of(&p);
        assert_eq!(coarse(&p, 2, &range), [128, 255, 128, 0]);
        let (mean, spread) = activity(&p);
        assert_eq!(mean[0], 0.5);
        assert!((spread[0] - (1f32 / 6.0).sqrt()).abs() < 1e-6);
        assert!((spread[1] - (2f32 / 9.0).sqrt()).abs() < 1e-6);
    }
}
