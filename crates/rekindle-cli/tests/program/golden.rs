//! The golden files of the laws, taken apart into the files of a user.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use safetensors::tensor::TensorView;

/// A golden file's content.
pub(crate) struct Golden(Vec<u8>);

impl Golden {
    /// Every golden file, by its name.
    pub(crate) fn all() -> Vec<(String, Golden)> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rekindle-laws/golden");
        let files = fs::read_dir(directory).expect("the golden files are there");
        let paths = files.map(|file| file.expect("a file").path());
        let mut paths: Vec<PathBuf> = paths
            .filter(|path| path.extension().is_some_and(|e| e == "safetensors"))
            .collect();
        paths.sort();
        let read = |path: PathBuf| {
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            (
                name,
                Golden(fs::read(path).expect("a golden file can be read")),
            )
        };
        paths.into_iter().map(read).collect()
    }

    pub(crate) fn named(name: &str) -> Golden {
        let mut all = Golden::all().into_iter();
        all.find(|(other, _)| other == name)
            .expect("a golden file of that name")
            .1
    }

    /// Writes LAYER.toml, x.safetensors, w.safetensors and g.safetensors.
    pub(crate) fn lay_out(&self, directory: &Path) {
        let (_, header) = SafeTensors::read_metadata(&self.0).expect("a safetensors file");
        let layer = &header.metadata().as_ref().expect("metadata")["layer"];
        fs::write(directory.join("LAYER.toml"), layer).expect("the directory is writable");
        for (part, file) in [("input.", "x"), ("weights.", "w"), ("cotangent.", "g")] {
            self.write(part, &directory.join(file).with_extension("safetensors"));
        }
    }

    fn write(&self, part: &str, path: &Path) {
        let file = SafeTensors::deserialize(&self.0).expect("a safetensors file");
        let views: Vec<(String, TensorView<'_>)> = file
            .tensors()
            .into_iter()
            .filter_map(|(name, view)| Some((name.strip_prefix(part)?.to_owned(), view)))
            .collect();
        let bytes = safetensors::serialize(views, None).expect("the tensors are written");
        fs::write(path, bytes).expect("the directory is writable");
    }

    /// The outputs by their names.
    pub(crate) fn outputs(&self) -> BTreeMap<String, (Vec<usize>, Vec<f64>)> {
        doubles(&self.0, "output.")
    }
}

/// The f64 tensors of a file whose names begin with a prefix, without it.
pub(crate) fn doubles(bytes: &[u8], prefix: &str) -> BTreeMap<String, (Vec<usize>, Vec<f64>)> {
    let file = SafeTensors::deserialize(bytes).expect("a safetensors file");
    let tensors = file.tensors().into_iter().filter_map(|(name, view)| {
        let name = name.strip_prefix(prefix)?.to_owned();
        assert_eq!(view.dtype(), safetensors::Dtype::F64, "{name}");
        let (chunks, _) = view.data().as_chunks();
        let values = chunks.iter().map(|&bytes| f64::from_le_bytes(bytes));
        Some((name, (view.shape().to_vec(), values.collect())))
    });
    tensors.collect()
}
