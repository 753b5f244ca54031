use tempfile::tempdir;

use super::*;
use crate::files::tests::mend;

fn output(path: &Path) -> Result<Output> {
    Output::new("--output", path)
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_file_is_written_and_nothing_else_is_touched() {
    let place = tempdir().unwrap();
    let path = place.path().join("pred.json");
    // What the name of an unfinished file might be guessed to be.
    for name in [".pred.json.tmp", "pred.json.tmp"] {
        fs::write(place.path().join(name), name).unwrap();
    }
    for content in ["old", "new"] {
        let output = output(&path).unwrap();
        output.write(content.as_bytes()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), content.as_bytes());
        assert_eq!(output.path(), path);
    }
    let all = [".pred.json.tmp", "pred.json", "pred.json.tmp"];
    assert_eq!(names(place.path()), all);
    for name in [".pred.json.tmp", "pred.json.tmp"] {
        assert_eq!(fs::read(place.path().join(name)).unwrap(), name.as_bytes());
    }
}

#[test]
fn what_is_no_plain_file_is_refused() {
    let place = tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    mend(output(place.path()), &["is a directory", "FILE"]);
    mend(output(Path::new(".")), &[". is a directory"]);
    mend(output(&at("new/")), &["is no name of a file", "--output"]);
    mend(output(Path::new("")), &["is no name of a file"]);
    mend(
        output(&at("none/a.csv")),
        &["cannot write", "none/a.csv", "--output"],
    );
    fs::write(at("file"), "").unwrap();
    mend(output(&at("file/a.csv")), &["cannot write", "a.csv"]);
    mend(output(&at("a\0b")), &["cannot write", "--output"]);
    assert_eq!(names(place.path()), ["file"]);
}

#[test]
fn standard_output_has_two_names() {
    for name in ["-", "/dev/stdout"] {
        assert!(output(Path::new(name)).unwrap().is_standard());
    }
    assert!(!output(Path::new("./-")).unwrap().is_standard());
}

#[test]
fn what_is_read_is_not_written_over() {
    let place = tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    fs::write(at("a.csv"), "1").unwrap();
    fs::hard_link(at("a.csv"), at("hard.csv")).unwrap();
    let inputs = [at("none.csv"), at("a.csv")];
    let mut same = vec![at("a.csv"), at("x/../a.csv"), at("hard.csv")];
    fs::create_dir(at("x")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("a.csv", at("soft.csv")).unwrap();
        same.push(at("soft.csv"));
    }
    for path in same {
        let refused = output(&path).unwrap().apart_from(&inputs);
        mend(
            refused,
            &["is what this command reads", "a.csv", "another --output"],
        );
    }
    output(&at("b.csv")).unwrap().apart_from(&inputs).unwrap();
    assert!(output(Path::new("-")).unwrap().apart_from(["-"]).is_ok());
}

#[test]
fn a_file_nobody_named_is_replaced_if_it_was_made_here() {
    let place = tempdir().unwrap();
    let path = place.path().join("comparison.html");
    let ours = |content: &[u8]| content == b"ours";
    let asked = || output(&path).unwrap().replacing_only(ours);
    assert!(asked().is_ok());
    fs::write(&path, "ours").unwrap();
    assert!(asked().is_ok());
    fs::write(&path, "mine").unwrap();
    mend(
        asked(),
        &[
            "comparison.html is there",
            "did not make it",
            "--output",
            "--force",
        ],
    );
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
    use std::process::Command;

    #[test]
    fn a_link_is_followed_and_stays() {
        let place = tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        for directory in ["here", "there"] {
            fs::create_dir(at(directory)).unwrap();
        }
        fs::write(at("there/real.csv"), "old").unwrap();
        symlink("../there/real.csv", at("here/link.csv")).unwrap();
        output(&at("here/link.csv")).unwrap().write(b"new").unwrap();
        assert_eq!(fs::read(at("there/real.csv")).unwrap(), b"new");
        assert_eq!(
            fs::read_link(at("here/link.csv")).unwrap(),
            Path::new("../there/real.csv")
        );
        assert_eq!(names(&at("here")), ["link.csv"]);

        let words = ["is a link that leads nowhere", "another --output"];
        symlink("gone", at("dangling")).unwrap();
        mend(output(&at("dangling")), &words);
        symlink("loop", at("loop")).unwrap();
        mend(output(&at("loop")), &words);
    }

    #[test]
    fn the_file_that_is_replaced_hands_on_its_mode_and_its_owner() {
        let place = tempdir().unwrap();
        let path = place.path().join("a.csv");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        // A new one is as any other program would make it.
        let usual = place.path().join("usual");
        fs::write(&usual, "").unwrap();
        output(&path).unwrap().write(b"new").unwrap();
        assert_eq!(mode(&path), mode(&usual));
        for wanted in [0o640, 0o755, 0o600] {
            fs::set_permissions(&path, fs::Permissions::from_mode(wanted)).unwrap();
            output(&path).unwrap().write(b"again").unwrap();
            assert_eq!(mode(&path), wanted);
        }
        // Who is not root cannot give a file away, and then there is nothing to keep.
        if chown(&path, Some(12345), Some(23456)).is_ok() {
            output(&path).unwrap().write(b"again").unwrap();
            let file = fs::metadata(&path).unwrap();
            assert_eq!((file.uid(), file.gid()), (12345, 23456));
        }
    }

    #[test]
    fn devices_and_pipes_are_refused_and_stay() {
        let place = tempdir().unwrap();
        let pipe = place.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        for path in [&pipe, Path::new("/dev/null")] {
            mend(output(path), &["is a device or a pipe", "standard output"]);
            assert!(!fs::metadata(path).unwrap().is_file());
        }
    }
}
