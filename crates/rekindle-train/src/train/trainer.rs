//! A network in training: everything that a checkpoint holds.

use crate::{
    config::{plan::Plan, training::Average},
    error::{Error, Result},
    model::net::Net,
    run::checkpoint::{self, Checkpoint},
    tasks::task::{At, Carry, Task},
    tensors,
    train::{
        accumulate::{Learned, learn},
        average,
        frozen::Frozen,
        gradients,
        interval::{Interval, Update},
        kept::Evaluations,
        optimizer::optimizer,
        trigger::Trigger,
        update_ratio::update_ratio,
    },
};
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::ModuleOptimizer;
use burn::store::ModuleRecord;
use burn::tensor::{Bytes, Device, Tensor};
use rekindle_interop::{load_named, named_tensors};
use serde::{Deserialize, Serialize};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

/// A network, its optimizer, and what one update hands to the next.
///
/// Everything random (the order of the data, dropout) is a function of the seed and the number of
/// the update, so that nothing else needs to be kept to go on exactly where a run stopped.
pub(crate) struct Trainer {
    pub(crate) net: Net,
    optimizer: ModuleOptimizer,
    /// The running average of the weights, without gradients, where one is taken.
    average: Option<Net>,
    frozen: Frozen,
    carry: Carry,
    pub(crate) tally: Tally,
    /// The best weights so far, as a safetensors file; empty where nothing was evaluated.
    pub(crate) best: Vec<u8>,
}

/// The numbers that a checkpoint holds beside the tensors. They are written as TOML, which gives every float back as it
/// was, infinities and NaN included.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// Updates made.
    pub(crate) step: u64,
    /// The evaluations on the validation part.
    pub(crate) evaluations: Evaluations,
    /// When averaging begins, where that waits for it.
    #[serde(default)]
    pub(crate) trigger: Trigger,
    /// Seconds of training so far.
    pub(crate) seconds: f64,
    /// The updates since the last report.
    pub(crate) interval: Interval,
}

const NET: &str = "net.bpk";
const OPTIMIZER: &str = "optimizer.bpk";
const AVERAGE: &str = "average.safetensors";
const CARRY: &str = "carry.safetensors";
const BEST: &str = "best.safetensors";
const TALLY: &str = "tally.toml";

fn defect(what: &str, error: impl std::fmt::Display) -> Error {
    Error::fault(format!("{what}: {error}"))
}

impl Trainer {
    /// A fresh network on a device that differentiates.
    pub(crate) fn new(task: &dyn Task, plan: &Plan, device: &Device) -> Result<Self> {
        let train = &plan.experiment().train;
        let net = fresh(task, plan, device)?;
        Ok(Trainer {
            frozen: Frozen::of(&net, &train.frozen)?,
            average: (train.average == Average::Ema).then(|| net.valid()),
            net,
            optimizer: optimizer(train),
            carry: None,
            tally: Tally::default(),
            best: Vec::new(),
        })
    }

    /// Begins as another network of the same parameters, before any update.
    pub(crate) fn begin_as(&mut self, net: Net) {
        if let Some(average) = &mut self.average {
            *average = net.valid();
        }
        self.net = net;
    }

    /// One update; `measured` tells how far it moved the weights.
    pub(crate) fn update(
        &mut self,
        task: &dyn Task,
        plan: &Plan,
        device: &Device,
        measured: bool,
    ) -> Update {
        let (seed, train) = (plan.experiment().seed, &plan.experiment().train);
        let at = At {
            step: self.tally.step,
            ..plan.experiment().first(device)
        };
        device.seed(seed ^ (at.step + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let lesson = task.lesson(&at);
        let mut update = Update {
            loss: f64::NAN,
            norm: f64::NAN,
            ratio: None,
            units: lesson.units,
        };
        let carry = self.carry.take();
        let Learned {
            loss,
            gradients: mut grads,
            carry,
        } = learn(task, &self.net, lesson, train.batch, carry, &at);
        update.loss = loss;
        if !loss.is_finite() {
            return update;
        }
        self.frozen.release(&self.net, &mut grads);
        update.norm = gradients::clip(&self.net, &mut grads, train.clip);
        if update.norm.is_finite() {
            let rate = train.rate_at(at.step, self.tally.evaluations.plateaus());
            let before = measured.then(|| self.net.clone());
            self.net = self.optimizer.step(rate, self.net.clone(), grads);
            update.ratio = before.map(|before| update_ratio(&before, &self.net));
            let stays = match self.tally.trigger.began() {
                // The weights behind which it began are among those that are averaged.
                Some(began) => average::mean(at.step + 1 - began),
                None => average::exponential(train.average_decay, at.step),
            };
            self.average = (self.average.take())
                .map(|average| average::moved(average, &self.net.valid(), stays));
            self.carry = carry;
            self.tally.step += 1;
        }
        update
    }

    /// From here on the weights of all updates are averaged, those of now among them.
    pub(crate) fn begin_average(&mut self) {
        self.average = Some(self.net.valid());
    }

    /// The network that is judged and kept, without gradients: that of the averaged weights, where they are averaged.
    pub(crate) fn judged(&self) -> Net {
        self.average.clone().unwrap_or_else(|| self.net.valid())
    }

    /// The weights of [`Trainer::judged`] as a safetensors file.
    pub(crate) fn weights(&self) -> Result<Vec<u8>> {
        tensors::to_bytes(&named_tensors(&self.judged()), &[])
    }

    /// Writes a checkpoint.
    pub(crate) fn save(&self, dir: &Path, keep: usize) -> Result<PathBuf> {
        let record = self.net.clone().into_record().into_bytes();
        let net = record.map_err(|e| defect("the network cannot be recorded", e))?;
        let optimizer = self.optimizer.into_bytes();
        let optimizer = optimizer.map_err(|e| defect("the optimizer cannot be recorded", e))?;
        let carry = self.carry.iter().flatten().enumerate();
        let carry: Vec<_> = carry.map(|(i, t)| (i.to_string(), t.to_data())).collect();
        let tally = toml::to_string(&self.tally);
        let mut blobs = vec![
            (NET, net.to_vec()),
            (OPTIMIZER, optimizer.to_vec()),
            (CARRY, tensors::to_bytes(&carry, &[])?),
            (BEST, self.best.clone()),
            (
                TALLY,
                tally
                    .map_err(|e| defect("the tally cannot be recorded", e))?
                    .into_bytes(),
            ),
        ];
        if self.average.is_some() {
            blobs.push((AVERAGE, self.weights()?));
        }
        checkpoint::save(dir, self.tally.step, &blobs, keep)
    }

    /// Goes on from a checkpoint.
    pub(crate) fn restore(&mut self, path: &Path, device: &Device) -> Result<()> {
        let Checkpoint { mut blobs, .. } = checkpoint::load(path)?;
        let mut take = |name: &str| {
            blobs.remove(name).ok_or_else(|| {
                Error::mend(format!(
                    "{}: it holds no {name}; remove the directory",
                    path.display()
                ))
            })
        };
        let net = Weights::Record(take(NET)?);
        self.net = net.load(self.net.clone(), &format!("{}/{NET}", path.display()))?;
        let bytes = Bytes::from_bytes_vec(take(OPTIMIZER)?);
        // Burn reads an optimizer's state on its default device, which panics where a GPU backend
        // is compiled in and there is no GPU.
        let optimizer = self.optimizer.clone();
        let read = catch_unwind(AssertUnwindSafe(|| optimizer.from_bytes(bytes)));
        let read = read.map_err(|_| {
            Error::mend(
                "Burn's default device cannot be used to read the optimizer's state;\n\
                 set the environment variable BURN_DEVICE=flex and run with --resume again",
            )
        })?;
        self.optimizer = read.map_err(|e| defect(&format!("{}/{OPTIMIZER}", path.display()), e))?;
        let tally = toml::from_slice(&take(TALLY)?);
        self.tally = tally.map_err(|e| defect(&format!("{}/{TALLY}", path.display()), e))?;
        if self.tally.trigger.began().is_some() {
            self.begin_average();
        }
        if let Some(average) = self.average.take() {
            self.average = Some(load_weights(average, &take(AVERAGE)?, AVERAGE)?);
        }
        let mut carry =
            tensors::from_bytes(&take(CARRY)?, &path.join(CARRY).display().to_string())?;
        let parts: Vec<Tensor<2>> = (0..carry.len())
            .filter_map(|i| carry.remove(&i.to_string()))
            .map(|data| Tensor::from_data(data, device))
            .collect();
        self.carry = (!parts.is_empty()).then_some(parts);
        self.best = take(BEST)?;
        Ok(())
    }

    /// Lets the evaluations begin anew, as if there had been none.
    pub(crate) fn forget_evaluations(&mut self) {
        self.tally.evaluations = Evaluations::default();
        self.tally.trigger.forget();
        self.best.clear();
    }

    /// The network that is handed on: with the best weights, without gradients.
    pub(crate) fn finished(&self) -> Result<Net> {
        let net = self.judged();
        match self.best.is_empty() {
            true => Ok(net),
            false => load_weights(net, &self.best, BEST),
        }
    }
}

/// Weights as they are stored.
pub(crate) enum Weights {
    /// By the tensors' names.
    Named(Vec<u8>),
    /// As a record of Burn's.
    Record(Vec<u8>),
}

impl Weights {
    /// A network with them; `origin` names them in errors.
    pub(crate) fn load(self, net: Net, origin: &str) -> Result<Net> {
        match self {
            Weights::Named(bytes) => load_weights(net, &bytes, origin),
            Weights::Record(bytes) => {
                let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(bytes));
                let loaded = record.and_then(|record| net.try_load_record(record));
                loaded.map_err(|e| defect(origin, e))
            }
        }
    }
}

/// The weights that a run would be left with which ended at a checkpoint: the best so far, or the last, averaged where the run does so.
pub(crate) fn kept(path: &Path) -> Result<Weights> {
    let Checkpoint { mut blobs, .. } = checkpoint::load(path)?;
    let best = blobs.remove(BEST).filter(|best| !best.is_empty());
    let named = best.or_else(|| blobs.remove(AVERAGE));
    match (named, blobs.remove(NET)) {
        (Some(named), _) => Ok(Weights::Named(named)),
        (None, Some(record)) => Ok(Weights::Record(record)),
        (None, None) => Err(Error::mend(format!(
            "{}: it holds no {NET}; remove the directory",
            path.display()
        ))),
    }
}

/// The network that a training run begins with, on a device that differentiates.
pub(crate) fn fresh(task: &dyn Task, plan: &Plan, device: &Device) -> Result<Net> {
    let experiment = plan.experiment();
    let batch = task.batch(experiment.train.batch);
    let fits = experiment.fits_memory(task.shape(), batch);
    fits.map_err(|e| Error::mend(e.to_string()))?;
    let origin = origin(device);
    origin.seed(experiment.seed);
    let net = Net::new(task.shape(), &experiment.model, &origin)?;
    net.visit(&mut DrawNow);
    Ok(net.fork(device))
}

/// Burn draws some parameters only when they are first used, on the device where they are then.
struct DrawNow;

impl ModuleVisitor for DrawNow {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let _drawn = param.val();
    }
}

/// Where parameters are drawn: every backend has its own random numbers, so that a run begins with
/// those of Flex wherever it is compiled in, and with the same weights on every device.
fn origin(device: &Device) -> Device {
    #[cfg(feature = "flex")]
    let device = {
        let _ = device;
        &Device::flex().autodiff()
    };
    device.clone()
}

/// A network with the weights of a safetensors file.
pub(crate) fn load_weights(net: Net, bytes: &[u8], origin: &str) -> Result<Net> {
    let weights = tensors::weights(bytes, origin)?;
    load_named(net, &weights).map_err(|e| Error::mend(format!("{origin}: {e}")))
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;

    /// The network of a config with these keys of `[train]` after three updates, and the norms of their gradients. It begins with
    /// the weights of `first`, which the first call draws: Burn has one random generator a process, and other tests draw from it.
    fn after_three(dir: &Path, train: &str, first: &mut Option<Net>) -> (Vec<f32>, Vec<f64>) {
        let config = dir.join("run.toml");
        let words = format!(
            "device = \"flex\"\n[task]\nkind = \"language_model\"\nfile = \"text.txt\"\nwindow = 4\n\
             [model.cell]\nkind = \"gru\"\nd_hidden = 5\n[train]\nsteps = 3\noptimizer = \"sgd\"\n{train}\n"
        );
        std::fs::write(&config, words).expect("written");
        let plan = Plan::fresh(&config, &[]).expect("a plan");
        let experiment = plan.experiment();
        let opened = experiment.task.open(experiment.seed, false, None);
        let task = opened.expect("opens").task;
        let device = Device::flex().autodiff();
        let mut trainer = Trainer::new(task.as_ref(), &plan, &device).expect("a network");
        trainer.net = first.get_or_insert_with(|| trainer.net.clone()).clone();
        let norms = (0..3).map(|_| trainer.update(task.as_ref(), &plan, &device, false).norm);
        let norms = norms.collect();
        let weights = named_tensors(&trainer.net.valid()).into_iter();
        let numbers = weights.flat_map(|(_, data)| data.iter::<f32>().collect::<Vec<_>>());
        (numbers.collect(), norms)
    }

    #[test]
    fn accumulated_batches_have_the_gradient_of_one_as_large() {
        let dir = tempfile::tempdir().expect("a directory");
        let text = "the quick brown fox jumps over the lazy dog ".repeat(9);
        std::fs::write(dir.path().join("text.txt"), text).expect("written");
        let mut first = None;
        let (whole, norms) = after_three(dir.path(), "batch = 5", &mut first);
        let (parts, parted) = after_three(dir.path(), "batch = 1\naccumulate = 5", &mut first);
        let (other, _) = after_three(dir.path(), "batch = 1", &mut first);
        let apart = |a: &[f32], b: &[f32]| {
            let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
            differences.fold(0.0, f32::max)
        };
        assert!(apart(&whole, &parts) < 1e-6, "{}", apart(&whole, &parts));
        assert!(apart(&whole, &other) > 1e-4, "{}", apart(&whole, &other));
        for (whole, parted) in norms.iter().zip(parted) {
            assert!((whole - parted).abs() < 1e-5 * whole, "{whole} {parted}");
        }
    }

    #[test]
    fn an_update_goes_on_from_the_states_of_the_one_before() {
        let dir = tempfile::tempdir().expect("a directory");
        let [text, config] = ["text.txt", "run.toml"].map(|name| dir.path().join(name));
        std::fs::write(&text, "the quick brown fox ".repeat(20)).expect("written");
        let words = format!(
            "device = \"flex\"\n[task]\nkind = \"language_model\"\nfile = {text:?}\nwindow = 4\n\
             [model.cell]\nkind = \"gru\"\nd_hidden = 5\n[train]\nsteps = 3\nbatch = 2\n"
        );
        std::fs::write(&config, words).expect("written");
        let plan = Plan::fresh(&config, &[]).expect("a plan");
        let experiment = plan.experiment();
        let opened = experiment.task.open(experiment.seed, false, None);
        let task = opened.expect("opens").task;
        let device = Device::flex().autodiff();
        let mut trainer = Trainer::new(task.as_ref(), &plan, &device).expect("a network");
        trainer.update(task.as_ref(), &plan, &device, false);
        let loss = |carry: Carry| {
            let at = At {
                step: 1,
                batch: experiment.train.batch,
                seed: experiment.seed,
                smoothing: 0.0,
                bucketing: 0,
                device: device.clone(),
            };
            let loss = task.loss(&trainer.net, &at, carry).value;
            f64::from(loss.into_scalar::<f32>())
        };
        let (carried, afresh) = (loss(trainer.carry.clone()), loss(None));
        assert_ne!(carried, afresh);
        let second = trainer.update(task.as_ref(), &plan, &device, false);
        assert_eq!(second.loss, carried);
    }
}
