//! Sounds at another rate.

use resampler::{Attenuation, Latency, ResamplerFir};

/// Samples at another rate: what lies above half of the lower rate is filtered out, and each sample is as late as before.
pub(super) fn resampled(samples: &[f32], from: u32, to: u32) -> Vec<f32> {
    let mut filter = ResamplerFir::new_from_hz(1, from, to, Latency::Sample64, Attenuation::Db90);
    // The sample that is made lies at the last one of the filter's first half, or behind it; beyond both ends there is silence.
    let half = vec![0.0; filter.delay()];
    let padded = [&half[1..], samples, &half].concat();
    let wanted = (samples.len() as u64 * u64::from(to)).div_ceil(u64::from(from)) as usize;
    let mut all = Vec::with_capacity(wanted);
    let mut part = vec![0.0; filter.buffer_size_output()];
    let mut rest = padded.as_slice();
    loop {
        let (read, written) = filter
            .resample(rest, &mut part)
            .expect("one channel has no part of a frame");
        all.extend(&part[..written]);
        rest = &rest[read..];
        if read == 0 && written == 0 {
            break;
        }
    }
    all.resize(wanted, 0.0);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn tone(frequency: f64, rate: u32, seconds: f64) -> Vec<f32> {
        let count = (seconds * f64::from(rate)) as usize;
        let at = |n: usize| (TAU * frequency * n as f64 / f64::from(rate)).sin() as f32;
        (0..count).map(at).collect()
    }

    #[test]
    fn a_tone_is_the_same_at_another_rate() {
        for (from, to) in [
            (16_000, 8000),
            (44_100, 16_000),
            (8000, 16_000),
            (22_050, 8000),
        ] {
            let found = resampled(&tone(440.0, from, 0.5), from, to);
            let right = tone(440.0, to, 0.5);
            assert!(found.len().abs_diff(right.len()) <= 1, "{from} {to}");
            // Away from both ends, at which a tone that begins at once has all frequencies. A quarter of a sample of the lower
            // rate would be 0.08.
            let middle = right.len() / 5..right.len() * 4 / 5;
            let worst = middle
                .map(|n| (found[n] - right[n]).abs())
                .fold(0.0, f32::max);
            assert!(worst < 0.01, "{from} to {to}: {worst}");
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_is_gone() {
        let found = resampled(&tone(6000.0, 16_000, 0.5), 16_000, 8000);
        let middle = &found[found.len() / 5..found.len() * 4 / 5];
        let loudest = middle.iter().fold(0.0, |most: f32, v| most.max(v.abs()));
        // 90 dB below 1, which the filter is asked for, is 3.2e-5.
        assert!(loudest < 1e-3, "{loudest}");
    }
}
