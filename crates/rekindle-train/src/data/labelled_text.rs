//! Texts with a class each, from two columns of a table or a folder a class.

mod folder;

use std::path::Path;

use super::message::shown;
use super::table::{Table, config::TableConfig};
use super::{classes, cut, file};
use crate::error::{Error, Result};

/// Texts and their classes, one of each a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledText {
    /// The texts as written.
    pub texts: Vec<String>,
    /// The index in `classes` of each text's label.
    pub labels: Vec<usize>,
    /// The distinct labels, in lexicographic order unless they were given.
    pub classes: Vec<String>,
    /// What is to be said of how they were found.
    pub note: Option<String>,
}

impl LabelledText {
    /// Reads two columns of a table with a header; the classes are the labels found there. Or else a folder with a folder for
    /// each class, whose `.txt` files are its texts.
    pub fn read(path: &Path, text_column: &str, label_column: &str) -> Result<Self> {
        Self::open(path, text_column, label_column, None)
    }

    /// Reads a file whose labels must be among `classes`: validation and test files of a training file.
    pub fn read_with_classes(
        path: &Path,
        text_column: &str,
        label_column: &str,
        classes: &[String],
    ) -> Result<Self> {
        Self::open(path, text_column, label_column, Some(classes))
    }

    fn open(
        path: &Path,
        text_column: &str,
        label_column: &str,
        known: Option<&[String]>,
    ) -> Result<Self> {
        match path.is_dir() {
            true => folder::read(path, known),
            false => {
                let table = Table::read(path, &TableConfig::default())?;
                Self::from_table(&table, text_column, label_column, known)
            }
        }
    }

    /// The [place](cut::place) of each text, by the symbols that are read of it: texts that read the same share theirs.
    pub fn places(&self, seed: u64, read: impl Fn(&str) -> Vec<String>) -> Vec<u64> {
        // No word holds a blank, and a character is one symbol: so no two lists of symbols are joined to one text.
        let place = |text: &String| cut::place(seed, read(text).join(" ").as_bytes());
        self.texts.iter().map(place).collect()
    }

    fn from_table(
        table: &Table,
        text_column: &str,
        label_column: &str,
        known: Option<&[String]>,
    ) -> Result<Self> {
        let (text, label) = (table.column(text_column)?, table.column(label_column)?);
        let mut texts = Vec::with_capacity(table.rows.len());
        let mut written = Vec::with_capacity(table.rows.len());
        for row in 0..table.rows.len() {
            texts.push(filled(table, row, text, text_column)?.to_owned());
            // Blanks around a label would quietly make it a class of its own.
            written.push(filled(table, row, label, label_column)?.trim().to_owned());
        }
        Self::of(&table.name, texts, &written, known)
    }

    /// Texts with the labels that are written beside them in what is called `name`.
    fn of(
        name: &str,
        texts: Vec<String>,
        written: &[String],
        known: Option<&[String]>,
    ) -> Result<Self> {
        let classes = match known {
            Some(known) => known.to_vec(),
            None => classes::distinct(name, written)?,
        };
        let labels = classes::indices(name, written, &classes, classes::row)?;
        Ok(Self {
            texts,
            labels,
            classes,
            note: None,
        })
    }
}

/// The texts of a table without its classes; none where the file is no table: neither by its name, nor by a first line that
/// names the column among others, between tabs.
///
/// # Errors
///
/// If the file cannot be read, or is a table without such a column.
pub(crate) fn column(path: &Path, text_column: &str) -> Result<Option<Vec<String>>> {
    let is_table = match file::kind(path).as_str() {
        "csv" | "tsv" => true,
        "txt" => {
            let text = file::read_text(path)?;
            let first = text.lines().next().unwrap_or_default();
            first.contains('\t') && first.split('\t').any(|name| name.trim() == text_column)
        }
        _ => false,
    };
    if !is_table {
        return Ok(None);
    }
    let table = Table::read(path, &TableConfig::default())?;
    let place = table.column(text_column).map_err(|error| {
        Error::mend(format!(
            "{error}\nname the column so, or the file .txt to have each of its lines read as a text"
        ))
    })?;
    let texts = (0..table.rows.len()).map(|row| table.cell(row, place).to_owned());
    Ok(Some(texts.collect()))
}

fn filled<'a>(table: &'a Table, row: usize, column: usize, name: &str) -> Result<&'a str> {
    let cell = table.cell(row, column);
    if cell.trim().is_empty() {
        return Err(Error::mend(format!(
            "{}: row {}: column {} is empty; fill it in or remove the row",
            table.name,
            row + 1,
            shown(name)
        )));
    }
    Ok(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::table::config::Separator;

    fn parse(text: &str, known: Option<&[String]>) -> Result<LabelledText> {
        let table = Table::parse(
            "a.csv".to_owned(),
            text,
            Separator::Comma,
            &TableConfig::default(),
        )?;
        LabelledText::from_table(&table, "text", "class", known)
    }

    #[test]
    fn texts_stay_as_written_and_labels_become_indices() {
        let data = parse(
            "class,id,text\npos,1,\" Fine, really\"\n neg ,2,no\npos,3,yes\n",
            None,
        )
        .unwrap();
        assert_eq!(data.texts, [" Fine, really", "no", "yes"]);
        assert_eq!(data.labels, [1, 0, 1]);
        assert_eq!(data.classes, ["neg", "pos"]);
    }

    #[test]
    fn files_are_read_with_their_own_or_given_classes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tsv");
        std::fs::write(&path, "text\tclass\nso \"so\tb\ngood\ta\n").unwrap();
        let train = LabelledText::read(&path, "text", "class").unwrap();
        assert_eq!((train.texts[0].as_str(), train.labels[0]), ("so \"so", 1));
        let classes = ["b".to_owned(), "a".to_owned(), "c".to_owned()];
        let test = LabelledText::read_with_classes(&path, "text", "class", &classes).unwrap();
        assert_eq!((test.labels, test.classes), (vec![0, 1], classes.to_vec()));
    }

    #[test]
    fn missing_columns_are_named() {
        let error = parse("text,label\nx,a\n", None).unwrap_err().to_string();
        assert!(
            error.contains("a.csv: no column `class`; the columns are `text`, `label`"),
            "{error}"
        );
        let error = parse("body,class\nx,a\n", None).unwrap_err().to_string();
        assert!(error.contains("no column `text`"), "{error}");
    }

    #[test]
    fn an_empty_text_or_label_names_its_row() {
        let error = parse("text,class\nx,a\n  ,b\n", None)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("a.csv: row 2: column `text` is empty"),
            "{error}"
        );
        let error = parse("text,class\nx,\n", None).unwrap_err().to_string();
        assert!(
            error.contains("a.csv: row 1: column `class` is empty"),
            "{error}"
        );
    }

    #[test]
    fn ragged_rows_and_empty_files_are_refused() {
        assert!(
            parse("text,class\nx\n", None)
                .unwrap_err()
                .to_string()
                .contains("row 1 has 1 cells and the header 2")
        );
        assert!(
            parse("", None)
                .unwrap_err()
                .to_string()
                .contains("the file is empty")
        );
        assert!(
            parse("text,class\n", None)
                .unwrap_err()
                .to_string()
                .contains("no rows")
        );
    }

    #[test]
    fn one_class_and_unknown_labels_are_refused() {
        assert!(
            parse("text,class\nx,a\ny,a\n", None)
                .unwrap_err()
                .to_string()
                .contains("two classes at least")
        );
        let error = parse("text,class\nx,z\n", Some(&["a".to_owned()]))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("row 1: label `z` is none of the classes `a`"),
            "{error}"
        );
    }
}
