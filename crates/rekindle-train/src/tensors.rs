//! Named tensors in a safetensors file.

use std::{collections::BTreeMap, path::Path};

use burn::tensor::{DType, TensorData};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::{
    error::{Error, Result},
    files,
};

/// Reads a file of tensors, f32, f64 or i64.
pub fn read(path: &Path) -> Result<BTreeMap<String, TensorData>> {
    from_bytes(&files::read(path)?, &path.display().to_string())
}

/// The tensors of a file's content; `origin` says in errors where it came from.
pub fn from_bytes(bytes: &[u8], origin: &str) -> Result<BTreeMap<String, TensorData>> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| {
        Error::mend(format!(
            "{origin}: not a safetensors file, or a truncated one ({error}); write it again, e.g. with safetensors.torch.save_file"
        ))
    })?;
    file.tensors()
        .into_iter()
        .map(|(name, view)| {
            let data = data(&view).ok_or_else(|| {
                let found = view.dtype().to_string();
                Error::mend(format!(
                    "{origin}: tensor `{name}` is {found}; f32, f64 and i64 can be read, so convert it"
                ))
            })?;
            Ok((name, data))
        })
        .collect()
}

/// A file's content. The same tensors give the same bytes, unless there is more than one entry of
/// metadata: safetensors writes these in any order.
pub fn to_bytes(tensors: &[(String, TensorData)], metadata: &[(&str, &str)]) -> Result<Vec<u8>> {
    let encoded: Vec<(&String, Dtype, &TensorData, Vec<u8>)> = tensors
        .iter()
        .map(|(name, data)| {
            let (dtype, bytes) = encode(data).ok_or_else(|| {
                let found = data.dtype().name();
                Error::fault(format!(
                    "tensor `{name}` is {found}, which no file can hold"
                ))
            })?;
            Ok((name, dtype, data, bytes))
        })
        .collect::<Result<_>>()?;
    let views = encoded.iter().map(|(name, dtype, data, bytes)| {
        TensorView::new(*dtype, data.shape().to_vec(), bytes).map(|view| (name.as_str(), view))
    });
    let views: Result<Vec<_>, _> = views.collect();
    let entries = metadata.iter();
    let entries = entries.map(|(k, v)| (k.to_string(), v.to_string()));
    // An empty map makes a file without tensors unreadable.
    let entries = (!metadata.is_empty()).then(|| entries.collect());
    views
        .and_then(|views| safetensors::serialize(views, entries))
        .map_err(|error| Error::fault(format!("cannot write tensors: {error}")))
}

/// The numbers of a view, copied: a file's bytes have no alignment.
fn data(view: &TensorView<'_>) -> Option<TensorData> {
    fn numbers<const N: usize, T>(bytes: &[u8], of: fn([u8; N]) -> T) -> Vec<T> {
        let (chunks, _) = bytes.as_chunks();
        chunks.iter().copied().map(of).collect()
    }
    let (bytes, shape) = (view.data(), view.shape().to_vec());
    match view.dtype() {
        Dtype::F32 => Some(TensorData::new(numbers(bytes, f32::from_le_bytes), shape)),
        Dtype::F64 => Some(TensorData::new(numbers(bytes, f64::from_le_bytes), shape)),
        Dtype::I64 => Some(TensorData::new(numbers(bytes, i64::from_le_bytes), shape)),
        _ => None,
    }
}

fn encode(data: &TensorData) -> Option<(Dtype, Vec<u8>)> {
    let (dtype, bytes) = match data.dtype() {
        DType::F32 => (Dtype::F32, data.iter().flat_map(f32::to_le_bytes).collect()),
        DType::F64 => (Dtype::F64, data.iter().flat_map(f64::to_le_bytes).collect()),
        DType::I64 => (Dtype::I64, data.iter().flat_map(i64::to_le_bytes).collect()),
        _ => return None,
    };
    Some((dtype, bytes))
}

#[cfg(test)]
mod tests {
    use std::fs;

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
        for content in [&whole[..whole.len() - 1], &whole[..20], b"", b"{\"x\": 1}"] {
            fs::write(&path, content).unwrap();
            mend(read(&path), &["t.safetensors: not a safetensors file"]);
        }
        mend(read(&place.path().join("none")), &["there is no file"]);
    }

    #[test]
    fn other_types_are_refused_by_name() {
        let view = TensorView::new(Dtype::BF16, vec![1], &[0, 0]).unwrap();
        let bytes = safetensors::serialize([("w", view)], None).unwrap();
        mend(
            from_bytes(&bytes, "w.st"),
            &["w.st: tensor `w` is BF16", "f32, f64 and i64"],
        );
        let odd = [("b".to_owned(), TensorData::new(vec![true], [1]))];
        let error = to_bytes(&odd, &[]).unwrap_err();
        assert_eq!(
            (error.exit_code(), error.to_string()),
            (1, "tensor `b` is bool, which no file can hold".into())
        );
    }
}
