//! docs/zoo.md.

use super::model::{Model, Trained};
use crate::{data::message::counted, memory, metric::Metric, tasks::Part};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

const HEAD: &str = include_str!("page.md");

/// The page of all models: tables by task, and what there is to say of each.
pub fn page(models: &[Model]) -> String {
    let mut page = HEAD.to_owned();
    let trained = models.iter();
    let trained = trained.filter_map(|model| Some((model, model.trained.as_ref()?)));
    let mut by_task: BTreeMap<&str, Vec<(&Model, &Trained)>> = BTreeMap::new();
    for (model, of) in trained.clone() {
        by_task
            .entry(&of.result.task)
            .or_default()
            .push((model, of));
    }
    let bytes: u64 = trained.clone().map(|(_, of)| of.bytes).sum();
    let _ = writeln!(
        page,
        "\n## By task\n\n{} with {} of weights. Figures are those of the test part.",
        counted(trained.clone().count(), "models"),
        memory::size(bytes as f64)
    );
    for (task, models) in by_task {
        let _ = write!(
            page,
            "\n### `{task}`\n\n\
             | model | layers | parameters | test | over seeds | the best that learns nothing | published |\n|---|---|---|---|---|---|---|\n"
        );
        for (model, of) in models {
            page.push_str(&row(model, of));
        }
    }
    page.push_str(
        "\n## By cell\n\nThe mean over the seeds on the test part; in italics what is no better than the best that learns nothing. Within a column the task, \
         the updates and the units are the same, or of `kjv-family` the number of parameters; the configs say what else a cell was given.\n\n",
    );
    page.push_str(&by_cell(models));
    page.push_str("\n## One by one\n");
    for (model, of) in trained {
        page.push_str(&section(model, of));
    }
    let absent = models.iter().filter(|model| model.trained.is_none());
    let (failed, waiting): (Vec<&Model>, Vec<&Model>) =
        absent.partition(|model| model.card.failed.is_some());
    let lists = [
        ("Trainings that failed", failed),
        ("Not trained yet: `zoo/train.sh NAME` trains them", waiting),
    ];
    for (title, models) in lists {
        if !models.is_empty() {
            let _ = write!(page, "\n## {title}\n\n");
        }
        for model in models {
            let why = model.card.failed.iter().map(|why| format!(": {why}"));
            let why = why.collect::<String>();
            let _ = writeln!(page, "- `{}`, {}{why}", model.name, model.card.title);
        }
    }
    page
}

/// Cells by what they were trained for, where three or more were trained for the same.
fn by_cell(models: &[Model]) -> String {
    let trained = models.iter();
    let trained = trained.filter_map(|model| Some((model.family()?, model.trained.as_ref()?)));
    let mut families: BTreeMap<&str, BTreeMap<&str, &Trained>> = BTreeMap::new();
    for (family, of) in trained {
        families.entry(family).or_default().insert(&of.cell, of);
    }
    families.retain(|_, cells| cells.len() > 2);
    let heads: Vec<String> = families
        .iter()
        .filter_map(|(family, cells)| {
            let first = cells.values().next()?.test().first()?;
            let better = match first.higher_is_better {
                true => "higher",
                false => "lower",
            };
            Some(format!("`{family}`: {}, {better} is better", first.name))
        })
        .collect();
    let cells: BTreeSet<&str> = families
        .values()
        .flat_map(|cells| cells.keys().copied())
        .collect();
    let mut text = format!(
        "| | {} |\n|---|{}\n",
        heads.join(" | "),
        "---|".repeat(heads.len())
    );
    for cell in cells {
        let _ = write!(text, "| `{cell}` |");
        for family in families.values() {
            let mean = family.get(cell).and_then(|of| {
                let mean = of.mean()?;
                let has_learned = of.has_learned(&mean);
                Some((mean, has_learned))
            });
            let digits = match mean {
                None => String::new(),
                Some((mean, true)) => mean.digits(),
                Some((mean, false)) => format!("*{}*", mean.digits()),
            };
            let _ = write!(text, " {digits} |");
        }
        text.push('\n');
    }
    text
}

/// A model's row in the table of its task.
fn row(model: &Model, of: &Trained) -> String {
    let first = of.test().first();
    let test = first.map_or("–".to_owned(), |first| match of.has_learned(first) {
        true => first.to_string(),
        false => format!("{first}: has learned nothing"),
    });
    let baseline = of.baseline();
    let baseline = baseline.map(|(name, metric)| format!("{} ({name})", metric.digits()));
    format!(
        "| [`{name}`](#{name}) | {} | {} | {test} | {} | {} | {} |\n",
        of.layers,
        of.result.parameters,
        first.map_or("–".to_owned(), |first| of.over_seeds(&first.name)),
        baseline.unwrap_or_else(|| "–".to_owned()),
        model.card.published,
        name = model.name
    )
}

/// All there is to say of a model.
fn section(model: &Model, of: &Trained) -> String {
    let (card, result) = (&model.card, &of.result);
    let mut text = format!(
        "\n### {}\n\n{}. {}\n\n",
        model.name,
        card.title,
        card.about.trim()
    );
    text.push_str("| | model | over seeds |");
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in &result.baselines {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    for name in &names {
        let _ = write!(text, " {name} |");
    }
    let _ = write!(text, "\n|---|---|---|{}\n", "---|".repeat(names.len()));
    for (part, metrics) in &result.metrics {
        for metric in metrics {
            let is_test = part == Part::Test.name();
            let seeds = match is_test {
                true => of.over_seeds(&metric.name),
                false => "–".to_owned(),
            };
            let _ = write!(
                text,
                "| {}, {part} | {} | {seeds} |",
                metric.name,
                metric.digits()
            );
            for name in &names {
                let found = result.baselines.iter().filter(|_| is_test);
                let found = found
                    .clone()
                    .find(|(of, m)| of == name && m.name == metric.name);
                let digits = found.map_or("–".to_owned(), |(_, metric): &(String, Metric)| {
                    metric.digits()
                });
                let _ = write!(text, " {digits} |");
            }
            text.push('\n');
        }
    }
    let published = match &card.source {
        Some(source) => format!("{} ({source})", card.published),
        None => card.published.clone(),
    };
    let machine = result.machine.iter().map(|machine| format!(", {machine}"));
    let rows = [
        ("published", published),
        ("meant for", card.intended.clone()),
        ("limits", card.limits.clone()),
        ("data", card.data.clone()),
        ("licence", card.licence.clone()),
        (
            "trained by",
            format!(
                "`{}`: [`{config}`](../{config}){}",
                model.command(),
                sets(model),
                config = card.config
            ),
        ),
        (
            "took",
            format!("{}{}", result.taken(), machine.collect::<String>()),
        ),
        ("kept", format!("{}, with seed {}", result.kept, of.seed)),
        (
            "try",
            model
                .example()
                .map_or_else(String::new, |example| format!("`{example}`")),
        ),
        (
            "weights",
            format!("{}, SHA-256 `{}`", memory::size(of.bytes as f64), of.sha256),
        ),
    ];
    text.push_str("\n| | |\n|---|---|\n");
    for (key, value) in rows {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(text, "| {key} | {value} |");
    }
    text
}

/// The values in place of the config's.
fn sets(model: &Model) -> String {
    let sets = model.card.set.iter().map(|set| format!(" `--set {set}`"));
    sets.collect()
}
