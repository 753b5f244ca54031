//! `list`, `show`, `devices`, and the ways to get them wrong.

use std::io::{Read, Write};
use std::process::Stdio;

use rekindle::{CATALOG, FAMILIES};

use crate::support::{program, rekindle, rekindle_in, said};

/// The cells of a list, by the first word of their lines: those below a family's head, which has two lines at most.
fn cells(list: &str) -> Vec<&str> {
    let names: Vec<&str> = CATALOG.iter().map(|card| card.name).collect();
    let first = list.lines().filter_map(|line| line.split("  ").next());
    first.filter(|word| names.contains(word)).collect()
}

#[test]
fn list_has_a_line_for_every_cell_under_its_family() {
    let out = rekindle(&["list"]).done();
    let names: Vec<&str> = CATALOG.iter().map(|card| card.name).collect();
    assert_eq!(cells(&out), names);
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    for family in FAMILIES {
        let head = format!("{}, --family {}: ", family.title, family.name);
        assert!(out.contains(&head), "{head}");
        for card in family.cards {
            let line = out
                .lines()
                .find(|line| line.starts_with(&format!("{} ", card.name)));
            let line = line.expect("a line");
            let title = card.title.split(' ').next().unwrap_or_default();
            assert!(
                line.contains(&format!("  {}  {title}", card.year)),
                "{line}"
            );
        }
    }
}

#[test]
fn list_filters_by_name_family_and_property() {
    let listed = |arguments: &[&str]| {
        let out = rekindle(&[&["list"], arguments].concat()).done();
        cells(&out)
            .iter()
            .map(|name| name.to_string())
            .collect::<Vec<_>>()
    };
    let plain = listed(&["gru"]);
    assert!(plain.iter().all(|name| CATALOG.iter().any(|card| {
        card.name == name && (name.contains("gru") || card.title.to_lowercase().contains("gru"))
    })));
    assert!(
        plain.contains(&"mgu".to_owned()) || plain.contains(&"mingru".to_owned()),
        "{plain:?}"
    );
    let pattern = listed(&["*_lstm"]);
    assert!(
        pattern.len() > 5 && pattern.iter().all(|name| name.ends_with("_lstm")),
        "{pattern:?}"
    );
    let family = listed(&["--family", "orthogonal"]);
    let there = FAMILIES
        .iter()
        .find(|family| family.name == "orthogonal")
        .expect("there");
    assert_eq!(family.len(), there.cards.len());
    assert_eq!(listed(&["--with", "missing"]), ["gru_d"]);
    let linear = listed(&["--with", "linear", "--family", "linear"]);
    assert!(linear.contains(&"mingru".to_owned()), "{linear:?}");
    assert!(!listed(&["--with", "equations"]).contains(&"conv_gru".to_owned()));
    let json = rekindle(&["list", "gru_d", "--json"]).done();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json[0]["properties"], serde_json::json!(["missing"]));
    let families = rekindle(&["list", "--families"]).done();
    assert!(
        FAMILIES
            .iter()
            .all(|family| families.contains(family.title)),
        "{families}"
    );
    rekindle(&["list", "--family", "lsmt"]).refused(&["no family of cells", "lstm"]);
    rekindle(&["list", "*nothing*"]).refused(&["no cell is all that is asked for"]);
    rekindle(&["list", "[gru"]).refused(&["[gru", "pattern"]);
}

#[test]
fn shells_and_manuals_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = rekindle(&["completions", shell]).done();
        assert!(
            script.contains("rekindle") && script.contains("sweep"),
            "{shell}"
        );
    }
    let page = rekindle(&["man"]).done();
    assert!(
        page.contains(".TH rekindle 1") && page.contains("rekindle\\-sweep(1)"),
        "{page}"
    );
    let page = rekindle(&["man", "train"]).done();
    assert!(
        page.contains(".TH rekindle-train 1") && page.contains("\\-\\-resume"),
        "{page}"
    );
    rekindle(&["man", "trian"]).refused(&["no command is called `trian`", "train"]);
}

#[test]
fn list_prints_json_and_markdown() {
    let json: serde_json::Value =
        serde_json::from_str(&rekindle(&["list", "--json"]).done()).unwrap();
    let cells: Vec<_> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| (cell["name"].as_str(), cell["family"].as_str()))
        .collect();
    let families = FAMILIES.iter().flat_map(|family| {
        let cards = family.cards.iter();
        cards.map(|card| (Some(card.name), Some(family.name)))
    });
    assert_eq!(cells, families.collect::<Vec<_>>());

    let table = rekindle(&["list", "--markdown"]).done();
    assert_eq!(table.lines().count(), FAMILIES.len() + 2);
    let columns = |line: &str| line.matches('|').count();
    assert!(table.lines().all(|line| columns(line) == 4), "{table}");
    for card in CATALOG {
        let name = format!("`{}`", card.name);
        assert_eq!(table.matches(&name).count(), 1, "{name}");
    }
    let both = rekindle(&["list", "--json", "--markdown"]);
    assert_eq!(both.code, Some(2));
}

#[test]
fn list_prints_a_page_of_cells_with_the_speeds_of_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("cells.jsonl");
    let timed = |cell: &str, mode: &str, ms: f64| {
        let beginning = format!("{{\"cell\":\"{cell}\",\"mode\":\"{mode}\",\"ms_min\":{ms}");
        format!("{beginning},\"shape\":[32,100,128,128],\"threads\":1}}\n")
    };
    let path = file.to_str().unwrap();
    let lines = [
        ("lstm", "train", 45.0),
        ("lstm", "train", 30.0),
        ("gru", "train", 20.0),
        ("elman", "forward", 1.0),
    ];
    let lines = lines.map(|(cell, mode, ms)| timed(cell, mode, ms));
    std::fs::write(&file, lines.concat()).unwrap();
    let page = rekindle(&["list", "--page", path]).done();
    let row = |cell: &str| {
        let mut rows = page
            .lines()
            .filter(|line| line.starts_with(&format!("| `{cell}` |")));
        let row = rows
            .next()
            .unwrap_or_else(|| panic!("no row of {cell} in\n{page}"));
        assert!(rows.next().is_none(), "{cell} has two rows");
        row
    };
    for card in CATALOG {
        assert_eq!(
            row(card.name).matches('|').count(),
            11,
            "{}",
            row(card.name)
        );
    }
    assert!(
        row("lstm").ends_with(
            "| `h` `c` | `i` `f` `g` `o` | 33280 | torch.nn.LSTM | tiles | cube | 1.00 |"
        )
    );
    assert!(row("gru").ends_with("| 1.50 |"));
    assert!(row("elman").ends_with("| - |"));

    std::fs::write(&file, &lines[2]).unwrap();
    rekindle(&["list", "--page", path])
        .refused(&["cells.jsonl: no training step of lstm", "--json"]);
    std::fs::write(&file, "{}\n").unwrap();
    rekindle(&["list", "--page", path]).refused(&["cells.jsonl: line 1 is none of"]);
    rekindle(&["list", "--page", "nowhere"]).refused(&["nowhere"]);
}

#[test]
fn show_has_a_page_for_every_cell() {
    for card in CATALOG {
        let page = rekindle(&["show", card.name]).done();
        let words = [
            card.title,
            card.authors,
            card.url,
            card.oracle,
            "d_hidden = 128",
        ];
        let gates = card.gates.iter().flat_map(|(name, what)| [*name, *what]);
        for word in words.into_iter().chain(gates) {
            assert!(page.contains(word), "`{word}` is not in\n{page}");
        }
        assert!(page.contains("  weight_"), "{page}");
        assert!(page.contains("\nExecutors\n  "), "{page}");
    }
}

#[test]
fn show_prints_every_form_with_the_keys_that_ask_for_it() {
    let lstm = rekindle(&["show", "lstm"]).done();
    for line in [
        "Equations, with d_projection",
        "  c' = f * c + i * g",
        "  bias = true",
        "  # d_projection",
        "a whole number, or left out",
        "  # forget_bias",
        "a number, or left out",
        "\"rekindle\" | \"pytorch\" | \"keras\"",
        "[4*d_hidden, d_input]",
        "[4*d_hidden, d_projection]",
        "[d_projection, d_hidden]",
    ] {
        assert!(lstm.contains(line), "`{line}` is not in\n{lstm}");
    }
    let gru = rekindle(&["show", "gru"]).done();
    for line in [
        "Equations, with reset = \"before\"\n",
        "\"after\" | \"before\"",
    ] {
        assert!(gru.contains(line), "`{line}` is not in\n{gru}");
    }
    assert_eq!(gru.matches("weight_ih_l0").count(), 1, "{gru}");
    let slim = rekindle(&["show", "slim_lstm"]).done();
    for variant in 2..=5 {
        let title = format!("Equations, with variant = {variant}\n");
        assert!(slim.contains(&title), "`{title}` is not in\n{slim}");
    }
    let elman = rekindle(&["show", "elman"]).done();
    assert!(elman.contains("\"leaky_relu\""), "{elman}");
}

#[test]
fn show_says_of_a_cell_without_a_program_how_it_scans() {
    let page = rekindle(&["show", "delta_net"]).done();
    for line in [
        "  S' = S + beta k (v - S^T k)^T\n",
        "Executors\n  every device  own scan (chunkwise)\n",
        "[batch, d_hidden*d_key]",
        "[heads*d_key, d_input]",
        "[heads, d_input]",
    ] {
        assert!(page.contains(line), "`{line}` is not in\n{page}");
    }
    for arguments in [
        &["show", "delta_net", "--program"][..],
        &[
            "bench",
            "--cell",
            "delta_net",
            "--peer",
            "gemm",
            "--shape",
            "1,2,3,4",
        ],
    ] {
        rekindle(arguments).refused(&["`delta_net` scans by itself"]);
    }
}

#[test]
fn show_explains_the_language_of_equations() {
    let page = rekindle(&["show", "custom"]).done();
    for line in [
        "Equations\n",
        "Equations, with equations = \"# an LSTM ...\"\n",
        "  equations = \"\"\"\n",
        "  h' = tanh(affine(h, h))\n  \"\"\"",
        "a text",
        "  # begin",
        "a table of numbers by names, or left out",
        "[d_projection, d_hidden]",
        "vector_p_l0",
        "  A text of equations has a line",
    ] {
        assert!(page.contains(line), "`{line}` is not in\n{page}");
    }
    assert!(!page.contains("Gates, in stored order"), "{page}");
    let lines = rekindle::engine::GRAMMAR.lines();
    for line in lines.map(str::trim) {
        assert!(page.contains(line), "`{line}` is not in\n{page}");
    }
}

#[test]
fn an_unknown_cell_is_met_with_the_nearest_and_all_others() {
    rekindle(&["show", "lstn"]).refused(&["unknown cell `lstn`", "did you mean `lstm`", "elman"]);
    rekindle(&["show", "zzzzzz"]).refused(&["unknown cell `zzzzzz` (known: "]);
}

#[test]
fn devices_shows_every_backend() {
    let out = rekindle(&["devices"]).done();
    let line = |name: &str| {
        out.lines()
            .find(|l| l.starts_with(name))
            .unwrap()
            .to_owned()
    };
    for name in [
        "flex",
        "ndarray",
        "cubecl-cpu",
        "cuda",
        "rocm",
        "metal",
        "vulkan",
        "wgpu",
    ] {
        let words: Vec<String> = line(name).split_whitespace().map(str::to_owned).collect();
        assert!(["yes", "no"].contains(&words[1].as_str()), "{out}");
    }
    if cfg!(feature = "flex") {
        let flex = line("flex");
        let words: Vec<&str> = flex.split_whitespace().take(4).collect();
        assert_eq!(words, ["flex", "yes", "yes", "cpu"]);
    }
    if !cfg!(feature = "cuda") {
        assert!(
            line("cuda").ends_with("cargo build --release --features cuda"),
            "{out}"
        );
    }
}

#[test]
fn arguments_that_are_wrong_exit_with_2() {
    for arguments in [
        &["tarin"][..],
        &[],
        &["show"],
        &["list", "--jsno"],
        &["predict", "runs/x"],
    ] {
        let said = rekindle(arguments);
        assert_eq!(
            (said.code, said.out.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
        assert!(said.err.contains("Usage: "), "{}", said.err);
    }
    let help = rekindle(&["--help"]).done();
    assert!(
        help.contains("apply") && help.contains("Usage: rekindle"),
        "{help}"
    );
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut reader = program()
        .arg("list")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Gone before the program has begun to write.
    drop(reader.stdout.take());
    let mut err = String::new();
    reader
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    assert_eq!((reader.wait().unwrap().code(), err.as_str()), (Some(0), ""));
}

#[test]
#[cfg(target_os = "linux")]
fn an_output_that_cannot_be_written_is_an_error() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let said = said(program().arg("list").stdout(full));
    assert_eq!(said.code, Some(1));
    let start = "error: cannot write the output: ";
    assert!(said.err.starts_with(start), "{}", said.err);
}

#[test]
fn a_run_that_is_none_is_named() {
    let place = tempfile::tempdir().unwrap();
    let config = place.path().join("x.toml");
    writeln!(std::fs::File::create(&config).unwrap(), "nonsense = 1").unwrap();
    let (run, config) = (place.path().to_str().unwrap(), config.to_str().unwrap());
    rekindle(&["eval", run]).refused(&["is not a run directory"]);
    rekindle(&["sample", run]).refused(&["is not a run directory"]);
    rekindle(&["predict", run, "--text", "x"]).refused(&["is not a run directory"]);
    rekindle(&["validate", config]).refused(&["x.toml", "unknown key `nonsense`"]);
    rekindle(&["train", config]).refused(&["x.toml", "unknown key `nonsense`"]);
}

#[test]
fn the_engine_is_a_table_of_its_own_or_of_the_layers() {
    let place = tempfile::tempdir().unwrap();
    let quickstart = concat!(env!("CARGO_MANIFEST_DIR"), "/../../configs/quickstart.toml");
    // A config elsewhere, with the data where they are.
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/");
    let quickstart = std::fs::read_to_string(quickstart)
        .unwrap()
        .replace("../data/", data);
    let validate = |engine: &str| {
        let config = place.path().join("x.toml");
        std::fs::write(&config, format!("{quickstart}\n{engine}\n")).unwrap();
        rekindle(&["validate", config.to_str().unwrap()])
    };
    let steps = "executor = \"steps\"";
    for table in ["engine", "model.engine"] {
        let plan = validate(&format!("[{table}]\n{steps}")).done();
        assert!(
            plan.contains("[model.engine]\nexecutor = \"steps\""),
            "{plan}"
        );
    }
    validate(&format!(
        "[engine]\n{steps}\n[model.engine]\nexecutor = \"tiles\""
    ))
    .refused(&["engine: says something else than model.engine"]);
    validate("[engine]\nexecutor = \"loop\"").refused(&[
        "engine.executor",
        "`loop`",
        "auto, tiles, cube, primitives, steps",
    ]);
}

#[test]
fn show_draws_every_form_of_a_cell() {
    let place = tempfile::tempdir().expect("a directory");
    let said = rekindle_in(place.path(), &["show", "gru", "--diagram", "gru.svg"]).done();
    assert_eq!(
        said,
        "gru.svg: Gated recurrent unit\ngru-2.svg: Gated recurrent unit, with reset = \"before\"\n"
    );
    let svg = std::fs::read_to_string(place.path().join("gru-2.svg")).expect("written");
    for word in ["<svg", "σ", "1−", "Gated recurrent unit"] {
        assert!(svg.contains(word), "{word}");
    }
    rekindle_in(place.path(), &["show", "elman", "--diagram", "e.png"]).done();
    let png = std::fs::read(place.path().join("e.png")).expect("written");
    assert!(png.starts_with(b"\x89PNG"));
}

#[test]
fn a_diagram_that_cannot_be_written_is_refused() {
    rekindle(&["show", "gru", "--diagram", "gru.pdf"]).refused(&["gru.pdf", ".svg", ".png"]);
    rekindle(&["show", "gru", "--diagram", "no/where/gru.svg"]).refused(&["no/where", "--diagram"]);
}
