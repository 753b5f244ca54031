//! `rekindle convert`: weights from one format to another.

use std::path::{Path, PathBuf};

use burn::tensor::{DType, Device, TensorData};
use rekindle::{Activation, AnyCell, Recurrent, RecurrentConfig};
use rekindle_interop::formats::{self, Entry, FormatError, numpy, safetensors};
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
    let mend = |error: String| Error::mend(format!("{}: {error}", options.source.display()));
    let device = device::resolve(&Preference::One("cpu".into()), false)?.device;
    if !matches!(target, Target::Safetensors | Target::Npz) {
        let found = module(&content, options, &device);
        let Module {
            layer,
            config,
            said,
        } = found.map_err(mend)?;
        let unwritten = |error: WeightError| mend(error.to_string());
        let bytes = match target {
            Target::Onnx => {
                let model = onnx::export(&layer, &options.model).map_err(unwritten)?;
                formats::onnx::write(&model).map_err(|error| mend(error.to_string()))?
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
    let (named, said) = named(&content, &device)?;
    let entries: Vec<(&str, Entry<'_>)> = named
        .iter()
        .map(|(name, data)| (name.as_str(), entry(data).expect("a type of files")))
        .collect();
    let written = match target {
        Target::Npz => numpy::write(&entries),
        _ => safetensors::write(&entries, &[]),
    };
    output.write(&written.map_err(|error: FormatError| mend(error.to_string()))?)?;
    Ok(said)
}

/// Tensors by their names.
type Named = Vec<(String, TensorData)>;

/// The tensors of a file, those of a model's recurrent operators and layers by PyTorch's names, and what is said of them.
fn named(content: &Content, device: &Device) -> Result<(Named, Vec<String>)> {
    let mut said = Vec::new();
    let mut named = Named::new();
    let mut used = Vec::new();
    let mend = |error: WeightError| Error::mend(error.to_string());
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
        let data = tensor_data(entry).map_err(|error| Error::mend(format!("{name}: {error}")))?;
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
    options: &ConvertOptions,
    device: &Device,
) -> std::result::Result<Module, String> {
    let text = |error: Error| error.to_string();
    let prefix = options.prefix.as_deref();
    let says = options.nonlinearity.is_some()
        && (content.model().map_err(text)?.is_some() || content.keras().map_err(text)?.is_some());
    if says {
        return Err(
            "--nonlinearity is for weights of PyTorch's nn.RNN; this file says its own".into(),
        );
    }
    if let Some(model) = content.model().map_err(text)? {
        let all = onnx::find(&model).into_iter();
        let all: std::result::Result<Vec<_>, _> = all.collect();
        let all = all.map_err(|error| error.to_string())?;
        let named = all
            .into_iter()
            .map(|found| (found.names()[0].to_owned(), found));
        let found = only(named.collect(), prefix)?;
        if found.is_reversed() {
            return Err(format!(
                "{} reads from the end only, which a layer that is written does not: convert to .safetensors or .npz, and reverse what \
                 goes in and what comes out",
                found.names()[0]
            ));
        }
        return Ok(Module {
            layer: found.load(device).map_err(|error| error.to_string())?,
            config: found.config().clone(),
            said: found.to_string(),
        });
    }
    if let Some(model) = content.keras().map_err(text)? {
        let named = keras::find(&model).into_iter();
        let found = only(
            named.map(|found| (found.name.clone(), found)).collect(),
            prefix,
        )?;
        let layer = found.load(&model, device);
        return Ok(Module {
            layer: layer.map_err(|error| error.to_string())?,
            said: found.to_string(),
            config: found.config,
        });
    }
    let tensors = content.tensors().map_err(text)?;
    let all = rekindle_interop::find(&tensors).into_iter();
    let named = all.map(|found| (found.prefix.trim_end_matches('.').to_owned(), found));
    let mut found = only(named.collect(), prefix)?;
    if options.nonlinearity.is_some() && found.kind != Kind::Rnn {
        return Err(format!(
            "--nonlinearity is for an nn.RNN, but this is {found}"
        ));
    }
    found.activation = options.nonlinearity;
    let layer = found.load(&tensors, device);
    Ok(Module {
        layer: layer.map_err(|error| error.to_string())?,
        config: found.config(),
        said: found.to_string(),
    })
}

/// The only one of some modules, or that of a name.
fn only<M: ToString>(
    mut all: Vec<(String, M)>,
    prefix: Option<&str>,
) -> std::result::Result<M, String> {
    if let Some(prefix) = prefix {
        let prefix = prefix.trim_end_matches('.');
        all.retain(|(name, _)| name == prefix);
    }
    match all.len() {
        1 => Ok(all.remove(0).1),
        0 => Err(
            "it holds no recurrent module that can be told by names and shapes".to_owned()
                + &prefix.map_or_else(String::new, |prefix| format!(" at `{prefix}`")),
        ),
        _ => {
            let lines: Vec<String> = all.iter().map(|(_, module)| module.to_string()).collect();
            Err(format!(
                "it holds several recurrent modules; say which by --prefix\n{}",
                lines.join("\n")
            ))
        }
    }
}
