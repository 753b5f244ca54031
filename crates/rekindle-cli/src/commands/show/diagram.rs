//! The equations of a cell as pictures in files.

use std::path::{Path, PathBuf};

use rekindle_train::output::{Output, is_standard};
use rekindle_train::{Error, Result};

use super::{Args, Subject};

/// Pixels a point of a PNG: sharp on paper and on fine screens.
const SCALE: f32 = 2.0;

/// Draws every form of every cell, and says what was written.
pub(super) fn write(subjects: &[Subject], args: &Args, file: &Path) -> Result<String> {
    let pixels = match file.extension().and_then(|e| e.to_str()) {
        _ if is_standard(file) => false,
        Some("svg") => false,
        Some("png") => true,
        _ => {
            return Err(Error::mend(format!(
                "--diagram {}: a picture is an .svg or a .png; give the file one of these endings",
                file.display()
            )));
        }
    };
    let forms = subjects
        .iter()
        .flat_map(|subject| subject.forms.iter().map(move |form| (subject, form)));
    let forms: Vec<_> = forms.collect();
    if is_standard(file) && forms.len() > 1 {
        return Err(Error::mend(format!(
            "--diagram {}: there are {} pictures, which need a file each; name the first",
            file.display(),
            forms.len()
        )));
    }
    // All places are looked at before the first picture is drawn.
    let outputs = (1..=forms.len()).map(|number| {
        let output = Output::new("--diagram", &numbered(file, number))?.apart_from([&args.cell])?;
        match number == 1 || args.force {
            true => Ok(output),
            false => output.replacing_only(rekindle_view::is_ours),
        }
    });
    let outputs = outputs.collect::<Result<Vec<_>>>()?;
    let mut said = String::new();
    for ((subject, form), output) in forms.into_iter().zip(outputs) {
        let svg = form.diagram(&subject.title);
        let svg = svg.ok_or_else(|| subject.no_program("--diagram"))?;
        let content = match pixels {
            false => svg.into_bytes(),
            true => rekindle_view::png(&svg, SCALE).map_err(|e| Error::fault(e.to_string()))?,
        };
        output.write(&content)?;
        let title = form.title(&subject.title);
        said.push_str(&format!("{}: {title}\n", output.path().display()));
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
