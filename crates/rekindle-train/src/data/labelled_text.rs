//! Texts with a class each, from two columns of a table or a folder a class.

mod folder;

use std::path::Path;

use super::message::{counted, listed};
use super::table::{self, Table, config::TableConfig};
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

/// Where texts and their classes stand in a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TextColumns {
    /// How the table is written; what is not said is found.
    pub table: TableConfig,
    /// The column of the text.
    pub text: String,
    /// The column of the class.
    pub label: String,
    /// Whether rows whose text or class is empty are left out.
    pub skip_empty: bool,
}

impl Default for TextColumns {
    /// The columns `text` and `label`.
    fn default() -> Self {
        Self {
            table: TableConfig::default(),
            text: "text".to_owned(),
            label: "label".to_owned(),
            skip_empty: false,
        }
    }
}

impl LabelledText {
    /// Reads two columns of a table with a header; the classes are the labels found there. Or else a folder with a folder for
    /// each class, whose `.txt` files are its texts.
    pub fn read(path: &Path, columns: &TextColumns) -> Result<Self> {
        Self::open(path, columns, None)
    }

    /// Reads a file whose labels must be among `classes`: validation and test files of a training file.
    pub fn read_with_classes(
        path: &Path,
        columns: &TextColumns,
        classes: &[String],
    ) -> Result<Self> {
        Self::open(path, columns, Some(classes))
    }

    fn open(path: &Path, columns: &TextColumns, known: Option<&[String]>) -> Result<Self> {
        match path.is_dir() {
            true => folder::read(path, known),
            false => {
                let table = Table::read(path, &columns.table)?;
                Self::from_table(&table, columns, known)
            }
        }
    }

    /// The [place](cut::place) of each text, by the symbols that are read of it: texts that read the same share theirs.
    pub fn places(&self, seed: u64, read: impl Fn(&str) -> Vec<String>) -> Vec<u64> {
        // No word holds a blank, and a character is one symbol: so no two lists of symbols are joined to one text.
        let place = |text: &String| cut::place(seed, read(text).join(" ").as_bytes());
        self.texts.iter().map(place).collect()
    }

    fn from_table(table: &Table, columns: &TextColumns, known: Option<&[String]>) -> Result<Self> {
        let (text_column, label_column) = (columns.text.as_str(), columns.label.as_str());
        let found = |key: &str, column: &str| {
            table
                .column(column)
                .map_err(|error| Error::mend(format!("{error}; say by task.{key} which one it is")))
        };
        let text = found("text_column", text_column)?;
        let label = found("label_column", label_column)?;
        let mut texts = Vec::with_capacity(table.rows.len());
        let mut written = Vec::with_capacity(table.rows.len());
        let (mut rows, mut trimmed) = (Vec::new(), 0);
        let is_empty = |row: usize, column: usize| table.is_blank(row, column);
        for row in 0..table.rows.len() {
            if columns.skip_empty && (is_empty(row, text) || is_empty(row, label)) {
                continue;
            }
            rows.push(row);
            texts.push(filled(table, row, text)?.to_owned());
            // Blanks around a label would quietly make it a class of its own.
            let whole = filled(table, row, label)?;
            trimmed += usize::from(whole.trim() != whole);
            written.push(whole.trim().to_owned());
        }
        let mut note = table.line();
        for aside in table.asides() {
            note.push_str(&format!("; {aside}"));
        }
        let unread = (0..table.header.len()).filter(|&column| column != text && column != label);
        let unread: Vec<String> = unread.map(|column| table.header[column].clone()).collect();
        if !unread.is_empty() {
            let names = listed(&unread);
            note.push_str(&format!(
                "; left out {names} (neither the text nor its class)"
            ));
        }
        let skipped = table.rows.len() - rows.len();
        if skipped > 0 {
            let skipped = counted(skipped, "rows");
            note.push_str(&format!(
                "; left out {skipped} whose text or class is empty, as task.skip_empty says"
            ));
        }
        if trimmed > 0 {
            let labels = counted(trimmed, "labels");
            note.push_str(&format!("; {labels} read without the blanks around them"));
        }
        let name = (table.name.as_str(), |index: usize| table.row(rows[index]));
        let all = Self::of(name, texts, &written, known)?;
        if let (None, Some(gaps)) = (known, classes::gaps(&all.classes)) {
            note.push_str(&format!("; {gaps}"));
        }
        Ok(Self {
            note: Some(note),
            ..all
        })
    }

    /// Texts with the labels that are written beside them in what is called `name`, and each of them as `called` says.
    fn of(
        (name, called): (&str, impl Fn(usize) -> String),
        texts: Vec<String>,
        written: &[String],
        known: Option<&[String]>,
    ) -> Result<Self> {
        let classes = match known {
            Some(known) => known.to_vec(),
            None => classes::distinct(name, written)?,
        };
        let labels = classes::indices(name, written, &classes, called)?;
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
pub(crate) fn column(path: &Path, columns: &TextColumns) -> Result<Option<Vec<String>>> {
    let text_column = columns.text.as_str();
    let is_table = match file::kind(path).as_str() {
        "txt" => {
            let bytes = file::read_bytes(path)?;
            let (text, _) = table::decoded(path, bytes, columns.table.encoding.as_deref())?;
            let first = text.lines().next().unwrap_or_default();
            first.contains('\t') && first.split('\t').any(|name| name.trim() == text_column)
        }
        _ => table::is_table(path),
    };
    if !is_table {
        return Ok(None);
    }
    let table = Table::read(path, &columns.table)?;
    let place = table.column(text_column).map_err(|error| {
        Error::mend(format!(
            "{error}\nname the column so, or the file .txt to have each of its lines read as a text"
        ))
    })?;
    let texts = (0..table.rows.len()).map(|row| table.cell(row, place).to_owned());
    Ok(Some(texts.collect()))
}

fn filled(table: &Table, row: usize, column: usize) -> Result<&str> {
    let cell = table.cell(row, column);
    if table.is_blank(row, column) {
        return Err(Error::mend(format!(
            "{}: {} is empty; fill it in, remove the row, or have such rows left out by task.skip_empty = true",
            table.name,
            table.place(row, column)
        )));
    }
    Ok(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, known: Option<&[String]>) -> Result<LabelledText> {
        let table = Table::of_csv(text)?;
        LabelledText::from_table(&table, &columns(), known)
    }

    fn columns() -> TextColumns {
        TextColumns {
            label: "class".to_owned(),
            ..TextColumns::default()
        }
    }

    #[test]
    fn a_table_is_read_as_it_is_said_to_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, b"text;class\r\nsch\xf6n;a\r\nno;b\r\n").unwrap();
        let error = LabelledText::read(&path, &columns())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("byte 15 is not UTF-8") && error.contains("task.table.encoding"),
            "{error}"
        );
        let mut columns = columns();
        columns.table.encoding = Some("windows-1252".to_owned());
        let read = LabelledText::read(&path, &columns).unwrap();
        assert_eq!(read.texts, ["sch\u{f6}n", "no"]);
        assert!(
            read.note
                .unwrap()
                .contains("separated by semicolons, a header")
        );
        assert_eq!(column(&path, &columns).unwrap().unwrap(), read.texts);
    }

    #[test]
    fn a_word_for_a_missing_value_is_no_class() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "text,class\nfine,a\nbad,unknown\nno,b\n").unwrap();
        let mut columns = columns();
        columns.table.missing = vec!["unknown".to_owned()];
        let error = LabelledText::read(&path, &columns).unwrap_err().to_string();
        assert!(
            error.contains("row 2 (line 3), column `class` is empty"),
            "{error}"
        );
        columns.skip_empty = true;
        let read = LabelledText::read(&path, &columns).unwrap();
        assert_eq!(read.classes, ["a", "b"]);
        assert!(
            read.note
                .unwrap()
                .contains("left out 1 row whose text or class is empty")
        );
    }

    #[test]
    fn texts_stay_as_written_and_labels_become_indices() {
        let data = parse(
            "class,id,text\npos,1,\" Fine, really\"\n neg ,2,no\npos,3,yes\n",
            None,
        )
        .unwrap();
        assert_eq!(data.texts, [" Fine, really", "no", "yes"]);
        let note = data.note.expect("of a table");
        assert!(
            note.ends_with(
                "; left out `id` (neither the text nor its class); 1 label read without the blanks around them"
            ),
            "{note}"
        );
        assert_eq!(data.labels, [1, 0, 1]);
        assert_eq!(data.classes, ["neg", "pos"]);
    }

    #[test]
    fn files_are_read_with_their_own_or_given_classes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tsv");
        std::fs::write(&path, "text\tclass\nso \"so\tb\ngood\ta\n").unwrap();
        let train = LabelledText::read(&path, &columns()).unwrap();
        assert_eq!((train.texts[0].as_str(), train.labels[0]), ("so \"so", 1));
        let classes = ["b".to_owned(), "a".to_owned(), "c".to_owned()];
        let test = LabelledText::read_with_classes(&path, &columns(), &classes).unwrap();
        assert_eq!((test.labels, test.classes), (vec![0, 1], classes.to_vec()));
    }

    #[test]
    fn missing_columns_are_named() {
        let error = parse("text,label\nx,a\n", None).unwrap_err().to_string();
        assert!(
            error.contains("a.csv: no column `class`; the columns are `text`, `label`"),
            "{error}"
        );
        assert!(
            error.ends_with("task.label_column which one it is"),
            "{error}"
        );
        let error = parse("body,class\nx,a\n", None).unwrap_err().to_string();
        assert!(
            error.contains("no column `text`") && error.contains("task.text_column"),
            "{error}"
        );
    }

    #[test]
    fn an_empty_text_or_label_names_its_row() {
        let error = parse("text,class\nx,a\n  ,b\n", None)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("a.csv: row 2 (line 3), column `text` is empty"),
            "{error}"
        );
        let error = parse("text,class\nx,\n", None).unwrap_err().to_string();
        assert!(
            error.contains("a.csv: row 1 (line 2), column `class` is empty"),
            "{error}"
        );
    }

    #[test]
    fn ragged_rows_and_empty_files_are_refused() {
        assert!(
            parse("text,class\nx\n", None)
                .unwrap_err()
                .to_string()
                .contains("row 1 (line 2) has 1 cell and the header 2")
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
            error.contains("row 1 (line 2): label `z` is none of the classes `a`"),
            "{error}"
        );
    }
}
