//! The sounds of a run.

use super::{config::TranscribeConfig, sounds::Sounds, spec::TranscribeSpec, task::Transcribe};
use crate::{
    data::{
        audio::{frontend::Frontend, list::SoundList},
        scaler::{FAR, Scaler},
        series::Series,
        split::Split,
        vocabulary::Vocabulary,
    },
    error::Result,
    tasks::{
        in_parts::InParts,
        kind::Opened,
        labelled::files::{cut, no_file, repeated, twice},
        task::Task,
    },
};
use std::path::Path;

/// Reads the sounds.
///
/// # Errors
///
/// If a file cannot be read, a text needs more steps than its sound has, or there are too few sounds.
pub(super) fn open(
    config: &TranscribeConfig,
    seed: u64,
    spec: Option<TranscribeSpec>,
) -> Result<Opened<TranscribeSpec>> {
    let mut notes = Vec::new();
    let (all, ear) = Sounds::read(config, spec.as_ref(), &config.train, &mut notes)?;
    let labels = spec.as_ref().map(|spec| &spec.vocabulary);
    let mut all = all.sayable(config, labels, &config.train, &mut notes)?;
    let places = all.places(seed);
    // All sounds are of one class.
    let class = vec![0; places.len()];
    let known = spec.as_ref().map(|spec| &spec.cut);
    let cut = cut(&config.train, known, &class, &places, 1, config.held_out())?;
    let mut parts = cut.parts(&class, &places);
    notes.extend(twice(&config.train, &places, |a, b| {
        all.texts[a] != all.texts[b]
    }));
    let spec = spec.unwrap_or_else(|| {
        let train = || parts.train.iter();
        let values = train().flat_map(|&row| all.frames[row].values.iter().copied());
        TranscribeSpec {
            scaler: Scaler::fit(&values.collect::<Vec<_>>(), ear.config().mels),
            vocabulary: Vocabulary::build(&all.texts, config.splitting(), None),
            audio: ear.config().clone(),
            cut,
        }
    });
    if !no_file(&config.test) {
        let (test, _) = Sounds::read(config, Some(&spec), &config.test, &mut notes)?;
        let labels = Some(&spec.vocabulary);
        let test = test.sayable(config, labels, &config.test, &mut notes)?;
        let files = [&config.train, &config.test];
        notes.extend(repeated(files, &places, &test.places(seed)));
        parts.test = (all.frames.len()..all.frames.len() + test.frames.len()).collect();
        all.append(test);
    }
    let rows = rows(config, &spec, all);
    Ok(Opened {
        spec,
        task: Box::new(InParts::new(rows, parts, notes)),
    })
}

/// Reads sounds that all test, by what a run knows of its own.
///
/// # Errors
///
/// If a file cannot be read, or a text needs more steps than its sound has.
pub(super) fn test_on(
    config: &TranscribeConfig,
    spec: &TranscribeSpec,
    path: &Path,
) -> Result<Box<dyn Task>> {
    let mut notes = Vec::new();
    let (all, _) = Sounds::read(config, Some(spec), path, &mut notes)?;
    let all = all.sayable(config, Some(&spec.vocabulary), path, &mut notes)?;
    let parts = Split::test_alone((0..all.frames.len()).collect());
    let rows = rows(config, spec, all);
    Ok(Box::new(InParts::new(rows, parts, notes)))
}

fn rows(config: &TranscribeConfig, spec: &TranscribeSpec, mut sounds: Sounds) -> Transcribe {
    for frames in &mut sounds.frames {
        spec.scaler.transform(&mut frames.values);
    }
    Transcribe {
        config: config.clone(),
        spec: spec.clone(),
        sounds,
    }
}

/// Sounds that a network is given.
pub(super) struct Given {
    /// What a list calls each; nothing of a single sound.
    pub(super) names: Vec<String>,
    /// Their frames, scaled.
    pub(super) frames: Vec<Series>,
    /// What is to be said of how they were heard.
    pub(super) notes: Vec<String>,
}

/// The sounds of a list, or a single one.
///
/// # Errors
///
/// If a file cannot be read.
pub(super) fn given(
    config: &TranscribeConfig,
    spec: &TranscribeSpec,
    path: &Path,
) -> Result<Given> {
    let list = SoundList::sounds(path, &config.columns())?;
    let mut ear = Frontend::new(&spec.audio, path)?;
    let heard = list.files.iter().map(|file| Ok(ear.hear(file)?.frames));
    let mut frames = heard.collect::<Result<Vec<Series>>>()?;
    let mut far = 0;
    for one in &mut frames {
        spec.scaler.transform(&mut one.values);
        far += usize::from(Scaler::is_far_above(&one.values));
    }
    let name = path.display().to_string();
    let mut notes = match list.names.is_empty() {
        true => ear.asides(&name),
        false => ear.notes(&name),
    };
    notes.extend((far > 0).then(|| {
        format!(
            "{name}: {} louder somewhere than the mean of the training part by more than {FAR} standard deviations; nobody knows what the network \
             makes of such",
            match list.names.is_empty() {
                true => "it is".to_owned(),
                false => format!("{far} of {} sounds are", frames.len()),
            }
        )
    }));
    Ok(Given {
        names: list.names,
        frames,
        notes,
    })
}
