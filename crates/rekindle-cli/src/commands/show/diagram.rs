//! The equations of a cell as pictures in files.

use std::path::{Path, PathBuf};

use rekindle_train::{Error, Result, files};

use super::Subject;

/// Pixels a point of a PNG: sharp on paper and on fine screens.
const SCALE: f32 = 2.0;

/// Draws every form of every cell, and says what was written.
pub(super) fn write(subjects: &[Subject], file: &Path) -> Result<String> {
    let pixels = match file.extension().and_then(|e| e.to_str()) {
        Some("svg") => false,
        Some("png") => true,
        _ => {
            return Err(Error::mend(format!(
                "--diagram {}: a picture is an .svg or a .png; give the file one of these endings",
                file.display()
            )));
        }
    };
    let mut said = String::new();
    let forms = subjects
        .iter()
        .flat_map(|subject| subject.forms.iter().map(move |form| (subject, form)));
    for (i, (subject, form)) in forms.enumerate() {
        let svg = form.diagram(&subject.title);
        let svg = svg.ok_or_else(|| subject.no_program("--diagram"))?;
        let content = match pixels {
            false => svg.into_bytes(),
            true => rekindle_view::png(&svg, SCALE).map_err(|e| Error::fault(e.to_string()))?,
        };
        let file = numbered(file, i + 1);
        files::write_for("--diagram", &file, &content)?;
        let title = form.title(&subject.title);
        said.push_str(&format!("{}: {title}\n", file.display()));
    }
    Ok(said)
}

/// `gru.svg`, `gru-2.svg`, ...
fn numbered(file: &Path, number: usize) -> PathBuf {
    if number == 1 {
        return file.to_owned();
    }
    let part =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let name = format!(
        "{}-{number}.{}",
        part(file.file_stem()),
        part(file.extension())
    );
    file.with_file_name(name)
}
