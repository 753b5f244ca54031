//! Features beside those of oracles/mel.py, and what does not fit.

use super::*;

/// The signal of the script.
fn signal(count: usize) -> Vec<f32> {
    let at = |n: f64| {
        0.4 * (0.35 * n).sin() + 0.2 * (0.8 * n * (1.0 + n / 4000.0)).sin() + 0.05 * (2.9 * n).sin()
    };
    (0..count).map(|n| at(n as f64) as f32).collect()
}

#[test]
fn features_are_those_of_the_formulas() {
    let golden = include_str!("../../../../oracles/mel.txt");
    let mut lines = golden.lines().map(|line| {
        let numbers = line.split(' ').map(|word| word.parse().expect("a number"));
        numbers.collect::<Vec<f64>>()
    });
    let mut settings = 0;
    while let Some(setting) = lines.next() {
        let [rate, window, hop, mels, lowest, highest] = setting[..] else {
            panic!("{setting:?} is no setting");
        };
        let config = AudioConfig {
            rate: None,
            mels: mels as usize,
            window,
            hop,
            lowest,
            highest: Some(highest),
        };
        let mel = LogMel::new(&config, rate as u32).expect("fits");
        let found = mel.frames(&signal(900));
        // The transform is in single precision, of which the loudest band has seven digits and one that is far quieter fewer: what is
        // compared is power, as a share of the loudest of its frame.
        let mut worst: f64 = 0.0;
        let frames = found.chunks(config.mels).len();
        for frame in found.chunks(config.mels) {
            let right = lines.next().expect("a line each frame");
            assert_eq!(frame.len(), right.len());
            let loudest = right.iter().copied().fold(f64::MIN, f64::max).exp();
            for (found, right) in frame.iter().zip(right) {
                worst = worst.max((found.exp() - right.exp()).abs() / loudest);
            }
        }
        // (900 - 200) / 80 + 1, and (900 - 320) / 120 + 1.
        assert_eq!(frames, if settings == 0 { 9 } else { 5 });
        assert!(worst < 1e-6, "{rate}: {worst}");
        settings += 1;
    }
    assert_eq!(settings, 2);
}

#[test]
fn what_does_not_fit_a_rate_is_said() {
    let usual = AudioConfig::default();
    for (config, rate, words) in [
        (
            AudioConfig {
                window: 600.0,
                ..usual.clone()
            },
            8000,
            "task.audio.window = 600 has 4800 samples",
        ),
        (
            AudioConfig {
                highest: Some(5000.0),
                ..usual.clone()
            },
            8000,
            "task.audio.highest = 5000",
        ),
        (
            AudioConfig {
                lowest: 4000.0,
                ..usual.clone()
            },
            8000,
            "task.audio.lowest = 4000",
        ),
        (
            AudioConfig {
                mels: 300,
                ..usual.clone()
            },
            8000,
            "task.audio.mels = 300: band 1 lies between two frequencies",
        ),
    ] {
        let wrong = LogMel::new(&config, rate).expect_err("refused");
        assert!(wrong.contains(words), "{wrong}");
    }
}
