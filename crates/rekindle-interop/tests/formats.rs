//! Files that PyTorch and NumPy wrote, by `golden/torch_files.py`.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rekindle_interop::formats::{
    Bytes, Entry, Format, FormatError, ReadAt, Tensors, read, safetensors,
};

fn golden(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).expect("a golden file")
}

/// Each tensor behind a prefix is the expected one, and none is missing but those named.
fn same(tensors: &Tensors<'_>, prefix: &str, lacks: &[&str]) {
    let bytes = golden("expected.safetensors");
    let expected = read(&bytes).expect("safetensors");
    assert_eq!(expected.len(), 15);
    for (name, entry) in expected.iter().filter(|(name, _)| !lacks.contains(name)) {
        assert_eq!(
            tensors.get(&format!("{prefix}{name}")),
            Some(entry),
            "{prefix}{name}"
        );
    }
}

#[test]
fn checkpoints_of_both_forms_are_flattened() {
    for name in ["zip.pt", "legacy.pt"] {
        let bytes = golden(name);
        let tensors = read(&bytes).expect(name);
        same(&tensors, "model.a.", &[]);
        assert_eq!(tensors.get("model.b.0"), tensors.get("model.a.row"));
        assert_eq!(tensors.get("model.b.1.deep"), tensors.get("model.a.f32"));
        assert_eq!(tensors.len(), 15 + 2);
    }
}

#[test]
fn a_module_that_was_pickled_whole_gives_its_state_dict() {
    let bytes = golden("module.pt");
    let tensors = read(&bytes).expect("a module");
    let names: Vec<&str> = tensors.names().collect();
    assert_eq!(names, ["0.bias", "0.weight"]);
    let numbers = |name: &str| -> Vec<f32> {
        let entry = tensors.get(name).expect("it is there");
        let bytes = entry.bytes().expect("in memory");
        let (chunks, _) = bytes.as_chunks();
        chunks.iter().copied().map(f32::from_le_bytes).collect()
    };
    assert_eq!(numbers("0.weight"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(numbers("0.bias"), [0.0, 1.0, 2.0]);
}

#[test]
fn arrays_of_numpy_are_read() {
    for name in [
        "arrays.npz",
        "packed.npz",
        "arrays-2.pkl",
        "arrays-4.pkl",
        "arrays-5.pkl",
    ] {
        let bytes = golden(name);
        let tensors = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        same(&tensors, "", &["bf16"]);
    }
    let bytes = golden("array.npy");
    let array = read(&bytes).expect("an array");
    let bytes = golden("expected.safetensors");
    assert_eq!(
        array.get("tensor"),
        read(&bytes).expect("safetensors").get("f32")
    );
}

#[test]
fn what_is_stored_as_it_is_is_borrowed() {
    for (name, tensor) in [
        ("zip.pt", "model.a.f64"),
        ("legacy.pt", "model.a.f64"),
        ("arrays.npz", "f64"),
    ] {
        let bytes = golden(name);
        let tensors = read(&bytes).expect(name);
        let read = tensors.get(tensor).expect("it is there").bytes();
        let at = read.expect("in memory").as_ptr();
        assert!(bytes.as_ptr_range().contains(&at), "{name}");
    }
}

#[test]
fn safetensors_are_written_as_they_were_read() {
    let bytes = golden("expected.safetensors");
    let tensors = read(&bytes).expect("safetensors");
    let all: Vec<(&str, Entry<'_>)> = tensors.iter().map(|(n, e)| (n, e.clone())).collect();
    let written = safetensors::write(&all, &[]).expect("it is written");
    assert_eq!(read(&written).expect("safetensors"), tensors);
    let twice = [all[0].clone(), all[0].clone()];
    let error = safetensors::write(&twice, &[]).expect_err("a name twice");
    assert_eq!(error, FormatError::Twice("bf16".into()));
}

#[test]
fn an_index_names_its_shards() {
    let index = br#"{"metadata": {}, "weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors", "c": "m-1.safetensors"}}"#;
    let shards = safetensors::shards(index)
        .expect("an index")
        .expect("plain names");
    assert_eq!(shards, ["m-1.safetensors", "m-2.safetensors"]);
    for name in ["../x", "/etc/passwd", "..", ""] {
        let index = format!(r#"{{"weight_map": {{"a": "{name}"}}}}"#);
        let error = safetensors::shards(index.as_bytes())
            .expect("an index")
            .expect_err(name);
        assert!(error.to_string().contains("no plain file name"), "{error}");
    }
    assert_eq!(safetensors::shards(b"{}"), None);
}

#[test]
fn formats_are_told_by_their_content() {
    for (name, format) in [
        ("zip.pt", Format::Zip),
        ("arrays.npz", Format::Zip),
        ("legacy.pt", Format::Pickle),
        ("array.npy", Format::Npy),
        ("expected.safetensors", Format::Safetensors),
    ] {
        assert_eq!(Format::of(&golden(name)), Some(format), "{name}");
    }
    assert_eq!(read(b"# text").expect_err("a text"), FormatError::Unknown);
    assert_eq!(read(b"").expect_err("nothing"), FormatError::Unknown);
}

#[test]
fn nothing_that_a_pickle_calls_is_called() {
    // os.system("exit 3"), pickled by protocol 0.
    let error = read(b"cos\nsystem\n(S'exit 3'\ntR.").expect_err("a call");
    let message = error.to_string();
    assert!(
        message.contains("os.system, which are not made into anything"),
        "{message}"
    );
}

/// A list that holds itself, and dictionaries that each hold the one before twice.
#[test]
fn what_grows_without_an_end_is_refused() {
    let mut deep = b"\x80\x02]q\x00".to_vec();
    deep.extend(b"h\x00a.");
    let mut shared = b"\x80\x02]q\x00".to_vec();
    for level in 1..40 {
        shared.extend([
            b']',
            b'(',
            b'h',
            level - 1,
            b'h',
            level - 1,
            b'e',
            b'q',
            level,
        ]);
    }
    shared.push(b'.');
    for bytes in [deep, shared] {
        let message = read(&bytes).expect_err("no end").to_string();
        assert!(
            message.contains("too deep in one another, or are shared too often"),
            "{message}"
        );
    }
}

#[test]
fn what_is_declared_is_held_to_what_is_there() {
    // The first eight bytes of the legacy file's storages are counts.
    for name in [
        "zip.pt",
        "legacy.pt",
        "arrays.npz",
        "packed.npz",
        "arrays-4.pkl",
        "array.npy",
        "expected.safetensors",
    ] {
        let bytes = golden(name);
        for end in [bytes.len() - 1, bytes.len() * 3 / 4, bytes.len() / 2, 20, 9] {
            let message = match read(&bytes[..end]) {
                Err(error) => error.to_string(),
                // The pickle's last byte ends it; nothing of a file that is cut may be given.
                Ok(_) => panic!("{name} of {end} bytes was read"),
            };
            assert!(!message.contains('\n'), "{message}");
        }
    }
}

/// A file in places, that another program may cut.
#[derive(Debug)]
struct Cut {
    bytes: Vec<u8>,
    left: AtomicUsize,
}

impl ReadAt for Cut {
    fn size(&self) -> usize {
        self.bytes.len()
    }

    fn read_at(&self, place: usize, buffer: &mut [u8]) -> io::Result<()> {
        let left = &self.bytes[..self.left.load(Relaxed)];
        let there = left.get(place..place + buffer.len());
        buffer.copy_from_slice(there.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

const FILES: [&str; 13] = [
    "zip.pt",
    "legacy.pt",
    "module.pt",
    "layers.pt",
    "arrays.npz",
    "packed.npz",
    "array.npy",
    "arrays-5.pkl",
    "expected.safetensors",
    "keras/layers.keras",
    "keras/layers.weights.h5",
    "keras/legacy.h5",
    "onnx/lstm.onnx",
];

#[test]
fn a_file_that_is_read_in_places_holds_what_one_in_memory_does() {
    for name in FILES {
        let bytes = golden(name);
        let file = Arc::new(Cut {
            left: bytes.len().into(),
            bytes: bytes.clone(),
        });
        let there = read(Bytes::of_file(file)).expect(name);
        let here = read(&bytes).expect(name);
        assert_eq!(there.len(), here.len(), "{name}");
        for ((place, there), (other, here)) in there.iter().zip(here.iter()) {
            assert_eq!(
                (place, there.dtype, &there.shape),
                (other, here.dtype, &here.shape)
            );
            assert_eq!(there.bytes(), here.bytes(), "{name}: {place}");
        }
    }
}

#[test]
fn a_file_that_is_cut_meanwhile_is_an_error() {
    let mut unread = 0;
    for name in FILES {
        let file = Arc::new(Cut {
            left: golden(name).len().into(),
            bytes: golden(name),
        });
        let tensors = read(Bytes::of_file(file.clone())).expect(name);
        file.left.store(0, Relaxed);
        assert!(read(Bytes::of_file(file)).is_err(), "{name}");
        for (place, entry) in tensors.iter() {
            match entry.bytes() {
                Ok(bytes) => assert_eq!(bytes.len(), entry.content.len()),
                Err(error) => {
                    let said = error.to_string();
                    assert!(
                        said.contains("cannot be read to its end"),
                        "{name}: {place}: {said}"
                    );
                    unread += 1;
                }
            }
        }
    }
    assert!(unread > 100, "{unread}");
}

#[test]
fn an_empty_file_is_an_error() {
    let file = Arc::new(Cut {
        left: 0.into(),
        bytes: Vec::new(),
    });
    assert_eq!(read(Bytes::of_file(file)), Err(FormatError::Unknown));
}
