//! A trained network at work: everything it needs is in the run's directory.

use crate::{
    config::{experiment::Experiment, plan::Plan},
    data::{
        columns::Columns,
        draw::{Draw, Purpose},
        reading::single,
        series::Series,
        series_set::SeriesSet,
        vocabulary::{Unit, Vocabulary},
    },
    error::{Error, Result},
    memory::{self, Batch},
    metric::{Baselines, Metric},
    model::net::{Net, NetStates},
    run::{begun::Begun, directory::RunDir},
    shell::quoted,
    tasks::{Part, Spec, Task, TaskConfig},
    train::trainer::load_weights,
};
use burn::tensor::{Device, Tensor, TensorData, activation::softmax};
use rekindle::Invalid;
use rekindle_view::Block;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A trained network and what it must know of its data.
pub struct Predictor {
    pub(crate) plan: Plan,
    pub(crate) spec: Spec,
    pub(crate) net: Net,
    pub(crate) device: Device,
}

/// The series that are classified at once.
const JUDGED: usize = 64;

/// The most symbols that are written at once.
const LONGEST: usize = 1 << 24;

/// How a language model writes.
#[derive(Clone, Debug)]
pub struct SampleOptions {
    /// The symbols to write.
    pub length: usize,
    /// What the logits are divided by: below 1 for safer, above 1 for bolder text; 0 takes the
    /// likeliest symbol every time.
    pub temperature: f64,
    /// Only the likeliest symbols are drawn from; all by default.
    pub top_k: Option<usize>,
    /// The text to go on from.
    pub prompt: String,
    /// What the draws follow from.
    pub seed: u64,
}

/// One prediction.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Prediction {
    /// The likeliest class, and the probability of every class.
    Class {
        /// Its name.
        class: String,
        /// Every class with its probability.
        probabilities: Vec<(String, f64)>,
    },
    /// The next values of a target column, the first first.
    Values {
        /// The column.
        column: String,
        /// Its next values.
        values: Vec<f64>,
    },
}

/// How a network does on a part of its data.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Its figures.
    pub metrics: Vec<Metric>,
    /// The same of predictors that learn nothing.
    pub baselines: Baselines,
    /// What is worth knowing of the data and the figures.
    pub notes: Vec<String>,
}

impl Predictor {
    /// Opens a run.
    ///
    /// # Errors
    ///
    /// If it is no run, was not trained to the end, or the device is not to be had.
    pub fn open(path: &Path, device: Option<&str>) -> Result<Self> {
        let run = RunDir::open(path)?;
        let unfinished = || {
            Error::mend(format!(
                "{} holds no weights; finish it with `rekindle train ... --resume --out {}`",
                path.display(),
                quoted(path)
            ))
        };
        if !run.has_begun()? {
            return Err(unfinished());
        }
        let Begun {
            plan,
            spec,
            manifest,
        } = Begun::read(&run)?;
        let Experiment {
            task,
            model,
            memory,
            ..
        } = plan.experiment();
        let shape = task.shape(&spec);
        let shape = shape.ok_or_else(|| Error::fault("a specification of another task"))?;
        shape
            .fits_inference(*memory, model, Batch::default())
            .map_err(|e| Error::mend(format!("{}: {e}", run.config().display())))?;
        let weights = manifest.content(&run, RunDir::WEIGHTS)?;
        let weights = weights.ok_or_else(unfinished)?;
        let device = plan.device(device)?.device;
        let net = Net::new(shape, &plan.experiment().model, &device)?;
        let net = load_weights(net, &weights, &run.weights().display().to_string())?;
        Ok(Predictor {
            plan,
            spec,
            net,
            device,
        })
    }

    /// The plan of a run.
    pub(crate) fn plan(path: &Path) -> Result<Plan> {
        let run = RunDir::open(path)?;
        run.has_begun()?;
        Plan::read(&run.config(), &[])
    }

    /// A network that has just been trained, on a device without autodiff.
    pub(crate) fn of(plan: Plan, spec: Spec, net: Net, device: Device) -> Self {
        Predictor {
            plan,
            spec,
            net,
            device,
        }
    }

    /// The files of the run's data.
    pub fn data_files(&self) -> Vec<PathBuf> {
        self.plan.files()
    }

    /// The run's data, as the network knows it.
    pub(crate) fn task(&self) -> Result<Box<dyn Task>> {
        self.plan.task(Some(self.spec.clone()))
    }

    /// What a report shows of the network at work.
    ///
    /// # Errors
    ///
    /// If a text cannot be written.
    pub(crate) fn exhibits(&self, task: &dyn Task) -> Result<Vec<Block>> {
        let mut blocks = task.exhibits(&self.net, &self.device);
        if let Spec::LanguageModel(_) = self.spec {
            for temperature in [0.5, 0.8] {
                let text = self.sample(&SampleOptions {
                    length: 400,
                    temperature,
                    top_k: None,
                    prompt: String::new(),
                    seed: 0,
                })?;
                let caption = format!("A sample at temperature {temperature}");
                blocks.push(Block::Verbatim(caption, text));
            }
        }
        Ok(blocks)
    }

    /// The figures on a part of the data, and those of predictors that learn nothing.
    ///
    /// # Errors
    ///
    /// If the data cannot be read any more, or has no such part.
    pub fn evaluate(&self, part: Part) -> Result<Figures> {
        let task = self.task()?;
        let found = task.evaluate(&self.net, part, &self.device);
        let found = found.ok_or_else(|| {
            let there = [Part::Train, Part::Valid, Part::Test];
            let there = there
                .into_iter()
                .filter(|&other| task.first_of(&[other]) == other);
            let there: Vec<&str> = there.map(Part::name).collect();
            Error::mend(format!(
                "the run's data has no {} part, and so no figure on it; there are: {}",
                part.name(),
                there.join(", ")
            ))
        })?;
        Ok(Figures {
            metrics: found.metrics,
            baselines: task.baselines(part),
            notes: task.notes(part),
        })
    }

    /// Writes text.
    ///
    /// # Errors
    ///
    /// If the run is no language model, or an option is out of range.
    pub fn sample(&self, options: &SampleOptions) -> Result<String> {
        let Spec::LanguageModel(spec) = &self.spec else {
            return Err(Error::mend(
                "only a language model writes samples; this run is of another task: try `rekindle predict`",
            ));
        };
        if !(options.temperature.is_finite() && options.temperature >= 0.0) {
            let t = options.temperature;
            return Err(Error::mend(format!("--temperature {t}: must be 0 or more")));
        }
        if options.length > LONGEST {
            return Err(Error::mend(format!(
                "--length {}: must be at most {LONGEST}; go on from what was written with --prompt",
                options.length
            )));
        }
        if options.top_k == Some(0) {
            return Err(Error::mend("--top-k 0: must be 1 or more"));
        }
        let mut written = spec.vocabulary.encode(&options.prompt);
        let start = written.len();
        // Without a prompt, the text begins as after a line's end.
        let mut feed = match written.is_empty() {
            true => vec![spec.vocabulary.index("\n")],
            false => written.clone(),
        };
        let mut states = None;
        for i in 0..options.length {
            let logits = self.next_logits(&feed, &mut states);
            let symbol = choose_symbol(&logits, options, i as u64);
            written.push(symbol);
            feed = vec![symbol];
        }
        let text = spec.vocabulary.decode(&written[start..]);
        Ok(join(&options.prompt, &text, &spec.vocabulary))
    }

    fn next_logits(&self, symbols: &[u32], states: &mut Option<NetStates>) -> Vec<f32> {
        let time = symbols.len();
        let symbols: Vec<i32> = symbols.iter().map(|&s| s as i32).collect();
        let symbols = Tensor::from_data(TensorData::new(symbols, [1, time]), &self.device);
        let (y, last) = self.net.read(self.net.embed(symbols), states.take());
        *states = Some(last);
        let last = y.narrow(1, time - 1, 1).squeeze_dim(1);
        self.net.output(last).into_data().iter::<f32>().collect()
    }

    /// The class of a text.
    ///
    /// # Errors
    ///
    /// If the run does not classify texts.
    pub fn predict_text(&self, text: &str) -> Result<Prediction> {
        let (TaskConfig::ClassifyText(config), Spec::ClassifyText(spec)) = self.kind() else {
            return Err(Error::mend(
                "only a text classifier takes --text; give this run a file with --input",
            ));
        };
        let symbols = config.encode(&spec.vocabulary, text);
        let logits = spec.logits(&self.net, config.pool, &[&symbols], &self.device);
        Ok(classes(logits, &spec.classes).swap_remove(0))
    }

    /// The predictions for a file: one a line of texts, one a series, or one a target column of
    /// the table that is continued.
    ///
    /// # Errors
    ///
    /// If the file does not fit the run.
    pub fn predict_file(&self, path: &Path) -> Result<Vec<Prediction>> {
        memory::file(self.plan.experiment().memory, path)
            .map_err(|e| Error::mend(e.to_string()))?;
        match self.kind() {
            (TaskConfig::ClassifyText(_), _) => {
                let text = crate::data::file::read_text(path)?;
                let lines = text.lines().filter(|line| !line.trim().is_empty());
                lines.map(|line| self.predict_text(line)).collect()
            }
            (TaskConfig::ClassifySeries(config), Spec::ClassifySeries(spec)) => {
                let takes_missing = self.plan.experiment().model.takes_missing();
                let mut series = SeriesSet::read_unlabelled(path, spec.channels, takes_missing)?;
                for one in &mut series {
                    spec.scaler.transform(&mut one.values);
                }
                let rows: Vec<&Series> = series.iter().collect();
                let batch = Batch {
                    judged: rows.len().min(JUDGED),
                    time: rows.iter().map(|series| series.steps).max().unwrap_or(0),
                    ..Batch::default()
                };
                self.holds(batch)
                    .map_err(|e| Error::mend(format!("{}: {e}", path.display())))?;
                let chunks = rows.chunks(JUDGED);
                Ok(chunks
                    .flat_map(|rows| {
                        let logits = spec.logits(&self.net, config.pool, rows, &self.device);
                        classes(logits, &spec.classes)
                    })
                    .collect())
            }
            (TaskConfig::Forecast(config), Spec::Forecast(spec)) => {
                let mut table = Columns::read(path, &spec.columns)?;
                if table.rows < config.window {
                    return Err(Error::mend(format!(
                        "{}: {} rows are fewer than the {} that a forecast looks back on",
                        path.display(),
                        table.rows,
                        config.window
                    )));
                }
                let columns = spec.columns.len();
                let window = &mut table.values[(table.rows - config.window) * columns..];
                let last = spec.targets_of(&window[(config.window - 1) * columns..]);
                spec.scaler.transform(window);
                let shape = [1, config.window, columns];
                let window =
                    Tensor::from_data(TensorData::new(single(window), shape), &self.device);
                let changes = spec.changes(&self.net, window).into_data();
                let changes: Vec<f32> = changes.iter::<f32>().collect();
                let values = spec.forecast(&last, &changes);
                let targets = spec.targets.len();
                Ok((0..targets)
                    .map(|t| Prediction::Values {
                        column: spec.columns[spec.targets[t]].clone(),
                        values: values.iter().copied().skip(t).step_by(targets).collect(),
                    })
                    .collect())
            }
            _ => Err(Error::mend(
                "this run's task predicts nothing for a file; a language model writes with `rekindle sample`",
            )),
        }
    }

    /// Checks that so much may be read at once.
    ///
    /// # Errors
    ///
    /// Names what is needed at least, and the limit.
    pub(crate) fn holds(&self, batch: Batch) -> Result<(), Invalid> {
        let Experiment {
            task,
            model,
            memory,
            ..
        } = self.plan.experiment();
        let shape = task.shape(&self.spec);
        shape.map_or(Ok(()), |shape| shape.fits_inference(*memory, model, batch))
    }

    fn kind(&self) -> (&TaskConfig, &Spec) {
        (&self.plan.experiment().task, &self.spec)
    }
}

fn classes(logits: Tensor<2>, names: &[String]) -> Vec<Prediction> {
    let all: Vec<f32> = softmax(logits, 1).into_data().iter::<f32>().collect();
    let row = |p: &[f32]| {
        let named = names.iter().cloned().zip(p.iter().map(|&p| f64::from(p)));
        let probabilities: Vec<(String, f64)> = named.collect();
        let best = probabilities.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        Prediction::Class {
            class: best.map(|b| b.0.clone()).unwrap_or_default(),
            probabilities,
        }
    };
    all.chunks(names.len()).map(row).collect()
}

/// A symbol drawn from the softmax of the logits; never the unknown one, which cannot be written.
fn choose_symbol(logits: &[f32], options: &SampleOptions, index: u64) -> u32 {
    let mut order: Vec<usize> = (1..logits.len()).collect();
    order.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
    if options.temperature == 0.0 {
        return order[0] as u32;
    }
    order.truncate(options.top_k.unwrap_or(usize::MAX));
    let highest = f64::from(logits[order[0]]);
    let weight = |&s: &usize| ((f64::from(logits[s]) - highest) / options.temperature).exp();
    let total: f64 = order.iter().map(weight).sum();
    let draw = Draw::new(Purpose::Sampling, options.seed, index).unit();
    let mut left = f64::from(draw) * total;
    for s in &order {
        left -= weight(s);
        if left <= 0.0 {
            return *s as u32;
        }
    }
    order[order.len() - 1] as u32
}

fn join(prompt: &str, text: &str, vocabulary: &Vocabulary) -> String {
    let space = match vocabulary.unit() {
        Unit::Word if !prompt.is_empty() && !prompt.ends_with(char::is_whitespace) => " ",
        _ => "",
    };
    format!("{prompt}{space}{text}")
}
