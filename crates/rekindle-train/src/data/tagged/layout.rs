//! How words and their tags stand in a file.

use crate::data::message::{counted, shown};
use serde::{Deserialize, Serialize};

/// How a file of tagged words is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// A word a line with columns that say something of it, and a blank line behind a sentence, as in the files of CoNLL.
    Columns,
    /// CoNLL-U: ten columns between tabs, the word in the second and its part of speech in the fourth; lines with `#` are comments.
    Conllu,
    /// A sentence a line, `word/TAG word/TAG`, as in the Brown corpus.
    Slashed,
}

/// A word as it stands in a file, its tag where there is one, and its line, from 1.
pub(super) struct Token {
    pub(super) word: String,
    pub(super) tag: Option<String>,
    pub(super) line: usize,
}

/// The columns of words and tags, from 1; the layout's own where they are not named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) word: Option<usize>,
    pub(super) tag: Option<usize>,
}

/// The sentences of a file, and how it is written.
pub(super) struct Laid {
    pub(super) layout: Layout,
    pub(super) sentences: Vec<Vec<Token>>,
    /// What was left out, and of what columns were read.
    pub(super) asides: Vec<String>,
}

/// What separates the documents of a file.
const DOCUMENT: &str = "-DOCSTART-";

impl Layout {
    /// What a file seems to be.
    fn of(text: &str) -> Layout {
        let mut lines = text.lines().filter(|line| !is_blank(line));
        let mut words = lines.clone().take(200).peekable();
        let is_slashed = |line: &str| {
            line.split_whitespace()
                .all(|token| slashed(token).is_some())
        };
        if words.peek().is_some() && words.all(is_slashed) {
            return Layout::Slashed;
        }
        let conllu = |line: &str| {
            let cells: Vec<&str> = line.split('\t').collect();
            cells.len() == 10 && cells[0].starts_with(|c: char| c.is_ascii_digit())
        };
        match lines.find(|line| !line.starts_with('#')) {
            Some(first) if conllu(first) => Layout::Conllu,
            _ => Layout::Columns,
        }
    }

    /// The layout's name, as a key gives it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Layout::Columns => "columns",
            Layout::Conllu => "conllu",
            Layout::Slashed => "slashed",
        }
    }
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// A word and its tag, on both sides of the last slash.
fn slashed(token: &str) -> Option<(&str, &str)> {
    let parts = token.rsplit_once('/');
    parts.filter(|(word, tag)| !word.is_empty() && !tag.is_empty())
}

/// The sentences of a text.
///
/// # Errors
///
/// Says the line, what is wrong with it, and what to do.
pub(super) fn read(text: &str, layout: Option<Layout>, places: Places) -> Result<Laid, String> {
    let layout = layout.unwrap_or_else(|| Layout::of(text));
    let (sentences, asides) = match layout {
        Layout::Slashed => (of_lines(text)?, Vec::new()),
        Layout::Columns | Layout::Conllu => of_columns(text, layout, places)?,
    };
    Ok(Laid {
        layout,
        sentences,
        asides,
    })
}

/// A sentence a line.
fn of_lines(text: &str) -> Result<Vec<Vec<Token>>, String> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !is_blank(line));
    let sentence = |(number, line): (usize, &str)| {
        let tokens = line.split_whitespace().map(|token| {
            let (word, tag) = slashed(token).ok_or_else(|| {
                format!(
                    "line {number}: {} is no word/TAG; write it so, or name another task.layout",
                    shown(token)
                )
            })?;
            Ok(Token {
                word: word.to_owned(),
                tag: Some(tag.to_owned()),
                line: number,
            })
        });
        tokens.collect()
    };
    lines.map(sentence).collect()
}

/// A word a line.
fn of_columns(
    text: &str,
    layout: Layout,
    places: Places,
) -> Result<(Vec<Vec<Token>>, Vec<String>), String> {
    let is_conllu = layout == Layout::Conllu;
    let tabs = text
        .lines()
        .find(|line| !is_blank(line) && !line.starts_with('#'))
        .is_some_and(|line| line.contains('\t'));
    let mut sentences: Vec<Vec<Token>> = vec![Vec::new()];
    let (mut documents, mut comments, mut aside) = (0, 0, 0);
    let mut first: Option<(usize, usize)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        if is_blank(line) {
            sentences.push(Vec::new());
            continue;
        }
        let cells: Vec<&str> = match tabs {
            true => line.split('\t').map(str::trim).collect(),
            false => line.split_whitespace().collect(),
        };
        let begins = sentences.last().is_none_or(Vec::is_empty);
        let is_other = first.is_some_and(|(_, count)| cells.len() != count);
        // A word may be `#`, or begin with it.
        if line.starts_with('#') && (is_conllu || is_other || begins && cells[0].trim() == "#") {
            comments += 1;
            continue;
        }
        if cells[0] == DOCUMENT {
            documents += 1;
            sentences.push(Vec::new());
            continue;
        }
        if is_conllu && cells[0].contains(['-', '.']) {
            aside += 1;
            continue;
        }
        let (known, count) = *first.get_or_insert((number, cells.len()));
        if cells.len() != count {
            return Err(format!(
                "line {number} has {}, and line {known} has {count}; every word has the same columns, and a blank line stands between \
                 sentences",
                counted(cells.len(), "columns")
            ));
        }
        let column = |key: &str, place: Option<usize>, usual: usize| {
            let place = place.unwrap_or(usual);
            (1..=count)
                .contains(&place)
                .then(|| cells[place - 1])
                .ok_or_else(|| {
                    format!(
                        "task.{key} = {place}: line {number} has {}; count them from 1",
                        counted(count, "columns")
                    )
                })
        };
        let word = column("word_column", places.word, if is_conllu { 2 } else { 1 })?;
        let is_alone = count == 1 && places.tag.is_none();
        let tag = match is_alone {
            true => None,
            false => Some(column(
                "tag_column",
                places.tag,
                if is_conllu { 4 } else { count },
            )?),
        };
        if word.is_empty() || tag == Some("") {
            return Err(format!(
                "line {number}: its word or its tag is empty; write one, or leave the line out"
            ));
        }
        let sentence = sentences.last_mut().expect("one from the beginning");
        sentence.push(Token {
            word: word.to_owned(),
            tag: tag.map(str::to_owned),
            line: number,
        });
    }
    sentences.retain(|sentence| !sentence.is_empty());
    let mut asides = Vec::new();
    if let Some((_, count)) = first.filter(|(_, count)| *count > 2) {
        let word = places.word.unwrap_or(if is_conllu { 2 } else { 1 });
        let tag = places.tag.unwrap_or(if is_conllu { 4 } else { count });
        asides.push(format!("of {count} columns the words are column {word} and the tags column {tag} (task.word_column, task.tag_column)"));
    }
    asides.extend((documents > 0).then(|| {
        format!(
            "left out {} that begin documents",
            counted(documents, "lines")
        )
    }));
    asides.extend((comments > 0).then(|| format!("left out {}", counted(comments, "comments"))));
    asides.extend((aside > 0).then(|| {
        format!(
            "left out {} of several words or of none (1-2, 1.1)",
            counted(aside, "lines")
        )
    }));
    Ok((sentences, asides))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pair = (String, Option<String>);

    fn words(text: &str) -> (Layout, Vec<Vec<Pair>>) {
        let laid = read(text, None, Places::default()).expect("read");
        let of = |tokens: Vec<Token>| tokens.into_iter().map(|t| (t.word, t.tag)).collect();
        (laid.layout, laid.sentences.into_iter().map(of).collect())
    }

    fn pairs(sentences: &[&[[&str; 2]]]) -> Vec<Vec<Pair>> {
        let pair = |[word, tag]: &[&str; 2]| ((*word).to_owned(), Some((*tag).to_owned()));
        sentences
            .iter()
            .map(|s| s.iter().map(pair).collect())
            .collect()
    }

    #[test]
    fn files_are_read_as_they_are_written() {
        let right = pairs(&[
            &[["New", "B-LOC"], ["York", "I-LOC"], [".", "O"]],
            &[["Ada", "B-PER"]],
        ]);
        for (text, layout) in [
            ("New B-LOC\nYork I-LOC\n. O\n\nAda B-PER\n", Layout::Columns),
            (
                "-DOCSTART- -X- O\n\nNew NNP B-LOC\nYork NNP I-LOC\n. . O\n\n\nAda NNP B-PER",
                Layout::Columns,
            ),
            (
                "New\tB-LOC\r\nYork\tI-LOC\r\n.\tO\r\n\r\nAda\tB-PER\r\n",
                Layout::Columns,
            ),
            ("New/B-LOC York/I-LOC ./O\n\n\tAda/B-PER\n", Layout::Slashed),
        ] {
            assert_eq!(words(text), (layout, right.clone()), "{text:?}");
        }
        let conllu = "# text = I'm\n1-2\tI'm\t_\t_\t_\t_\t_\t_\t_\t_\n1\tI\ti\tPRON\t_\t_\t_\t_\t_\t_\n2\t'm\tbe\tAUX\t_\t_\t_\t_\t_\t_\n\n";
        assert_eq!(
            words(conllu),
            (Layout::Conllu, pairs(&[&[["I", "PRON"], ["'m", "AUX"]]]))
        );
    }

    #[test]
    fn a_word_may_be_a_number_sign_and_may_hold_blanks_between_tabs() {
        assert_eq!(words("a X\n# Y\n").1, pairs(&[&[["a", "X"], ["#", "Y"]]]));
        assert_eq!(words("#a X\nb Y\n").1, pairs(&[&[["#a", "X"], ["b", "Y"]]]));
        assert_eq!(
            words("# id 7\na X\n\n# 8\nb Y\n# z 9\n").1,
            pairs(&[&[["a", "X"]], &[["b", "Y"]]])
        );
        assert_eq!(
            words("ad hoc\tX\nb\tY\n").1,
            pairs(&[&[["ad hoc", "X"], ["b", "Y"]]])
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let wrong =
            |text: &str, layout, places| read(text, layout, places).map(|_| ()).expect_err("wrong");
        let usual = Places::default();
        assert!(
            wrong("a X\nb\n", None, usual).starts_with("line 2 has 1 column, and line 1 has 2")
        );
        assert!(
            wrong("a/X b\n", Some(Layout::Slashed), usual).contains("line 1: `b` is no word/TAG")
        );
        let far = Places {
            tag: Some(5),
            ..usual
        };
        assert!(wrong("a X\n", None, far).contains("task.tag_column = 5: line 1 has 2 columns"));
        assert!(wrong("a\t\n", None, usual).contains("line 1: its word or its tag is empty"));
    }
}
