//! A text of another: what a word sounds like, a date in another form, a translation.

mod config;
mod data;
mod figures;
mod spec;
mod stream;
mod task;
mod texts;

pub use config::TransduceConfig;
pub use spec::TransduceSpec;

use super::{
    at_work::AtWork,
    given::{Takes, Texts, empty, symbols, unread},
    kind::{Adopted, Kind, Opened, Use},
    labelled::files::idle_test_share,
    lines::Lines,
    prediction::{Predicted, Prediction, Predictions},
    stored::one_of_each,
    task::{JUDGED, Task},
};
use crate::{
    data::{file::DataFile, message::counted, reading::Reading},
    error::{Error, Result},
    memory::Batch,
    model::{
        config::ModelConfig, front::Front, head::Head, shape::NetShape, taken::Taken, written::Ends,
    },
};
use rekindle::Invalid;
use rekindle_models::encoder_decoder::AttentionKind;
use std::path::Path;
use task::say;

impl Kind for TransduceConfig {
    type Spec = TransduceSpec;

    const USE: Use = Use::Texts;

    const HAS_LENGTHS: bool = true;

    const FOLDER: &[&str] = &["txt"];

    fn validate(&self, model: &ModelConfig) -> Result<(), Invalid> {
        self.check_keys()?;
        let stack = model.stack().ok_or_else(|| {
            let reason = format!(
                "must be another with model.kind = \"{}\": what writes begins from the states of a stack of layers",
                model.kind()
            );
            Invalid::because("kind", reason)
        })?;
        match (stack.projection, self.attention) {
            (Some(width), AttentionKind::Additive) => {
                let expected = "left out with task.attention = \"additive\", which looks by the state of what writes; or take \"general\"";
                Err(Invalid::new(
                    "attention",
                    format!("\"additive\" with model.projection = {width}"),
                    expected,
                ))
            }
            _ => Ok(()),
        }
    }

    fn unsmoothed(&self) -> Option<&'static str> {
        None
    }

    fn files(&mut self) -> Vec<&mut DataFile> {
        vec![&mut self.train, &mut self.test]
    }

    fn valid(&self) -> Option<(&'static str, f64)> {
        Some(("valid_share", self.valid_share))
    }

    fn idle_test_share(&self) -> Option<f64> {
        idle_test_share(&self.test, self.test_share)
    }

    fn shorter(&self) -> Option<&'static str> {
        Some("task.longest to leave out the longest")
    }

    fn least(&self, _rows: usize) -> (NetShape, Batch) {
        let front = Front::Symbols {
            count: 3,
            width: self.d_embedding,
        };
        let head = Head::Writer(self.head(3));
        (NetShape { front, head }, Batch::of_one(1))
    }

    fn open(
        &self,
        seed: u64,
        _: bool,
        spec: Option<TransduceSpec>,
    ) -> Result<Opened<TransduceSpec>> {
        data::open(self, seed, spec)
    }

    fn test_on(&self, spec: &TransduceSpec, path: &Path, _: bool) -> Result<Box<dyn Task>> {
        data::test_on(self, spec, path)
    }

    fn adopt(own: TransduceSpec, earlier: TransduceSpec) -> Adopted<TransduceSpec> {
        if !own.source.reads_as(&earlier.source) {
            return Adopted::nothing(own);
        }
        Adopted {
            kept: Some("the symbols of both sides are those of that run; others are unknown"),
            front: true,
            head: true,
            spec: TransduceSpec {
                cut: own.cut,
                ..earlier
            },
        }
    }

    fn check(spec: &TransduceSpec) -> Result<(), String> {
        one_of_each("cut", spec.cut.classes(), 1, "kind of pairs")
    }

    fn shape(&self, spec: &TransduceSpec) -> NetShape {
        spec.shape(self)
    }

    fn meaning(&self, _: &TransduceSpec) -> Ends {
        Ends::plain(Taken::Each)
    }

    fn read_text(&self, spec: &TransduceSpec, text: &str, takes: Takes) -> Result<Reading> {
        symbols(&spec.source, text, self.longest, takes)
    }

    fn unread(&self, spec: &TransduceSpec, text: &str) -> Vec<String> {
        unread(&spec.source, [text], self.longest)
    }

    fn read_file(
        &self,
        spec: &TransduceSpec,
        path: &Path,
        row: usize,
        takes: Takes,
    ) -> Result<Reading> {
        let text = data::given(self, path)?.of(row, path)?;
        self.read_text(spec, &text, takes)
    }

    fn predict_text(&self, spec: &TransduceSpec, at: AtWork<'_>, text: &str) -> Result<Prediction> {
        if text.trim().is_empty() {
            return Err(empty("the text"));
        }
        let said = say(self, spec, at.net, &[text], at.device).swap_remove(0);
        Ok(said.prediction())
    }

    fn predict_file(
        &self,
        spec: &TransduceSpec,
        at: AtWork<'_>,
        path: &Path,
    ) -> Result<Predictions> {
        let Texts { rows, note } = data::given(self, path)?;
        at.holds(Batch {
            judged: rows.len().min(JUDGED),
            time: self.longest,
            each: true,
            ..Batch::default()
        })
        .map_err(|e| Error::mend(format!("{}: {e}", path.display())))?;
        let texts: Vec<&str> = rows.iter().map(|(_, text)| text.as_str()).collect();
        let said = say(self, spec, at.net, &texts, at.device);
        let mut notes = [vec![note], unread(&spec.source, texts, self.longest)].concat();
        let all = rows
            .iter()
            .zip(said)
            .map(|((row, _), said)| said.prediction().of_row(*row));
        let all: Vec<Predicted> = all.collect();
        let is_cut = |one: &&Predicted| matches!(one.prediction, Prediction::Text { unfinished, .. } if unfinished);
        let mut cut = all.iter().filter(is_cut).peekable();
        let first = cut.peek().and_then(|one| one.row);
        notes.extend(first.map(|first| {
            format!(
                "{}: of {} what is written breaks off at task.longest = {} symbols, the first of row {first}",
                path.display(),
                counted(cut.count(), "texts"),
                self.longest
            )
        }));
        Ok(Predictions { all, notes })
    }

    fn stream(&self, spec: &TransduceSpec, at: AtWork<'_>) -> Result<Box<dyn Lines>> {
        Ok(Box::new(stream::Sources {
            config: self.clone(),
            spec: spec.clone(),
            net: at.net.clone(),
            device: at.device.clone(),
        }))
    }
}
