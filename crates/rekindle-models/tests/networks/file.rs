//! A golden file.

use burn::tensor::{DType, Device, Tensor, TensorData};
use safetensors::{Dtype, SafeTensors};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// The names of all files.
pub(crate) fn all() -> Vec<String> {
    let entries = std::fs::read_dir(directory()).expect("the directory of golden files");
    let names = entries.map(|entry| {
        let path = entry.expect("an entry of a directory").path();
        let stem = path.file_stem().expect("a file has a name");
        stem.to_str().expect("ASCII").to_owned()
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// A tensor's numbers.
pub(crate) struct Numbers {
    shape: Vec<usize>,
    values: Vec<f64>,
}

impl Numbers {
    pub(crate) fn of(data: TensorData) -> Self {
        Numbers {
            shape: data.shape().to_vec(),
            values: data.iter::<f64>().collect(),
        }
    }
}

/// A golden file.
pub(crate) struct Golden {
    config: String,
    tensors: BTreeMap<String, Numbers>,
}

impl Golden {
    /// The file of that name, which is of that network.
    pub(crate) fn read(name: &str, network: &str) -> Self {
        let bytes = std::fs::read(directory().join(name).with_extension("safetensors"));
        let bytes = bytes.expect("a golden file");
        let (_, header) = SafeTensors::read_metadata(&bytes).expect("a header");
        let metadata = header.metadata().clone().expect("metadata");
        assert_eq!(metadata["network"], network);
        let file = SafeTensors::deserialize(&bytes).expect("a file of tensors");
        let tensors = file.tensors().into_iter().map(|(name, view)| {
            let words = view.data().chunks_exact(8);
            let words = words.map(|word| word.try_into().expect("8 bytes"));
            let values = match view.dtype() {
                Dtype::F64 => words.map(f64::from_le_bytes).collect(),
                Dtype::I64 => words.map(|word| i64::from_le_bytes(word) as f64).collect(),
                other => panic!("{name} is of type {other:?}"),
            };
            let shape = view.shape().to_vec();
            (name, Numbers { shape, values })
        });
        Golden {
            config: metadata["config"].clone(),
            tensors: tensors.collect(),
        }
    }

    /// The configuration of the network.
    pub(crate) fn config<C: DeserializeOwned>(&self) -> C {
        toml::from_str(&self.config).expect("a configuration")
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    fn get(&self, name: &str) -> &Numbers {
        let found = self.tensors.get(name);
        found.unwrap_or_else(|| panic!("the file has no tensor {name}"))
    }

    /// The parameters by their paths.
    pub(crate) fn weights(&self) -> BTreeMap<String, TensorData> {
        let weights = self.tensors.iter().filter_map(|(name, numbers)| {
            let path = name.strip_prefix("weights.")?;
            let data = TensorData::new(numbers.values.clone(), numbers.shape.clone());
            Some((path.to_owned(), data))
        });
        weights.collect()
    }

    /// A tensor in f64.
    pub(crate) fn tensor<const D: usize>(&self, name: &str, device: &Device) -> Tensor<D> {
        let Numbers { shape, values } = self.get(name);
        let data = TensorData::new(values.clone(), shape.clone());
        Tensor::from_data(data, (device, DType::F64))
    }

    /// The share by which labels are smoothed.
    pub(crate) fn smoothing(&self) -> f64 {
        match self.has("input.smoothing") {
            true => self.get("input.smoothing").values[0],
            false => 0.0,
        }
    }

    /// Whole numbers.
    pub(crate) fn whole(&self, name: &str) -> Vec<usize> {
        self.get(name).values.iter().map(|&v| v as usize).collect()
    }

    /// Rows of tokens, each up to the first -1.
    pub(crate) fn rows(&self, name: &str) -> Vec<Vec<usize>> {
        let Numbers { shape, values } = self.get(name);
        let rows = values.chunks(shape[1]).map(|row| {
            let tokens = row.iter().take_while(|&&token| token >= 0.0);
            tokens.map(|&token| token as usize).collect()
        });
        rows.collect()
    }

    /// A tensor is the file's.
    pub(crate) fn check<const D: usize>(&self, name: &str, found: &Tensor<D>, tolerance: f64) {
        self.compare(name, &Numbers::of(found.to_data()), tolerance);
    }

    /// Numbers are the file's.
    pub(crate) fn compare(&self, name: &str, found: &Numbers, tolerance: f64) {
        let right = self.get(name);
        assert_eq!(found.shape, right.shape, "{name}");
        let norm =
            |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
        let pairs = found.values.iter().zip(&right.values);
        let apart = norm(&mut pairs.map(|(a, b)| a - b)) / norm(&mut right.values.iter().copied());
        assert!(apart <= tolerance, "{name}: {apart:e} apart");
    }
}
