//! `rekindle convert`: weights from one format to another.

use std::path::{Path, PathBuf};

use burn::tensor::{DType, Device, TensorData};
use rekindle::{Activation, AnyCell, Recurrent, RecurrentConfig};
use rekindle_interop::formats::{self, Entry, numpy, safetensors};
use rekindle_interop::onnx::{self, Options};
use rekindle_interop::{Kind, WeightError, entry, keras, tensor_data};

use crate::{
    data::message::counted,
    device::{self, Preference},
    error::{Error, Result},
    layer_file::LayerFile,
    output::Output,
    tensors::Content,
};

/// What to convert.
#[derive(Clone, Debug)]
pub struct ConvertOptions {
    /// A file with weights, of any format that is read.
    pub source: PathBuf,
    /// The file to write; its ending says the format.
    pub to: PathBuf,
    /// Which of several recurrent modules is meant, where one is written.
    pub prefix: Option<String>,
    /// What a module of PyTorch's `nn.RNN` squashes by, which its weights do not say; `tanh` by default.
    pub nonlinearity: Option<Activation>,
    /// How a model is written.
    pub model: Options,
}

/// A format that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Named tensors, as PyTorch and others read them.
    Safetensors,
    /// NumPy's arrays.
    Npz,
    /// A model of ONNX.
    Onnx,
    /// The weights of a model of Keras'.
    Keras,
    /// A model of Keras 3, with its configuration.
    KerasModel,
    /// The layer itself, without its weights: what `rekindle apply` and the `[model]` of a config take.
    Layer,
}

impl Target {
    /// The format of a file's ending.
    ///
    /// # Errors
    ///
    /// If none that is written has it.
    pub fn of(path: &Path) -> Result<Self> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        match ending.unwrap_or_default() {
            "safetensors" => Ok(Target::Safetensors),
            "npz" => Ok(Target::Npz),
            "onnx" => Ok(Target::Onnx),
            "h5" => Ok(Target::Keras),
            "keras" => Ok(Target::KerasModel),
            "toml" => Ok(Target::Layer),
            "pt" | "pth" | "bin" => Err(Error::mend(format!(
                "{}: pickles are read and not written; write .safetensors, which PyTorch takes with load_state_dict(safetensors.torch.load_file(path))",
                path.display()
            ))),
            _ => Err(Error::mend(format!(
                "{}: the ending says the format; write .safetensors, .npz, .onnx, .keras, .weights.h5, or .toml for the layer without its weights",
                path.display()
            ))),
        }
    }
}

/// Converts a file of weights, and says what was written, a line each.
///
/// # Errors
///
/// If the source cannot be read, or holds what the target has no form for.
pub fn convert(options: &ConvertOptions) -> Result<Vec<String>> {
    let target = Target::of(&options.to)?;
    let output = Output::new("DST", &options.to)?.apart_from([&options.source])?;
    let content = Content::read(&options.source)?;
    let origin = options.source.display().to_string();
    let device = device::resolve(&Preference::One("cpu".into()), false)?.device;
    if !matches!(target, Target::Safetensors | Target::Npz) {
        let Module {
            layer,
            config,
            said,
        } = module(&content, &origin, options, &device)?;
        let unwritten = |error| Error::weights(&origin, error);
        let bytes = match target {
            Target::Onnx => {
                let model = onnx::export(&layer, &options.model).map_err(unwritten)?;
                let written = formats::onnx::write(&model);
                written.map_err(|error| Error::mend(format!("{origin}: {error}")))?
            }
            Target::KerasModel => keras::export_model(&layer).map_err(unwritten)?,
            Target::Layer => LayerFile::text(layer.d_input(), &config)?.into_bytes(),
            _ => keras::export(&layer).map_err(unwritten)?,
        };
        output.write(&bytes)?;
        let mut weights = rekindle_interop::named_tensors(&layer).into_iter();
        let wide = weights.any(|(_, data)| data.dtype() == DType::F64);
        let rounded = (wide && target == Target::Onnx)
            .then(|| "weights of f64 are rounded to f32".to_owned());
        return Ok([said].into_iter().chain(rounded).collect());
    }
    if options.nonlinearity.is_some() {
        return Err(Error::mend(
            "--nonlinearity says what a module computes that becomes a model; .safetensors and .npz hold tensors alone",
        ));
    }
    if options.prefix.is_some() {
        return Err(Error::mend(
            "--prefix chooses the module that becomes a model; all tensors of a file go into .safetensors and .npz",
        ));
    }
    let (named, said) = named(&content, &origin, &device)?;
    let entries: Vec<(&str, Entry<'_>)> = named
        .iter()
        .map(|(name, data)| (name.as_str(), entry(data).expect("a type of files")))
        .collect();
    let written = match target {
        Target::Npz => numpy::write(&entries),
        _ => safetensors::write(&entries, &[]),
    };
    let written = written.map_err(|error| Error::mend(format!("{origin}: {error}")));
    output.write(&written?)?;
    Ok(said)
}

/// Tensors by their names.
type Named = Vec<(String, TensorData)>;

/// The tensors of a file, those of a model's recurrent operators and layers by PyTorch's names, and what is said of them.
fn named(content: &Content, origin: &str, device: &Device) -> Result<(Named, Vec<String>)> {
    let mut said = Vec::new();
    let mut named = Named::new();
    let mut used = Vec::new();
    let mend = |error: WeightError| Error::weights(origin, error);
    if let Some(model) = content.keras()? {
        for found in keras::find(&model) {
            said.push(found.to_string());
            let layer = found.config.blank(found.d_input, device);
            let (layer, taken) = keras::take(layer, &model, Some(&found.name)).map_err(mend)?;
            used.extend(taken.names);
            let weights = rekindle_interop::export(&layer).into_iter();
            named.extend(weights.map(|(name, data)| (format!("{}.{name}", found.name), data)));
        }
    }
    if let Some(model) = content.model()? {
        for found in onnx::find(&model) {
            let found = found.map_err(mend)?;
            said.push(found.to_string());
            used.extend(found.tensors());
            let prefix = found.names()[0].to_owned();
            let weights = found.weights().map_err(mend)?.into_iter();
            named.extend(weights.map(|(name, data)| (format!("{prefix}.{name}"), data)));
        }
    }
    let tensors = content.tensors()?;
    let others = tensors
        .iter()
        .filter(|(name, _)| !used.iter().any(|used| used == name));
    for (name, entry) in others {
        let data = tensor_data(entry);
        let data = data.map_err(|error| Error::mend(format!("{origin}: {name}: {error}")))?;
        named.push((name.to_owned(), data));
    }
    said.push(counted(named.len(), "tensors"));
    Ok((named, said))
}

/// A recurrent module of a file.
struct Module {
    layer: Recurrent<AnyCell>,
    config: RecurrentConfig,
    /// What is said of it.
    said: String,
}

/// The only recurrent module of a file, or that behind a prefix.
fn module(
    content: &Content,
    origin: &str,
    options: &ConvertOptions,
    device: &Device,
) -> Result<Module> {
    let prefix = options.prefix.as_deref();
    let mend = |error: WeightError| Error::weights(origin, error);
    let (model, layers) = (content.model()?, content.keras()?);
    if options.nonlinearity.is_some() && (model.is_some() || layers.is_some()) {
        return Err(Error::mend(format!(
            "{origin}: --nonlinearity is for weights of PyTorch's nn.RNN; this file says its own"
        )));
    }
    if let Some(model) = model {
        let all = onnx::find(&model).into_iter();
        let all = all.collect::<std::result::Result<Vec<_>, _>>();
        let named = all.map_err(mend)?.into_iter();
        let named = named.map(|found| (found.names()[0].to_owned(), found));
        let found = only(named.collect(), &[], prefix, origin)?;
        if found.is_reversed() {
            return Err(Error::mend(format!(
                "{origin}: {} reads from the end only, which a layer that is written does not: convert to .safetensors or .npz, and reverse \
                 what goes in and what comes out",
                found.names()[0]
            )));
        }
        return Ok(Module {
            layer: found.load(device).map_err(mend)?,
            config: found.config().clone(),
            said: found.to_string(),
        });
    }
    if let Some(model) = layers {
        let named = keras::find(&model).into_iter();
        let named = named.map(|found| (found.name.clone(), found));
        let found = only(named.collect(), &keras::left(&model), prefix, origin)?;
        return Ok(Module {
            layer: found.load(&model, device).map_err(mend)?,
            said: found.to_string(),
            config: found.config,
        });
    }
    let tensors = content.tensors()?;
    let all = rekindle_interop::find(&tensors).into_iter();
    let named = all.map(|found| (found.prefix.trim_end_matches('.').to_owned(), found));
    let mut found = only(named.collect(), &[], prefix, origin)?;
    if options.nonlinearity.is_some() && found.kind != Kind::Rnn {
        return Err(Error::mend(format!(
            "{origin}: --nonlinearity is for an nn.RNN, but this is {found}"
        )));
    }
    found.activation = options.nonlinearity;
    Ok(Module {
        layer: found.load(&tensors, device).map_err(mend)?,
        config: found.config(),
        said: found.to_string(),
    })
}

/// The only one of some modules, or that of a name. Of those that no layer here is, it is said what they are.
fn only<M: ToString>(
    all: Vec<(String, M)>,
    others: &[String],
    prefix: Option<&str>,
    origin: &str,
) -> Result<M> {
    let prefix = prefix.map(|prefix| prefix.trim_end_matches('.'));
    let said = all.iter().map(|(_, module)| module.to_string());
    let said: Vec<String> = said.chain(others.iter().cloned()).collect();
    let all = all.into_iter();
    let meant = all.filter(|(name, _)| prefix.is_none_or(|prefix| name == prefix));
    let mut meant: Vec<M> = meant.map(|(_, module)| module).collect();
    let what = match (meant.len(), prefix) {
        (1, _) => return Ok(meant.remove(0)),
        (0, _) if said.is_empty() => {
            return Err(Error::mend(format!(
                "{origin}: it holds no recurrent module that can be told by names and shapes"
            )));
        }
        (0, Some(prefix)) => {
            format!("{origin}: it holds no recurrent module at `{prefix}`; there are")
        }
        (0, None) => format!("{origin}: it holds no recurrent module that a layer here is"),
        _ => format!("{origin}: it holds several recurrent modules; say which by --prefix"),
    };
    Err(Error::Several { what, faults: said })
}
