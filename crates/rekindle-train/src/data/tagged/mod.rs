//! Sentences whose words have a tag each.

mod layout;
pub(crate) mod spans;

use super::message::{counted, listed, shown};
use super::{cut, file};
use crate::error::{Error, Result};
pub use layout::Layout;
use layout::{Laid, Places, Token};
pub use spans::{Scheme, Span};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// Sentences, and the tags of their words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedText {
    /// The words of each sentence.
    pub words: Vec<Vec<String>>,
    /// The index in `names` of each word's tag.
    pub tags: Vec<Vec<usize>>,
    /// The distinct tags, in lexicographic order unless they were given.
    pub names: Vec<String>,
    /// What the tags say together.
    pub scheme: Scheme,
    /// What is to be said of how they were found.
    pub note: String,
}

/// How a file of tagged words is read; what is not said is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TagColumns {
    /// How it is written.
    pub layout: Option<Layout>,
    /// The column of the words, from 1.
    pub word: Option<usize>,
    /// The column of the tags, from 1.
    pub tag: Option<usize>,
    /// What tags say together.
    pub scheme: Option<Scheme>,
}

impl TagColumns {
    fn places(self) -> Places {
        Places {
            word: self.word,
            tag: self.tag,
        }
    }
}

impl TaggedText {
    /// Reads a file; its tags must be among the `known` ones where there are such.
    ///
    /// # Errors
    ///
    /// Names the file, the line and the remedy.
    pub fn read(path: &Path, columns: TagColumns, known: Option<&[String]>) -> Result<Self> {
        let text = file::read_text(path)?;
        let about = |why: String| Error::mend(format!("{}: {why}", path.display()));
        let laid = layout::read(&text, columns.layout, columns.places()).map_err(about)?;
        Self::of(laid, columns.scheme, known)
            .map(|mut read| {
                read.note.insert_str(0, &format!("{}: ", path.display()));
                read
            })
            .map_err(about)
    }

    fn of(laid: Laid, scheme: Option<Scheme>, known: Option<&[String]>) -> Result<Self, String> {
        let Laid {
            layout,
            sentences,
            asides,
        } = laid;
        let Some(first) = sentences.first() else {
            return Err("there is no word in it; a file of tagged words has a word and its tag a line, and a blank line between sentences".into());
        };
        if first[0].tag.is_none() {
            return Err(format!(
                "line {}: there is a word and no tag; write the tag behind it, after a blank or a tab",
                first[0].line
            ));
        }
        let mut notes = vec![format!(
            "{} of {}, read as task.layout = \"{}\"",
            counted(sentences.len(), "sentences"),
            counted(sentences.iter().map(Vec::len).sum(), "words"),
            layout.name()
        )];
        notes.extend(asides);
        let tag = |token: &Token| token.tag.clone().unwrap_or_default();
        let mut written: Vec<Vec<String>> = sentences
            .iter()
            .map(|s| s.iter().map(tag).collect())
            .collect();
        let scheme = together(&sentences, &mut written, scheme, &mut notes)?;
        let names = match known {
            Some(known) => known.to_vec(),
            None => {
                let names: BTreeSet<&String> = written.iter().flatten().collect();
                names.into_iter().cloned().collect()
            }
        };
        if let (None, [only]) = (known, names.as_slice()) {
            return Err(format!(
                "every word has the tag {}, and there is nothing to learn; name the column of the tags by task.tag_column",
                shown(only)
            ));
        }
        let index: HashMap<&str, usize> = names.iter().map(String::as_str).zip(0..).collect();
        let mut tags = Vec::with_capacity(written.len());
        for (sentence, written) in sentences.iter().zip(&written) {
            let row = sentence.iter().zip(written).map(|(token, tag)| {
                index.get(tag.as_str()).copied().ok_or_else(|| {
                    format!(
                        "line {}: {} is none of the tags that the run knows: {}",
                        token.line,
                        shown(tag),
                        listed(&names)
                    )
                })
            });
            tags.push(row.collect::<Result<Vec<usize>, String>>()?);
        }
        Ok(TaggedText {
            words: words(sentences),
            tags,
            names,
            scheme,
            note: notes.join("; "),
        })
    }

    /// The [place](cut::place) of each sentence, by its words.
    pub(crate) fn places(&self, seed: u64) -> Vec<u64> {
        // No word holds a line's end.
        let place = |words: &Vec<String>| cut::place(seed, words.join("\n").as_bytes());
        self.words.iter().map(place).collect()
    }
}

/// What the tags of a file say together, which are read as `BIO` where they say it in another way.
fn together(
    sentences: &[Vec<Token>],
    written: &mut [Vec<String>],
    scheme: Option<Scheme>,
    notes: &mut Vec<String>,
) -> Result<Scheme, String> {
    let is_bio =
        |tag: &String| tag == spans::OUTSIDE || tag.starts_with("B-") || tag.starts_with("I-");
    let are_bio = written.iter().flatten().all(is_bio);
    let mark = are_bio && spans::mark_spans(written.iter().flatten().map(String::as_str));
    match scheme {
        Some(Scheme::Free) => return Ok(Scheme::Free),
        None if !mark => return Ok(Scheme::Free),
        Some(Scheme::Iob) if are_bio => {
            written.iter_mut().for_each(|tags| spans::begin(tags));
            notes.push(
                "the tags, of the scheme IOB, were read as BIO: every span begins with B-".into(),
            );
            return Ok(Scheme::Bio);
        }
        Some(Scheme::Bio | Scheme::Iob) if !are_bio => {
            let (token, tag) = sentences
                .iter()
                .flatten()
                .zip(written.iter().flatten())
                .find(|(_, tag)| !is_bio(tag))
                .expect("not all are");
            return Err(format!(
                "line {}: {} is neither O nor B- or I- with a kind, as task.scheme wants it; leave the key out, or say \"free\"",
                token.line,
                shown(tag)
            ));
        }
        _ => {}
    }
    for (sentence, tags) in sentences.iter().zip(written.iter()) {
        if let Some(at) = spans::broken(tags) {
            let behind = at
                .checked_sub(1)
                .map_or("nothing".into(), |before| shown(&tags[before]));
            return Err(format!(
                "line {}: {} stands behind {behind}, where BIO wants `B-{}`; mend it, or say task.scheme = \"iob\" where I- begins spans as \
                 well, or \"free\" to take tags as they are",
                sentence[at].line,
                shown(&tags[at]),
                &tags[at][2..]
            ));
        }
    }
    Ok(Scheme::Bio)
}

fn words(sentences: Vec<Vec<Token>>) -> Vec<Vec<String>> {
    let of = |sentence: Vec<Token>| sentence.into_iter().map(|token| token.word).collect();
    sentences.into_iter().map(of).collect()
}

/// The sentences of a file that are to be tagged: a word a line, with a tag of these behind it that is not looked at or alone; or else text, a
/// sentence a line, which is split into words by the caller.
pub(crate) enum Untagged {
    /// Words.
    Words(Vec<Vec<String>>),
    /// Lines, with their numbers from 1; blank ones are not among them.
    Lines(Vec<(usize, String)>),
}

impl Untagged {
    /// Reads a file, as one of words where nearly every line ends with one of the tags or is one word; and what is to be said of that.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is one of words with a line that is none.
    pub(crate) fn read(
        path: &Path,
        columns: TagColumns,
        tags: &[String],
    ) -> Result<(Self, String)> {
        let text = file::read_text(path)?;
        let lines: Vec<(usize, &str)> = (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty())
            .collect();
        let read = layout::read(&text, columns.layout, columns.places());
        if let Err(why) = &read
            && (columns.layout.is_some() || lines_end_with(&lines, tags))
        {
            return Err(Error::mend(format!("{}: {why}", path.display())));
        }
        if let Ok(laid) = read {
            let all: Vec<&Token> = laid.sentences.iter().flatten().collect();
            let is_tagged =
                |token: &&&Token| token.tag.as_ref().is_none_or(|tag| tags.contains(tag));
            let tagged = all.iter().filter(is_tagged).count();
            if columns.layout.is_some() || 10 * tagged >= 9 * all.len() && !all.is_empty() {
                let note = format!(
                    "{}: {} of words, read as task.layout = \"{}\"",
                    path.display(),
                    counted(laid.sentences.len(), "sentences"),
                    laid.layout.name()
                );
                return Ok((Untagged::Words(words(laid.sentences)), note));
            }
        }
        let note = format!(
            "{}: {}, one a line",
            path.display(),
            counted(lines.len(), "sentences")
        );
        let lines = lines
            .into_iter()
            .map(|(number, line)| (number, line.to_owned()));
        Ok((Untagged::Lines(lines.collect()), note))
    }
}

/// Whether most lines are words with one of these tags behind them.
fn lines_end_with(lines: &[(usize, &str)], tags: &[String]) -> bool {
    let is_tagged = |(_, line): &&(usize, &str)| {
        let mut cells = line.split_whitespace();
        cells.next().is_some()
            && cells
                .next_back()
                .is_some_and(|last| tags.iter().any(|tag| tag == last))
    };
    2 * lines.iter().filter(is_tagged).count() > lines.len()
}

/// The most different tags that a text has which is taken for one of tagged words, and the fewest words a tag.
const TAGS: usize = 200;
const WORDS: usize = 3;

/// How many sentences a text seems to have whose words have tags; none where it seems to be of another sort: its lines have no columns, or
/// all are one sentence, or what would be words are numbers, or what would be tags are as many as words.
pub(crate) fn seems(text: &str) -> Option<usize> {
    let laid = layout::read(text, None, Places::default()).ok()?;
    let tokens = || laid.sentences.iter().flatten();
    let tags: Option<BTreeSet<&str>> = tokens().map(|token| token.tag.as_deref()).collect();
    let (tags, words) = (tags?.len(), tokens().count());
    let is_number = |token: &&Token| token.word.parse::<f64>().is_ok();
    let numbers = tokens().filter(is_number).count();
    let (sentences, distinct) = (laid.sentences.len(), (2..=TAGS).contains(&tags));
    (sentences > 1 && words > sentences && distinct && words >= WORDS * tags && 2 * numbers < words)
        .then_some(sentences)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        text: &str,
        scheme: Option<Scheme>,
        known: Option<&[String]>,
    ) -> Result<TaggedText, String> {
        TaggedText::of(layout::read(text, None, Places::default())?, scheme, known)
    }

    #[test]
    fn tags_are_numbered_in_the_order_of_their_names() {
        let text = read("b X\na O\n\nc X\n", None, None).expect("read");
        assert_eq!(
            (text.names, text.tags),
            (
                vec!["O".to_owned(), "X".to_owned()],
                vec![vec![1, 0], vec![1]]
            )
        );
        assert_eq!(
            (text.words, text.scheme),
            (
                vec![vec!["b".to_owned(), "a".into()], vec!["c".into()]],
                Scheme::Free
            )
        );
    }

    #[test]
    fn other_texts_do_not_seem_to_be_of_tagged_words() {
        let tagged = "to O\nOslo B-TO\nnow O\n\nto O\nBari B-TO\nnow O\n";
        assert_eq!(seems(tagged), Some(2));
        assert_eq!(seems("a/X b/Y c/X\nd/Y e/X f/X\n"), Some(2));
        for other in [
            "The first line of a text.\n\nAnother paragraph here.\n",
            "text\tlabel\nlovely\tgood\nawful\tbad\n",
            "1 2\n3 4\n\n5 6\n7 8\n",
            "a,b\n\nc,d\n",
            "one two\nthree four\n\nfive six\nseven eight\n",
            "",
        ] {
            assert_eq!(seems(other), None, "{other:?}");
        }
    }

    #[test]
    fn what_breaks_bio_is_said_and_iob_is_read_where_it_is_named() {
        let text = "EU I-ORG\nrejects O\nGerman I-MISC\n";
        let wrong = read(text, None, None).expect_err("breaks BIO");
        assert!(
            wrong.starts_with("line 1: `I-ORG` stands behind nothing, where BIO wants `B-ORG`"),
            "{wrong}"
        );
        let read = |scheme| read(text, Some(scheme), None).expect("read");
        assert_eq!(read(Scheme::Iob).names, ["B-MISC", "B-ORG", "O"]);
        assert_eq!(read(Scheme::Free).names, ["I-MISC", "I-ORG", "O"]);
    }

    #[test]
    fn a_tag_that_nobody_knows_is_refused_with_its_line() {
        let known = ["O".to_owned()];
        let wrong = read("a O\nb NN\n", None, Some(&known)).expect_err("not known");
        assert_eq!(
            wrong,
            "line 2: `NN` is none of the tags that the run knows: `O`"
        );
        assert!(
            read("a\nb\n", None, None)
                .expect_err("no tag")
                .contains("line 1: there is a word and no tag")
        );
        assert!(
            read("\n\n", None, None)
                .expect_err("empty")
                .contains("there is no word in it")
        );
    }
}
