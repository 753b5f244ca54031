//! What a run is fine-tuned from: another run, or a file of weights.

use crate::{
    config::plan::Plan,
    error::{Error, Result},
    model::{body::Body, net::Net, written::pytorch_name},
    predict::predictor::{Predictor, unfinished},
    run::{begun::Begun, directory::RunDir},
    tasks::list::{Adopted, Spec},
    tensors::{self, Content},
    train::watch::Watch,
};
use burn::tensor::{Device, Tensor, TensorData};
use rekindle_interop::{load_named, named_tensors};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Weights, and what they mean where that is known.
pub(crate) struct Source {
    path: PathBuf,
    held: Held,
    /// What is to be said of a run that was not trained to its end.
    unfinished: Option<String>,
}

/// Where weights are.
enum Held {
    /// In a run, by their names; and what its network knew of its data.
    Run(BTreeMap<String, TensorData>, Box<Spec>),
    /// In a file, by the names that those of a run have or by those of another framework; which layers of several are meant.
    File(Content, Option<String>),
}

/// Which ends of the network mean what they meant.
#[derive(Clone, Copy)]
pub(crate) struct Ends {
    front: bool,
    head: bool,
}

impl Source {
    /// Opens a run, one that was stopped with the weights of its last checkpoint, on `device` or its own, or a file with weights by the names that those of a run have, or with those of the
    /// recurrent layers alone as another framework has them: those of a prefix, if there is one.
    ///
    /// # Errors
    ///
    /// If it is neither, or holds no weights.
    pub(crate) fn open(path: &Path, prefix: Option<&str>, device: Option<&str>) -> Result<Source> {
        let mut said = None;
        let held = match (path.is_dir(), prefix) {
            (false, _) => Held::File(Content::read(path)?, prefix.map(str::to_owned)),
            (true, Some(_)) => {
                return Err(Error::mend(format!(
                    "--prefix chooses layers of a file, and {} is a run, whose layers are all taken; leave it out",
                    path.display()
                )));
            }
            (true, None) => {
                let run = RunDir::open(path)?;
                let whole = match run.has_begun()? {
                    true => {
                        let Begun { spec, manifest, .. } = Begun::read(&run)?;
                        let weights = manifest.content(&run, RunDir::WEIGHTS)?;
                        weights.map(|weights| (weights, spec))
                    }
                    false => None,
                };
                let (weights, spec) = match whole {
                    Some((weights, spec)) => {
                        let origin = run.weights().display().to_string();
                        (tensors::weights(&weights, &origin)?, spec)
                    }
                    None => {
                        let Predictor { net, spec, .. } = Predictor::open(path, device)?;
                        said = unfinished(path)?;
                        (named_tensors(&net).into_iter().collect(), spec)
                    }
                };
                Held::Run(weights, Box::new(spec))
            }
        };
        let path = path.to_owned();
        Ok(Source {
            path,
            held,
            unfinished: said,
        })
    }

    /// What the new run knows of its data: the source's vocabulary, classes and scales where they fit these data.
    pub(crate) fn adopt(&self, plan: &Plan, watch: &mut dyn Watch) -> Result<(Option<Spec>, Ends)> {
        let at = self.path.display();
        let Held::Run(_, earlier) = &self.held else {
            let ends = Ends {
                front: true,
                head: true,
            };
            return Ok((None, ends));
        };
        self.unfinished.iter().for_each(|said| watch.note(said));
        let own = plan.open(None)?.spec;
        let Some(Adopted {
            spec,
            kept,
            front,
            head,
        }) = own.adopt(earlier.as_ref().clone())
        else {
            watch.note(&format!(
                "{at} is of another task: its layers alone are taken"
            ));
            let ends = Ends {
                front: false,
                head: false,
            };
            return Ok((None, ends));
        };
        if let Some(kept) = kept {
            watch.note(&format!("from {at}: {kept}"));
        }
        Ok((Some(spec), Ends { front, head }))
    }

    /// A fresh network with the weights that fit, by their names; says which do not.
    ///
    /// # Errors
    ///
    /// If none does.
    pub(crate) fn begin(&self, net: Net, ends: Ends, watch: &mut dyn Watch) -> Result<Net> {
        let at = self.path.display();
        let own = named_tensors(&net);
        let read;
        let weights = match &self.held {
            Held::Run(weights, _) => weights,
            Held::File(content, prefix) => {
                read = match prefix {
                    None if holds(content, &own)? => content.numbers()?,
                    prefix => foreign(content, prefix.as_deref(), &net, &own, watch)?,
                };
                if read.keys().any(|name| !is_recurrent(name)) {
                    watch.note(&format!(
                        "{at} does not say which symbols and classes its weights are for: they are taken for those of this task"
                    ));
                }
                &read
            }
        };
        let (mut all, mut taken) = (BTreeMap::new(), 0);
        for (name, fresh) in own {
            let means = match name.split('.').next() {
                Some("embedding" | "letters" | "input") => ends.front,
                Some("recurrent") => true,
                _ => ends.head,
            };
            let there = weights.get(&name);
            let shape = fresh.shape().to_vec();
            let left = match there {
                None => Some(format!("{at} has none of this name")),
                Some(there) if there.shape().to_vec() != shape => {
                    Some(format!("in {at} it is {:?}", there.shape().to_vec()))
                }
                Some(_) if !means => Some(format!(
                    "that of {at} is for other symbols, classes or columns"
                )),
                Some(_) => None,
            };
            let data = match (left, there) {
                (None, Some(there)) => {
                    taken += 1;
                    there.clone()
                }
                (left, _) => {
                    let why = left.unwrap_or_default();
                    watch.note(&format!("begins afresh: {name} {shape:?}: {why}"));
                    fresh
                }
            };
            all.insert(name, data);
        }
        for (name, there) in weights.iter().filter(|(name, _)| !all.contains_key(*name)) {
            let shape = there.shape().to_vec();
            watch.note(&format!(
                "not taken: {name} {shape:?}: this network has none of this name"
            ));
        }
        if taken == 0 {
            return Err(Error::mend(format!(
                "{at}: none of its weights fits this network; give [model] the layers, cell and widths of that run"
            )));
        }
        watch.note(&format!("from {at}: {taken} of {} weights", all.len()));
        load_named(net, &all).map_err(|error| Error::weights(&at.to_string(), error))
    }
}

/// Whether a weight is one of the recurrent layers.
fn is_recurrent(name: &str) -> bool {
    name.starts_with("recurrent.")
}

/// Whether a file has one of the recurrent layers' weights by its name in a network.
fn holds(content: &Content, own: &[(String, TensorData)]) -> Result<bool> {
    // A model's weights have the names of another framework.
    if content.model()?.is_some() {
        return Ok(false);
    }
    let tensors = content.tensors()?;
    let mut layers = own.iter().filter(|(name, _)| is_recurrent(name));
    Ok(layers.any(|(name, _)| tensors.get(name).is_some()))
}

/// The weights of the recurrent layers or of the blocks, by the names that a run's have, of a file in which they have those of another
/// framework; and of a run that was written by PyTorch's names those beside them.
fn foreign(
    content: &Content,
    prefix: Option<&str>,
    net: &Net,
    own: &[(String, TensorData)],
    watch: &mut dyn Watch,
) -> Result<BTreeMap<String, TensorData>> {
    let (named, taken) = match net.body() {
        Body::Blocks(blocks) => {
            let (blocks, taken) = content.take_network(blocks.clone(), prefix)?;
            (named_tensors(&blocks), taken)
        }
        _ => {
            let (layers, taken) = content.take(net.recurrent()?.clone(), prefix)?;
            (named_tensors(&layers), taken)
        }
    };
    watch.note(&taken.to_string());
    let mut weights: BTreeMap<String, TensorData> = named
        .into_iter()
        .map(|(name, data)| (format!("recurrent.{name}"), data))
        .collect();
    if taken.prefix == "recurrent." {
        let mut theirs = content.numbers()?;
        for (name, _) in own.iter().filter(|(name, _)| !is_recurrent(name)) {
            let known = pytorch_name(name);
            let there =
                known.and_then(|(theirs_name, turned)| Some((theirs.remove(theirs_name)?, turned)));
            match there {
                Some((data, true)) if data.shape().rank() == 2 => {
                    let options = (&Device::flex(), data.dtype());
                    let turned = Tensor::<2>::from_data(data, options).transpose();
                    weights.insert(name.clone(), turned.into_data());
                }
                Some((data, _)) => {
                    weights.insert(name.clone(), data);
                }
                None => {}
            }
        }
    }
    Ok(weights)
}
