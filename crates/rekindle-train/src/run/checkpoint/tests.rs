use tempfile::{TempDir, tempdir};

use super::*;
use crate::files::tests::mend;

fn blobs(step: u64) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("model", vec![step as u8; 9]),
        ("optimizer", b"moments".to_vec()),
    ]
}

fn saved(steps: &[u64]) -> TempDir {
    let place = tempdir().unwrap();
    for &step in steps {
        save(place.path(), step, &blobs(step), 9).unwrap();
    }
    place
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn newest(dir: &Path) -> Checkpoint {
    load(&latest(dir).unwrap().unwrap()).unwrap()
}

#[test]
fn what_is_saved_is_loaded() {
    let place = tempdir().unwrap();
    let dir = place.path().join("checkpoints");
    assert_eq!(latest(&dir).unwrap(), None);
    let path = save(&dir, 123, &blobs(123), 1).unwrap();
    assert_eq!(path, dir.join("step-00000123"));
    assert_eq!(latest(&dir).unwrap().as_ref(), Some(&path));
    let expected = blobs(123)
        .into_iter()
        .map(|(name, blob)| (name.to_owned(), blob));
    let loaded = load(&path).unwrap();
    assert_eq!((loaded.step, loaded.blobs), (123, expected.collect()));
}

#[test]
fn the_newest_are_kept_in_the_order_of_their_steps() {
    let place = saved(&[9, 10, 99_999_999, 100_000_000]);
    assert_eq!(newest(place.path()).step, 100_000_000);
    save(place.path(), 100_000_001, &blobs(1), 2).unwrap();
    assert_eq!(names(place.path()), ["step-100000000", "step-100000001"]);
    save(place.path(), 100_000_002, &blobs(2), 0).unwrap();
    assert_eq!(names(place.path()), ["step-100000002"]);
    // Even one that is not the newest stays, when it is the one just saved.
    save(place.path(), 7, &blobs(7), 1).unwrap();
    assert_eq!(names(place.path()), ["step-00000007"]);
}

#[test]
fn a_kill_while_writing_leaves_the_old_checkpoint() {
    let place = saved(&[1]);
    let half = place.path().join(".step-00000002.tmp");
    fs::create_dir(&half).unwrap();
    fs::write(half.join("model"), b"ha").unwrap();
    assert_eq!(newest(place.path()).step, 1);
    save(place.path(), 2, &blobs(2), 5).unwrap();
    assert_eq!(names(place.path()), ["step-00000001", "step-00000002"]);
    assert_eq!(newest(place.path()).step, 2);
}

#[test]
fn a_directory_without_a_manifest_is_no_checkpoint() {
    let place = saved(&[1, 2]);
    let newer = place.path().join("step-00000002");
    fs::remove_file(newer.join(MANIFEST)).unwrap();
    assert_eq!(newest(place.path()).step, 1);
    let first = place.path().join("step-00000001");
    mend(
        load(&newer),
        &["step-00000002 is damaged", MANIFEST, "step-00000001"],
    );
    fs::remove_file(first.join(MANIFEST)).unwrap();
    save(place.path(), 2, &blobs(2), 5).unwrap();
    mend(load(&first), &["no older checkpoint"]);
}

#[test]
fn a_kill_while_removing_leaves_the_new_checkpoint() {
    let place = saved(&[1, 2]);
    let (old, half) = (
        place.path().join("step-00000001"),
        place.path().join(".step-00000001.tmp"),
    );
    fs::rename(old, &half).unwrap();
    fs::remove_file(half.join("model")).unwrap();
    assert_eq!(newest(place.path()).step, 2);
    save(place.path(), 3, &blobs(3), 1).unwrap();
    assert_eq!(names(place.path()), ["step-00000003"]);
}

#[test]
fn a_step_saved_again_is_replaced_and_never_absent() {
    let place = saved(&[1, 2]);
    save(place.path(), 2, &[("model", b"again".to_vec())], 5).unwrap();
    assert_eq!(newest(place.path()).blobs["model"], b"again");
    assert_eq!(names(place.path()), ["step-00000001", "step-00000002"]);

    // Killed between the two renames: the old one stands in for the new.
    let path = place.path().join("step-00000002");
    let aside = place.path().join("step-00000002.replaced");
    fs::rename(&path, &aside).unwrap();
    assert_eq!(newest(place.path()).blobs["model"], b"again");
    save(place.path(), 2, &blobs(2), 5).unwrap();
    assert_eq!(newest(place.path()).blobs["model"], [2; 9]);
    assert_eq!(names(place.path()), ["step-00000001", "step-00000002"]);

    // Killed after them: the new one counts, and the next save clears the other away.
    save(place.path(), 3, &blobs(3), 5).unwrap();
    fs::rename(place.path().join("step-00000003"), &aside).unwrap();
    assert_eq!(newest(place.path()).blobs["model"], [2; 9]);
    save(place.path(), 2, &blobs(4), 5).unwrap();
    assert_eq!(newest(place.path()).blobs["model"], [4; 9]);
    assert_eq!(names(place.path()), ["step-00000001", "step-00000002"]);
}

#[test]
fn damage_is_named_with_the_older_checkpoint() {
    let place = saved(&[1, 2]);
    let path = place.path().join("step-00000002");
    let older = [
        "step-00000002 is damaged",
        "older checkpoint is",
        "step-00000001: remove",
        "--resume",
    ];
    fs::write(path.join("model"), [2; 4]).unwrap();
    mend(load(&path), &["model holds 4 bytes, where 9 were written"]);
    mend(load(&path), &older);
    fs::write(path.join("model"), [3; 9]).unwrap();
    mend(load(&path), &["model has another checksum"]);
    mend(load(&path), &older);
    fs::remove_file(path.join("model")).unwrap();
    mend(load(&path), &["model cannot be read"]);
    mend(load(&path), &older);
    fs::write(path.join(MANIFEST), b"{\"format\":").unwrap();
    mend(load(&path), &["manifest.json is not as written"]);
    mend(load(&path), &older);
    fs::write(path.join(MANIFEST), b"{\"format\": 1}").unwrap();
    mend(
        load(&path),
        &["manifest.json is not as written", "missing field `step`"],
    );
}

#[test]
fn damage_to_the_only_checkpoint_says_so() {
    let place = saved(&[1, 2]);
    let path = place.path().join("step-00000001");
    fs::write(path.join("optimizer"), b"").unwrap();
    mend(
        load(&path),
        &[
            "optimizer holds 0 bytes, where 7",
            "no older checkpoint: train anew",
        ],
    );
}

#[test]
fn a_manifest_cannot_reach_outside() {
    let place = saved(&[1]);
    let path = place.path().join("step-00000001");
    let manifest = r#"{"format":1,"step":1,"files":[{"name":"../secret","bytes":0,"crc32":0}]}"#;
    fs::write(path.join(MANIFEST), manifest).unwrap();
    mend(load(&path), &["names `../secret`", "no file of it"]);
}

#[test]
fn another_format_is_refused() {
    let place = saved(&[1]);
    let path = place.path().join("step-00000001");
    fs::write(path.join(MANIFEST), r#"{"format":2,"steps":1}"#).unwrap();
    mend(
        load(&path),
        &[
            "checkpoint format 2",
            "reads format 1",
            "version that wrote it",
        ],
    );
}

#[test]
fn a_name_that_is_no_file_name_is_our_fault() {
    let place = tempdir().unwrap();
    for name in ["", "..", "a/b", "/a", "a/", MANIFEST] {
        let error = save(place.path(), 1, &[(name, Vec::new())], 1).unwrap_err();
        assert_eq!(error.exit_code(), 1);
        assert!(error.to_string().contains("cannot name a blob"), "{error}");
    }
    let twice = [("a", Vec::new()), ("a", Vec::new())];
    assert!(
        save(place.path(), 1, &twice, 1)
            .unwrap_err()
            .to_string()
            .contains("each once")
    );
    assert!(names(place.path()).is_empty());
}

#[test]
fn a_place_that_cannot_be_written_or_read_is_named() {
    let place = tempdir().unwrap();
    let file = place.path().join("checkpoints");
    fs::write(&file, b"").unwrap();
    mend(save(&file, 1, &blobs(1), 1), &["checkpoints", "--out"]);
    mend(latest(&file), &["cannot read", "checkpoints"]);
    // A file in the place of the checkpoint's own directory while it is being written.
    let dir = tempdir().unwrap();
    fs::write(dir.path().join(".step-00000001.tmp"), b"").unwrap();
    mend(
        save(dir.path(), 1, &blobs(1), 1),
        &["cannot save the checkpoint", "step-00000001"],
    );
}

#[test]
fn what_an_interrupted_save_would_have_removed_is_removed() {
    let place = tempdir().unwrap();
    let dir = place.path();
    for step in 1..=4 {
        save(dir, step, &[("a", vec![step as u8])], 9).unwrap();
    }
    fs::rename(dir.join("step-00000001"), dir.join(".step-00000001.tmp")).unwrap();
    fs::rename(
        dir.join("step-00000002"),
        dir.join("step-00000004.replaced"),
    )
    .unwrap();
    let newest = latest(dir).unwrap().unwrap();
    tidy(dir, &newest, 2).unwrap();
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["step-00000003", "step-00000004"]);
}
