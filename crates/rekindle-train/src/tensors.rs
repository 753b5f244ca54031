//! Named tensors in files.

use std::{collections::BTreeMap, path::Path};

use burn::module::Module;
use burn::tensor::{DType, TensorData};
use rekindle::{Cell, Recurrent};
use rekindle_interop::{
    Taken, entry,
    formats::{self, Bytes, FIRST, Format, FormatError, Tensors, keras, onnx, safetensors},
    tensor_data,
};

use crate::{
    error::{Error, Result},
    files,
};

/// The content of a file of tensors; of an index of shards, `model.safetensors.index.json`, that of its shards.
///
/// Tensors stay in the file until they are taken, one by one.
pub struct Content {
    /// Each with what errors call it.
    parts: Vec<(String, Bytes<'static>)>,
    /// Whether it is a model of ONNX.
    is_model: bool,
    /// The files beside a model of ONNX that hold tensors of it, by their names there.
    beside: Vec<(String, Bytes<'static>)>,
}

/// The longest index of shards.
const INDEX: usize = 1 << 28;

impl Content {
    /// Reads a file, and those beside it that it names: shards of an index, tensors of a model.
    pub fn read(path: &Path) -> Result<Self> {
        let origin = path.display().to_string();
        let bytes = Bytes::of_file(files::open(path)?);
        let mend = |error| Error::mend(format!("{origin}: {error}"));
        let first = bytes.first(FIRST).map_err(mend)?;
        let mut content = Content {
            parts: Vec::new(),
            is_model: Format::of(&first) == Some(Format::Onnx),
            beside: Vec::new(),
        };
        match Format::of(&first) {
            Some(Format::Onnx) => {
                for name in onnx::read(bytes.clone()).map_err(mend)?.files() {
                    let file = files::open(&path.with_file_name(name))?;
                    let file = Bytes::of_file(file);
                    content.beside.push((name.to_owned(), file));
                }
            }
            None if bytes.len() <= INDEX => {
                if let Some(shards) = safetensors::shards(&bytes.read().map_err(mend)?) {
                    for name in shards.map_err(mend)? {
                        let shard = path.with_file_name(name);
                        let bytes = Bytes::of_file(files::open(&shard)?);
                        content.parts.push((shard.display().to_string(), bytes));
                    }
                    return Ok(content);
                }
            }
            _ => {}
        }
        content.parts.push((origin, bytes));
        Ok(content)
    }

    /// The model, if the content is one of ONNX.
    pub fn model(&self) -> Result<Option<onnx::Model<'_>>> {
        if !self.is_model {
            return Ok(None);
        }
        let (origin, bytes) = &self.parts[0];
        let mend = |error| Error::mend(format!("{origin}: {error}"));
        let mut model = onnx::read(bytes.clone()).map_err(mend)?;
        for (name, content) in &self.beside {
            model.attach(name, content.clone()).map_err(mend)?;
        }
        Ok(Some(model))
    }

    /// The model, if the content is one of Keras'.
    pub fn keras(&self) -> Result<Option<keras::Model<'_>>> {
        let (origin, bytes) = &self.parts[0];
        let model = keras::begins(bytes.clone()).then(|| keras::read(bytes.clone()));
        let model = model.transpose();
        model.map_err(|error| Error::mend(format!("{origin}: {error}")))
    }

    /// The tensors, in any format that [`formats::read`] reads.
    pub fn tensors(&self) -> Result<Tensors<'_>> {
        let mut all = Tensors::default();
        for (origin, bytes) in &self.parts {
            let mend = |error| Error::mend(format!("{origin}: {error}"));
            let tensors = match self.model()? {
                Some(model) => model.into_tensors(),
                None => formats::read(bytes.clone()),
            };
            for (name, entry) in tensors.map_err(mend)? {
                all.add(name, entry).map_err(mend)?;
            }
        }
        Ok(all)
    }

    /// The same, with their numbers.
    pub fn numbers(&self) -> Result<BTreeMap<String, TensorData>> {
        let read = numbers(&self.tensors()?);
        read.map_err(|error| Error::mend(format!("{}: {error}", self.parts[0].0)))
    }

    /// The layer with its weights from the content: behind a prefix, or of a node or a layer of this name; by default from the one place
    /// where they fit.
    pub fn take<C: Cell>(
        &self,
        layer: Recurrent<C>,
        prefix: Option<&str>,
    ) -> Result<(Recurrent<C>, Taken)> {
        let taken = if let Some(model) = self.model()? {
            rekindle_interop::onnx::take(layer, &model, prefix)
        } else if let Some(model) = self.keras()? {
            rekindle_interop::keras::take(layer, &model, prefix)
        } else {
            rekindle_interop::take(layer, &self.tensors()?, prefix)
        };
        taken.map_err(|error| Error::weights(&self.parts[0].0, error))
    }

    /// Residual blocks with their weights from the content, as another library names them: behind a prefix, or from the one place where
    /// they fit.
    pub(crate) fn take_network<M: Module>(
        &self,
        module: M,
        prefix: Option<&str>,
    ) -> Result<(M, Taken)> {
        let taken = rekindle_interop::take_network(module, &self.tensors()?, prefix);
        taken.map_err(|error| Error::weights(&self.parts[0].0, error))
    }
}

/// Reads a file of tensors, in any format.
pub fn read(path: &Path) -> Result<BTreeMap<String, TensorData>> {
    Content::read(path)?.numbers()
}

/// The tensors of a safetensors file's content; `origin` says in errors where it came from.
pub fn from_bytes(bytes: &[u8], origin: &str) -> Result<BTreeMap<String, TensorData>> {
    let tensors = safetensors::read(bytes).and_then(|tensors| numbers(&tensors));
    tensors.map_err(|error| Error::mend(format!("{origin}: {error}")))
}

/// The weights of a safetensors file's content, of the types that are computed with: numbers of f16 and bf16 become f32, which holds each.
pub(crate) fn weights(bytes: &[u8], origin: &str) -> Result<BTreeMap<String, TensorData>> {
    let tensors = from_bytes(bytes, origin)?.into_iter();
    let computed = tensors.map(|(name, data)| match data.dtype() {
        DType::F16 | DType::BF16 => (name, data.convert_dtype(DType::F32)),
        _ => (name, data),
    });
    Ok(computed.collect())
}

/// A safetensors file's content. The same tensors give the same bytes, unless there is more than one entry of
/// metadata: safetensors writes these in any order.
pub fn to_bytes(tensors: &[(String, TensorData)], metadata: &[(&str, &str)]) -> Result<Vec<u8>> {
    let entries = tensors.iter().map(|(name, data)| {
        let entry = entry(data).ok_or_else(|| {
            let found = data.dtype().name();
            Error::fault(format!(
                "tensor `{name}` is {found}, which no file can hold"
            ))
        })?;
        Ok((name.as_str(), entry))
    });
    safetensors::write(&entries.collect::<Result<Vec<_>>>()?, metadata)
        .map_err(|error| Error::fault(format!("cannot write tensors: {error}")))
}

fn numbers(
    tensors: &Tensors<'_>,
) -> std::result::Result<BTreeMap<String, TensorData>, FormatError> {
    let tensors = tensors.iter();
    tensors
        .map(|(name, entry)| Ok((name.to_owned(), tensor_data(entry)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ::safetensors::{Dtype, SafeTensors, tensor::TensorView};
    use tempfile::tempdir;

    use super::*;
    use crate::files::tests::mend;

    fn write(path: &Path, tensors: &[(String, TensorData)], metadata: &[(&str, &str)]) {
        fs::write(path, to_bytes(tensors, metadata).unwrap()).unwrap();
    }

    fn tensors() -> Vec<(String, TensorData)> {
        vec![
            ("x".into(), TensorData::new(vec![1.5f32, f32::NAN], [2, 1])),
            ("y".into(), TensorData::new(vec![-1e300f64; 6], [1, 2, 3])),
            ("lengths".into(), TensorData::new(vec![i64::MIN, 3], [2])),
            ("none".into(), TensorData::new(Vec::<f32>::new(), [0, 4])),
        ]
    }

    #[test]
    fn what_is_written_is_read() {
        let place = tempdir().unwrap();
        let path = place.path().join("t.safetensors");
        write(&path, &tensors(), &[("origin", "a test")]);
        let read = read(&path).unwrap();
        assert_eq!(read.len(), 4);
        for (name, data) in tensors() {
            assert_eq!(read[&name].dtype(), data.dtype());
            assert_eq!(read[&name].shape(), data.shape());
            assert_eq!(read[&name].as_bytes(), data.as_bytes(), "{name}");
        }
        let bytes = fs::read(&path).unwrap();
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        assert_eq!(header.metadata().as_ref().unwrap()["origin"], "a test");
    }

    #[test]
    fn no_tensors_are_a_file_too() {
        let bytes = to_bytes(&[], &[]).unwrap();
        assert!(from_bytes(&bytes, "x").unwrap().is_empty());
    }

    #[test]
    fn a_damaged_file_is_named() {
        let place = tempdir().unwrap();
        let path = place.path().join("t.safetensors");
        let whole = to_bytes(&tensors(), &[]).unwrap();
        for content in [&whole[..whole.len() - 1], &whole[..20]] {
            fs::write(&path, content).unwrap();
            mend(read(&path), &["t.safetensors: not a safetensors file"]);
        }
        for content in [&b""[..], b"{\"x\": 1}"] {
            fs::write(&path, content).unwrap();
            mend(read(&path), &["t.safetensors: not a file of tensors"]);
        }
        mend(read(&place.path().join("none")), &["there is no file"]);
    }

    #[test]
    fn shards_are_read_together() {
        let place = tempdir().unwrap();
        let all = tensors();
        write(&place.path().join("1.safetensors"), &all[..2], &[]);
        write(&place.path().join("2.safetensors"), &all[2..], &[]);
        let index = place.path().join("model.safetensors.index.json");
        let of = |names: [&str; 2]| {
            let [x, y] = names;
            fs::write(
                &index,
                format!(r#"{{"weight_map": {{"x": "{x}", "lengths": "{y}"}}}}"#),
            )
            .unwrap();
            read(&index)
        };
        let read = of(["1.safetensors", "2.safetensors"]).unwrap();
        assert_eq!(read, all.into_iter().collect());
        mend(of(["1.safetensors", "3.safetensors"]), &["3.safetensors"]);
        mend(
            of(["../1.safetensors", "x"]),
            &["index.json", "no plain file name"],
        );
    }

    #[test]
    fn other_types_are_refused_by_name() {
        let view = TensorView::new(Dtype::F8_E4M3, vec![1], &[0]).unwrap();
        let bytes = ::safetensors::serialize([("w", view)], None).unwrap();
        mend(
            from_bytes(&bytes, "w.st"),
            &["w.st: tensor `w` is F8_E4M3", "8 to 64 bits"],
        );
        let odd = [("b".to_owned(), TensorData::new(vec![1_u64], [1]))];
        let error = to_bytes(&odd, &[]).unwrap_err();
        assert_eq!(
            (error.exit_code(), error.to_string()),
            (1, "tensor `b` is u64, which no file can hold".into())
        );
    }
}
