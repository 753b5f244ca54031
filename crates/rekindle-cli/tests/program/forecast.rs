//! What is said of forecasts: each target in its unit, and what the table does not say itself.

use std::fs;

use crate::support::rekindle_in;

#[test]
fn targets_and_columns_without_names_are_said() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let row = |i: i32| {
        format!(
            "{:.3},{:.3}\n",
            1000.0 * f64::from(i).sin(),
            0.01 * f64::from((i % 20 - 10).abs())
        )
    };
    fs::write(dir.join("t.csv"), (0..100).map(row).collect::<String>()).unwrap();
    let config = "device = \"flex\"\n[task]\nkind = \"forecast\"\nfile = \"t.csv\"\nwindow = 4\nseason = 90\n\
                  [model.cell]\nkind = \"elman\"\nd_hidden = 3\n[train]\nsteps = 4\n";
    fs::write(dir.join("t.toml"), config).unwrap();
    let said = rekindle_in(dir, &["train", "t.toml", "--out", "run"]);
    let notes = [
        "the first row holds no names, so it is data and no header",
        "`column 1`, `column 2`",
        "task.season = 90: there is no seasonal baseline",
    ];
    for words in notes {
        assert!(
            said.err.contains(words),
            "`{words}` is not in `{}`",
            said.err
        );
    }
    let out = said.done();
    let lines: Vec<&str> = out.lines().collect();
    for part in ["valid  MASE ", "test   MASE "] {
        let line = lines
            .iter()
            .find(|line| line.starts_with(part))
            .expect("a line");
        assert!(
            line.contains(", MAE (column 1) ") && line.contains(", RMSE (column 2) "),
            "{line}"
        );
    }
    // The second rises or falls by 0.01 a row.
    let naive = lines
        .iter()
        .find(|line| line.ends_with("for comparison: naive (as the last row)"));
    assert!(
        naive.expect("a line").contains("MAE (column 2) 0.0100"),
        "{out}"
    );

    let eval = rekindle_in(dir, &["eval", "run"]);
    for words in notes {
        assert!(
            eval.err.contains(words),
            "`{words}` is not in `{}`",
            eval.err
        );
    }
    let eval = eval.done();
    let first = eval.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("network") && first.contains("MASE"),
        "{eval}"
    );
}
