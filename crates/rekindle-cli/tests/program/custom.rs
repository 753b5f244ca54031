//! Cells from equations: they are trained, they are what compiled cells are, and mistakes in them are
//! shown where they are made.

use std::fs;
use std::path::Path;

use tempfile::tempdir;

use crate::golden::Golden;
use crate::support::rekindle_in;

const LSTM: &str = "\
state h, c
input i, f, g, o
hidden i, f, g, o
c' = sigmoid(W_f x + b_f + U_f h + d_f) * c + sigmoid(W_i x + b_i + U_i h + d_i) * tanh(affine(g, h))
h' = sigmoid(affine(o, h)) * tanh(c')
";

/// A config in which a cell of these equations, with more keys, learns the adding problem.
fn config(directory: &Path, equations: &str, more: &str) {
    let config = format!(
        "seed = 5\n[task]\nkind = \"adding\"\ntime = 8\n[train]\nsteps = 6\nbatch = 4\n\
         [model.cell]\nkind = \"custom\"\nd_hidden = 5\n{more}equations = \"\"\"\n{equations}\"\"\"\n"
    );
    fs::write(directory.join("mine.toml"), config).unwrap();
}

#[test]
fn a_cell_from_a_config_is_trained_and_evaluated() {
    let dir = tempdir().unwrap();
    config(dir.path(), LSTM, "begin = { f = 1 }\n");
    let said = rekindle_in(dir.path(), &["train", "mine.toml", "--device", "flex"]).done();
    assert!(said.contains("test "), "{said}");
    // The run has the equations: its config is not needed again.
    fs::remove_file(dir.path().join("mine.toml")).unwrap();
    let figures = rekindle_in(dir.path(), &["eval", "runs/mine"]).done();
    assert!(figures.contains("MSE"), "{figures}");
}

#[test]
fn an_lstm_from_equations_is_the_lstm() {
    let dir = tempdir().unwrap();
    let dir = dir.path();
    Golden::named("lstm-2layers-bi-lengths").lay_out(dir);
    let layer = fs::read_to_string(dir.join("LAYER.toml")).unwrap();
    let custom = layer.replace("\"lstm\"", "\"custom\"");
    let custom = format!("{custom}equations = \"\"\"\n{LSTM}\"\"\"\n");
    fs::write(dir.join("CUSTOM.toml"), custom).unwrap();
    let apply = |layer: &str| {
        let files = "--input x.safetensors --weights w.safetensors --cotangent g.safetensors --output y.safetensors";
        let arguments: Vec<&str> = ["apply", layer]
            .into_iter()
            .chain(files.split(' '))
            .collect();
        rekindle_in(dir, &arguments).done();
        fs::read(dir.join("y.safetensors")).unwrap()
    };
    assert_eq!(apply("CUSTOM.toml"), apply("LAYER.toml"));
}

#[test]
fn a_cell_from_a_config_is_shown_and_drawn() {
    let dir = tempdir().unwrap();
    let dir = dir.path();
    config(dir, LSTM, "begin = { f = 1 }\n");
    let page = rekindle_in(dir, &["show", "mine.toml"]).done();
    for line in [
        "  c' = sigmoid(W_f x + b_f + U_f h + d_f) * c",
        "  d_hidden = 5\n",
        "[4*d_hidden, d_input]",
        "Executors\n",
    ] {
        assert!(page.contains(line), "`{line}` is not in\n{page}");
    }
    assert!(!page.contains("The language of equations"), "{page}");
    let program = rekindle_in(dir, &["show", "mine.toml", "--program"]).done();
    assert!(program.starts_with("mine\n\nFolded\n"), "{program}");

    let draw = ["show", "mine.toml", "--diagram", "mine.svg"];
    assert_eq!(rekindle_in(dir, &draw).done(), "mine.svg: mine\n");
    let drawn = fs::read_to_string(dir.join("mine.svg")).unwrap();
    rekindle_in(dir, &["show", "lstm", "--diagram", "lstm.svg"]).done();
    let built_in = fs::read_to_string(dir.join("lstm.svg")).unwrap();
    let gates = |svg: &str| svg.matches('σ').count();
    assert!(
        gates(&drawn) > 0 && gates(&drawn) == gates(&built_in),
        "{drawn}"
    );

    // A layer's file, as `apply` takes it.
    let layer = "d_input = 3\n[cell]\nkind = \"gru\"\nd_hidden = 4\nreset = \"before\"\n";
    fs::write(dir.join("LAYER.toml"), layer).unwrap();
    let draw = ["show", "LAYER.toml", "--diagram", "layer.png"];
    let said = rekindle_in(dir, &draw).done();
    assert_eq!(said, "layer.png: Gated recurrent unit\n");
    let page = rekindle_in(dir, &["show", "LAYER.toml"]).done();
    assert!(page.contains("U_n (r * h) + d_n"), "{page}");
    assert_eq!(page.matches("Equations").count(), 1, "{page}");

    rekindle_in(dir, &["show", "none.toml"]).refused(&["none.toml", "there is no file"]);
    config(dir, "state h\nh' = tnah(h)\n", "");
    rekindle_in(dir, &["show", "mine.toml"]).refused(&["mine.toml", "line 2", "`tanh`"]);
    rekindle_in(dir, &["show", "mine"]).refused(&["unknown cell `mine`"]);
}

#[test]
fn mistakes_are_shown_where_they_are_made() {
    let dir = tempdir().unwrap();
    let dir = dir.path();
    let validate = || rekindle_in(dir, &["validate", "mine.toml"]);
    config(dir, &LSTM.replace("* tanh(c')", "* tnah(c')"), "");
    validate().refused(&[
        "mine.toml: model.cell.equations: line 5, column 30: `tnah` is no function; did you mean `tanh`?",
        "\n    h' = sigmoid(affine(o, h)) * tnah <- here\n",
    ]);
    config(dir, "", "");
    validate()
        .refused(&["mine.toml: model.cell.equations: line 1, column 1: expected a line `state h`"]);

    // Without a recurrent matrix, with the input itself, a scalar, and a block without a bias.
    let diagonal = "state h\ninput a\nvector u\nscalar s\nh' = tanh(W_a x + u * h) + s * x\n";
    config(dir, diagonal, "begin = { u = 0.9, s = 0.1 }\n");
    rekindle_in(dir, &["train", "mine.toml", "--device", "flex"]).done();
    config(dir, diagonal, "begin = { a = 0.5 }\n");
    validate().refused(&["model.cell.begin.a = 0.5: must be left out", "no bias"]);

    let projected = LSTM.replace(
        "h' = sigmoid(affine(o, h)) * tanh(c')",
        "h' = R (sigmoid(affine(o, h)) * tanh(c'))",
    );
    config(dir, &projected, "");
    validate().refused(&["model.cell.d_projection: missing", "`R`", "below d_hidden"]);
    config(dir, &projected, "d_projection = 5\n");
    validate().refused(&["model.cell.d_projection = 5: must be smaller than d_hidden"]);
    config(dir, &projected, "d_projection = 3\n");
    validate().done();
    config(dir, LSTM, "d_projection = 3\n");
    validate().refused(&["model.cell.d_projection = 3: must be left out", "no `R`"]);

    config(dir, LSTM, "begin = { forget = 1.0 }\n");
    validate().refused(&[
        "model.cell.begin.forget: no input block, vector or scalar (known: i, f, g, o)",
    ]);
    config(dir, LSTM, "begin = { f = nan }\n");
    validate().refused(&["model.cell.begin.f = NaN: must be a finite number"]);
    config(dir, LSTM, "begin = { f = 1.0 }\nbias = false\n");
    validate().refused(&["model.cell.begin.f = 1: must be left out", "no bias"]);
    config(dir, LSTM, "begin = { f = true }\n");
    validate().refused(&["mine.toml: model.cell.begin.f: must be a number, not true"]);
    let named = "state h\ninput a\nhidden a\nvector a\nh' = affine(a, h) * a\n";
    config(dir, named, "begin = { a = 1.0 }\n");
    validate().refused(&["model.cell.begin.a", "rename one of them"]);

    // One mask of variational dropout cannot fit two widths.
    let wide = "state h, c\ninput a\nhidden a\nc' = tanh(affine(a, c))\nh' = R c'\n";
    config(dir, wide, "d_projection = 3\n");
    rekindle_in(
        dir,
        &[
            "validate",
            "mine.toml",
            "--set",
            "model.recurrent_dropout=0.5",
        ],
    )
    .refused(&[
        "model.recurrent_dropout = 0.5: must be 0: cell has recurrent products of another width",
    ]);
    validate().done();
}
