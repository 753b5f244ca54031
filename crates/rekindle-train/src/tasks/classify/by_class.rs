//! How a classifier does on each class.

use rekindle_view::{Block, Table};

/// What the columns of a table are called.
const HEAD: [&str; 7] = [
    "class",
    "rows",
    "precision",
    "recall",
    "F1",
    "ROC area",
    "PR area",
];

/// What stands for a figure that is not defined.
const NONE: &str = "–";

/// The figures of a class, each against all others. One that is not defined is `None`: the precision of a class that is never
/// named, the recall of one that never occurs.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassFigures {
    /// The class.
    pub class: String,
    /// The rows that are of it.
    pub rows: usize,
    /// The share of the rows taken for it that are of it.
    pub precision: Option<f64>,
    /// The share of its rows that are taken for it.
    pub recall: Option<f64>,
    /// The harmonic mean of the two.
    pub f1: Option<f64>,
    /// The area under the ROC curve of its probability: how often a row of it has a larger one than another row.
    pub roc_area: Option<f64>,
    /// The area under the curve of precision over recall, in steps: the average precision.
    pub pr_area: Option<f64>,
}

impl ClassFigures {
    /// A table of the figures of classes, its head first, without the columns of figures that none of them has.
    pub fn table(figures: &[ClassFigures]) -> Vec<Vec<String>> {
        let rows: Vec<[String; 7]> = figures.iter().map(ClassFigures::cells).collect();
        let is_there = |column: &usize| rows.iter().any(|cells| cells[*column] != NONE);
        let columns: Vec<usize> = (0..HEAD.len()).filter(is_there).collect();
        let of = |cells: &[String; 7]| columns.iter().map(|&c| cells[c].clone()).collect();
        let head = of(&HEAD.map(String::from));
        std::iter::once(head).chain(rows.iter().map(of)).collect()
    }

    /// A row of a table of all figures.
    fn cells(&self) -> [String; 7] {
        let shown = |figure: Option<f64>| figure.map_or(NONE.into(), |f| format!("{f:.4}"));
        [
            self.class.clone(),
            self.rows.to_string(),
            shown(self.precision),
            shown(self.recall),
            shown(self.f1),
            shown(self.roc_area),
            shown(self.pr_area),
        ]
    }
}

/// The figures of classes as a block of a page.
pub(in crate::tasks) fn table(figures: &[ClassFigures]) -> Block {
    let mut rows = ClassFigures::table(figures);
    Block::Table(Table {
        head: rows.remove(0),
        rows,
    })
}

/// The figures of every class, by the classes' scores `[rows, classes]`.
pub(super) fn figures(scores: &[f32], labels: &[usize], names: &[String]) -> Vec<ClassFigures> {
    let classes = names.len();
    let mut guesses = vec![0; labels.len()];
    for (guess, row) in guesses.iter_mut().zip(scores.chunks(classes)) {
        // The first of equal ones.
        *guess = (1..classes).fold(0, |best, c| if row[c] > row[best] { c } else { best });
    }
    let of = |class: usize| {
        let rows = labels.iter().filter(|&&label| label == class).count();
        let named = guesses.iter().filter(|&&guess| guess == class).count();
        let both = labels.iter().zip(&guesses);
        let hits = both.filter(|&(&l, &g)| l == class && g == class).count();
        let share = |of: usize| (of > 0).then(|| hits as f64 / of as f64);
        let mut ranked: Vec<(f32, bool)> = labels
            .iter()
            .enumerate()
            .map(|(row, &label)| (scores[row * classes + class], label == class))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let [roc_area, pr_area] = areas(&ranked);
        ClassFigures {
            class: names[class].clone(),
            rows,
            precision: share(named),
            recall: share(rows),
            f1: (rows + named > 0).then(|| 2.0 * hits as f64 / (rows + named) as f64),
            roc_area,
            pr_area,
        }
    };
    (0..classes).map(of).collect()
}

/// The areas under the ROC curve and under that of precision over recall, of rows by falling score, each with whether it is of
/// the class. Rows of one score come together, as no threshold parts them.
pub(in crate::tasks) fn areas(ranked: &[(f32, bool)]) -> [Option<f64>; 2] {
    let all = ranked.iter().filter(|(_, own)| *own).count() as f64;
    let others = ranked.len() as f64 - all;
    let (mut found, mut wrong, mut roc, mut pr) = (0.0, 0.0, 0.0, 0.0);
    for equal in ranked.chunk_by(|a, b| a.0 == b.0) {
        let own = equal.iter().filter(|(_, own)| *own).count() as f64;
        let other = equal.len() as f64 - own;
        roc += other * (found + own / 2.0);
        found += own;
        wrong += other;
        pr += own * found / (found + wrong);
    }
    [
        (all > 0.0 && others > 0.0).then(|| roc / (all * others)),
        (all > 0.0).then(|| pr / all),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn they_are_those_of_scikit_learn() {
        let reference: Value =
            serde_json::from_str(include_str!("reference/areas.json")).expect("JSON");
        let list = |value: &Value| value.as_array().expect("a list").clone();
        let number = |value: &Value| value.as_f64().expect("a number");
        let labels = list(&reference["labels"])
            .iter()
            .map(|l| number(l) as usize)
            .collect::<Vec<_>>();
        let scores = list(&reference["scores"])
            .iter()
            .flat_map(list)
            .collect::<Vec<_>>();
        let scores: Vec<f32> = scores.iter().map(|s| number(s) as f32).collect();
        let names: Vec<String> = ["a", "b", "c"].map(String::from).into();
        let found = figures(&scores, &labels, &names);
        let right = list(&reference["figures"]);
        assert_eq!(found.len(), right.len());
        for (found, right) in found.iter().zip(right) {
            assert_eq!(found.rows as f64, number(&right["rows"]));
            for (key, figure) in [
                ("precision", found.precision),
                ("recall", found.recall),
                ("f1", found.f1),
                ("roc_area", found.roc_area),
                ("pr_area", found.pr_area),
            ] {
                let figure = figure.expect("defined");
                let right = number(&right[key]);
                assert!((figure - right).abs() < 1e-12, "{key}: {figure} {right}");
            }
        }
    }

    #[test]
    fn what_is_not_defined_has_no_figure() {
        let names = ["a".to_owned(), "b".to_owned()];
        let [a, b] = figures(&[0.9, 0.1, 0.8, 0.2], &[0, 0], &names)
            .try_into()
            .expect("two");
        assert_eq!(
            (a.precision, a.roc_area, a.pr_area),
            (Some(1.0), None, Some(1.0))
        );
        assert_eq!(
            (b.precision, b.recall, b.f1, b.pr_area),
            (None, None, None, None)
        );
        assert_eq!(b.cells()[2..], ["–"; 5]);
        let table = ClassFigures::table(&[a, b]);
        assert_eq!(
            table[0],
            ["class", "rows", "precision", "recall", "F1", "PR area"]
        );
        assert_eq!(table[2], ["b", "0", "–", "–", "–", "–"]);
    }
}
