//! Each reader.

use std::io::Write;

use burn::module::Module;
use burn::tensor::{Device, TensorData};
use flate2::{Compression, write::GzEncoder};
use rekindle_interop::formats;

use super::{Place, never_panics, shipped};
use crate::data::{
    columns::Columns,
    file,
    labelled_text::{LabelledText, TextColumns},
    series::SeriesColumns,
    series_file::unlabelled,
    series_parsed::Labels,
    series_set::SeriesSet,
    series_targets::SeriesTargets,
    vocabulary::{Splitting, Unit, Vocabulary},
    words::Words,
};
use crate::tasks::list::Spec;
use crate::{config::plan::Plan, run::checkpoint, tensors};

/// The configs that come with the project, and one of equations.
fn configs() -> Vec<Vec<u8>> {
    let mut configs = [
        "configs/quickstart.toml",
        "configs/adding/lstm.toml",
        "docs/book/configs/three/series-gru.toml",
    ]
    .map(shipped)
    .to_vec();
    configs.push(
        b"[task]\nkind = \"copy\"\n[model]\nlayers = 2\nbidirectional = false\n[model.cell]\nkind = \"custom\"\nd_hidden = 8\n\
          equations = '''\nstate h\ninput z, n\nhidden z, n\nz = sigmoid(affine(z, h))\nh' = z * h + (1 - z) * \
          tanh(affine(n, z * h))\n'''\n[train]\nepochs = 2\noptimizer = \"sgd\"\n"
            .to_vec(),
    );
    configs
}

#[test]
fn no_config_panics() {
    let place = Place::new();
    let words = "= [ ] [[ { } \" ''' . , -1 0 1e999 nan inf true 18446744073709551615 9223372036854775807 task model cell \
                 train kind lstm gla conv_lstm esn d_hidden layers batch window heads d_key space projection memory";
    never_panics(1000, configs(), words, |text| {
        let path = place.file("x.toml", text);
        // What is said of a plan is read again.
        if let Ok(plan) = Plan::read(&path, &[]) {
            let plan = plan.settle(3);
            let text = plan.to_toml().expect("a plan is written");
            let again = place.file("y.toml", text.as_bytes());
            assert_eq!(Plan::read(&again, &[]).expect("it is read again"), plan);
        }
    });
}

#[test]
fn no_override_panics() {
    let place = Place::new();
    let path = place.file("x.toml", &configs()[0]);
    let sets = ["train.batch=32", "model.cell.kind=gru", "task.a.b=[1, 2]"];
    let sets = sets.map(|set| set.as_bytes().to_vec()).to_vec();
    never_panics(
        2000,
        sets,
        ". = [ ] { } \" ' a train task -1 nan 1e999",
        |text| {
            let set = String::from_utf8_lossy(text).into_owned();
            let _ = Plan::read(&path, &[set]);
        },
    );
}

#[test]
fn no_table_panics() {
    let place = Place::new();
    let samples: Vec<Vec<u8>> = [
        "date,load,label\n2024-01,1,a\n2024-02,-2.5e3,b\n2024-03,,a\n",
        "text\tlabel\nso \"so\tb\ngood\ta\n",
        "label,t0,t1,t2\nx,1,2,3\ny,4,5,\n",
        "\u{feff}a,\"b\"\"c\"\r\n1,\"2\n3\"\r\n",
        "1,2\n3,4\n",
        "{\"label\": \"a\", \"x\": [1, null], \"y\": {\"z\": [2, 3e5]}}\n{\"label\": true, \"x\": [], \"y\": {\"z\": []}}\n",
        "[{\"load\": 1, \"at\": \"2024-01-01\", \"s\": [{\"t\": 1, \"a\": 2}]}]",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec();
    let words = "\" \"\" { } [ ] : null , \t \r\n label text nan inf 1e39 -0 1e400 ; é";
    never_panics(1000, samples, words, |text| {
        for name in ["x.csv", "x.tsv", "x.jsonl"] {
            let path = place.file(name, text);
            for columns in [Vec::new(), vec!["load".to_owned()]] {
                if let Ok(columns) = Columns::read(&path, &columns) {
                    assert_eq!(columns.values.len(), columns.rows * columns.names.len());
                }
            }
            let _ = LabelledText::read(&path, &TextColumns::default());
            for missing in [false, true] {
                if let Ok(set) = SeriesSet::read(&path, &SeriesColumns::default(), missing) {
                    assert_eq!(set.labels.len(), set.series.len());
                }
                let columns = SeriesColumns::default();
                if let Ok(set) = SeriesTargets::read(&path, &columns, None, missing) {
                    assert_eq!(set.targets.len(), set.series.len());
                }
            }
        }
    });
}

#[test]
fn no_ts_panics() {
    let place = Place::new();
    let samples: Vec<Vec<u8>> = [
        "@problemName Steps\n@univariate false\n@dimensions 2\n@classLabel true walk run\n@data\n1,2:4,?:run\n7:8:walk\n",
        "# c\n@classLabel false\n@data\n1,2,3\n",
        "@targetLabel true\n@data\n1,2:3,4:-0.5\n5:6:1e3\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec();
    let words =
        "@data @classLabel @dimensions 0 18446744073709551615 true false : , ? # % nan 1e39";
    never_panics(2000, samples, words, |text| {
        let path = place.file("x.ts", text);
        for missing in [false, true] {
            if let Ok(set) = SeriesSet::read(&path, &SeriesColumns::default(), missing) {
                assert!(
                    set.series
                        .iter()
                        .all(|s| s.values.len() == s.steps * set.channels)
                );
            }
        }
        let _ = SeriesTargets::read(&path, &SeriesColumns::default(), None, true);
        let _ = unlabelled(&path, &SeriesColumns::default(), Labels::Numbers, 1, true);
    });
}

#[test]
fn no_text_panics() {
    let place = Place::new();
    let samples = ["It's a test.\nIt is.\r\n", "Ünï\tçødé — “q”, 🌱\u{301}"];
    let samples = samples.map(|text| text.as_bytes().to_vec()).to_vec();
    never_panics(
        2000,
        samples,
        "' - — \u{feff} \u{301} ß İ <unk> \r\n",
        |text| {
            let path = place.file("x.txt", text);
            let Ok(text) = file::read_text(&path) else {
                return;
            };
            let splitting = |unit, lowercase, words| Splitting {
                unit,
                lowercase,
                words,
            };
            for splitting in [
                splitting(Unit::Char, false, Words::Runs),
                splitting(Unit::Word, true, Words::Runs),
                splitting(Unit::Word, true, Words::Unicode),
                splitting(Unit::Word, false, Words::Spaced),
            ] {
                let vocabulary = Vocabulary::build(&[&text], splitting, Some(20));
                let symbols = vocabulary.encode(&text);
                assert!(symbols.iter().all(|&s| (s as usize) < vocabulary.len()));
                assert!(vocabulary.len() <= 20);
                let _ = vocabulary.decode(&symbols);
            }
            for unit in [Unit::Char, Unit::Word] {
                let exact = splitting(unit, false, Words::Spaced);
                let whole = Vocabulary::build(&[&text], exact, None);
                if whole.index("<unk>") == 0 {
                    assert_eq!(whole.decode(&whole.encode(&text)), text);
                }
            }
        },
    );
}

#[test]
fn no_gzip_panics() {
    let place = Place::new();
    let packed = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("it is packed");
        encoder.finish().expect("it is packed")
    };
    let members = [packed(b"one\n"), packed(b"two\n")].concat();
    let samples = vec![packed(b"label,t0\nx,1\n"), members, packed(&[0; 100_000])];
    never_panics(2000, samples, "\u{1f} \u{8} ab", |bytes| {
        let _ = file::read_bytes(&place.file("x.gz", bytes));
    });
}

#[test]
fn no_safetensors_panics() {
    let all = [
        ("x".to_owned(), TensorData::new(vec![1.5_f32, -2.0], [2, 1])),
        ("lengths".to_owned(), TensorData::new(vec![1_i64], [1])),
        (
            "none".to_owned(),
            TensorData::new(Vec::<f64>::new(), [0, 4]),
        ),
    ];
    let samples = vec![tensors::to_bytes(&all, &[]).expect("they are written")];
    let words = "{ } [ ] : , \" shape dtype data_offsets F32 F64 BF16 BOOL -1 0 8 18446744073709551615 __metadata__";
    never_panics(4000, samples, words, |bytes| {
        if let Ok(tensors) = tensors::from_bytes(bytes, "x") {
            for data in tensors.values() {
                let size: usize = data.shape().iter().product();
                assert!(size == 0 || data.as_bytes().len() / size >= 4);
            }
        }
    });
}

/// Files of other frameworks; what is read is whole, and looking for modules in it ends.
#[test]
fn no_weights_panic() {
    let files = "zip.pt legacy.pt module.pt arrays.npz packed.npz arrays-2.pkl arrays-4.pkl arrays-5.pkl array.npy";
    let golden = |name| shipped(&format!("crates/rekindle-interop/tests/golden/{name}"));
    let lstm = burn::nn::LstmConfig::new(1, 2, true).init(&Device::flex());
    let record = lstm.into_record().into_bytes().expect("a record");
    let mut samples: Vec<Vec<u8>> = files.split_whitespace().map(golden).collect();
    samples.push(record.to_vec());
    let words = "( . R c b o q h r j ] } e u s t 2 \u{1}\u{0}\u{0}\u{0} torch FloatStorage collections OrderedDict PK <f4 (3,4) True \
                 18446744073709551615 weight_ih_l0 NRUB tensors dtype shape data_offsets F32";
    never_panics(6000, samples, words, |bytes| {
        let tensors = formats::read(bytes);
        if let Ok(tensors) = &tensors {
            for (_, entry) in tensors.iter() {
                let count: usize = entry.shape.iter().product();
                assert_eq!(entry.content.len(), count * entry.dtype.size());
            }
            let _ = rekindle_interop::find(tensors);
        }
        // What is left in its file is the same.
        let in_places = formats::read(bytes.to_vec());
        assert_eq!(tensors.is_ok(), in_places.is_ok());
        assert!(tensors.is_err() || tensors == in_places);
    });
}

/// Files of Keras'; their layers are looked for, too.
#[test]
fn no_hdf5_panics() {
    let files = ["legacy.h5", "layers.weights.h5", "layers.keras"];
    let golden = |name| {
        shipped(&format!(
            "crates/rekindle-interop/tests/golden/keras/{name}"
        ))
    };
    let samples = files.map(golden).to_vec();
    let words = "HDF TREE SNOD HEAP GCOL OHDR \u{0}\u{0}\u{0}\u{0} \u{7f}\u{7f}\u{7f}\u{7f} \u{8}\u{0} kernel:0 weight_names vars cell PK \
                 backward_ { } [ ] \" class_name Bidirectional layers null";
    never_panics(3000, samples, words, |bytes| {
        if let Ok(model) = formats::keras::read(bytes) {
            for (_, entry) in model.tensors().iter() {
                let count: usize = entry.shape.iter().product();
                assert_eq!(entry.content.len(), count * entry.dtype.size());
            }
            let _ = rekindle_interop::keras::find(&model);
        }
        // What is left in its file is read in another way.
        if let Ok(model) = formats::keras::read(bytes.to_vec()) {
            model.tensors().iter().for_each(|(_, entry)| {
                entry.bytes().expect("it is within the file");
            });
        }
    });
}

/// Models of ONNX; their recurrent operators are looked for, with their weights.
#[test]
fn no_model_panics() {
    let files = ["lstm.onnx", "mgu.onnx", "layer_norm_gru.onnx"];
    let golden = |name| shipped(&format!("crates/rekindle-interop/tests/golden/onnx/{name}"));
    let mut samples = files.map(golden).to_vec();
    // Weights that nodes compute, and functions.
    let computed = golden("computed.safetensors");
    let computed = formats::read(&computed).expect("safetensors");
    let models = computed.iter().filter(|(name, _)| name.ends_with(".model"));
    samples.extend(models.map(|(_, entry)| entry.bytes().expect("in memory").into_owned()));
    let words = "\u{8}\u{7} : * \n \u{12} LSTM GRU RNN Scan Constant Identity Transpose Concat Slice Squeeze Unsqueeze Reshape Cast perm axis axes starts ends to mine Deep Both way direction reverse bidirectional hidden_size clip \
                 activations Relu Affine activation_alpha layout linear_before_reset location offset ../x 1.W 1.R 1.B \u{7f}\u{7f}\u{7f}\u{7f}";
    never_panics(3000, samples, words, |bytes| {
        let Ok(model) = formats::onnx::read(bytes) else {
            return;
        };
        for found in rekindle_interop::onnx::find(&model).into_iter().flatten() {
            let _ = found.weights();
        }
        let _ = model.into_tensors();
    });
}

#[test]
fn no_manifest_panics() {
    let place = Place::new();
    let blobs = [("net.bpk", vec![1, 2, 3]), ("tally.json", b"{}".to_vec())];
    let saved = checkpoint::save(place.0.path(), 7, &blobs, 1).expect("it is saved");
    let manifest = saved.join("manifest.json");
    let samples = vec![std::fs::read(&manifest).expect("it is there")];
    let words = "{ } [ ] : , \" format step files name bytes crc32 .. / net.bpk manifest.json -1 1e99 null 2";
    never_panics(2000, samples, words, |bytes| {
        std::fs::write(&manifest, bytes).expect("it is written");
        let _ = checkpoint::load(&saved);
    });
}

#[test]
fn no_data_json_panics() {
    let place = Place::new();
    place.file("t.txt", &b"some words, and some more words. ".repeat(20));
    place.file("t.csv", &{
        let rows: String = (0..60)
            .map(|i| format!("{i},{},{}\n", i * 2, i % 7))
            .collect();
        format!("t,a,b\n{rows}").into_bytes()
    });
    place.file("t.ts", &{
        let rows: String = (0..60)
            .map(|i| format!("{i},2:3,4:{}\n", ["x", "y"][i % 2]))
            .collect();
        format!("@classLabel true x y\n@data\n{rows}").into_bytes()
    });
    place.file("n.ts", &{
        let rows: String = (0..60).map(|i| format!("{i},2:3,4:{i}.5\n")).collect();
        format!("@targetLabel true\n@data\n{rows}").into_bytes()
    });
    place.file("l.tsv", &{
        let rows: String = (0..60)
            .map(|i| format!("a{i} stuff\t{}\n", ["good", "bad"][i % 2]))
            .collect();
        format!("text\tlabel\n{rows}").into_bytes()
    });
    let sound = |i: u16| {
        let samples = (0..400).map(|n: u16| (n * (37 + i) % 251) as u8);
        let head = b"RIFF\xb4\x01\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x90\x01\0\0";
        head.iter().copied().chain(samples).collect::<Vec<u8>>()
    };
    for i in 0..20 {
        place.file(&format!("{i}.wav"), &sound(i));
    }
    place.file("s.tsv", &{
        let rows: String = (0..20)
            .map(|i| format!("{i}.wav\ta\t{}\n", ["up", "down"][i % 2]))
            .collect();
        format!("file\ttext\tlabel\n{rows}").into_bytes()
    });
    place.file("w.conll", &{
        let sentences: String = (0..40).map(|i| format!("to O\nUr{i} B-TO\n\n")).collect();
        sentences.into_bytes()
    });
    let plans: Vec<Plan> = [
        "kind = \"language_model\"\nfile = \"t.txt\"\nwindow = 4",
        "kind = \"forecast\"\nfile = \"t.csv\"\nwindow = 3",
        "kind = \"classify_series\"\ntrain = \"t.ts\"",
        "kind = \"regress_series\"\ntrain = \"n.ts\"",
        "kind = \"classify_text\"\ntrain = \"l.tsv\"",
        "kind = \"transduce\"\ntrain = \"l.tsv\"\nsource_column = \"text\"\ntarget_column = \"label\"",
        "kind = \"transcribe\"\ntrain = \"s.tsv\"",
        "kind = \"classify_series\"\ntrain = \"s.tsv\"\nlabel_column = \"label\"",
        "kind = \"tag\"\ntrain = \"w.conll\"",
        "kind = \"adding\"",
    ]
    .iter()
    .map(|task| {
        let text = format!("[task]\n{task}\n[model.cell]\nkind = \"lstm\"\nd_hidden = 4\n");
        Plan::read(&place.file("x.toml", text.as_bytes()), &[]).expect("a plan")
    })
    .collect();
    let samples = plans.iter().map(|plan| {
        let opened = plan.open(None).expect("the data is there");
        serde_json::to_vec(&opened.spec).expect("it is written")
    });
    let samples: Vec<Vec<u8>> = samples.collect();
    let words = "{ } [ ] : , \" <unk> kind mean std targets classes columns channels symbols 0 -1 99 1e39 1e999 null";
    never_panics(1000, samples, words, |bytes| {
        let Ok(spec) = serde_json::from_slice::<Spec>(bytes) else {
            return;
        };
        for plan in &plans {
            let _ = plan.experiment().task.shape(&spec);
            let _ = plan.open(Some(spec.clone()));
        }
    });
}
