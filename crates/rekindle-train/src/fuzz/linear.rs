//! Time grows with the size of a file, not with its square: inputs of a size at which the square takes minutes.

use std::time::{Duration, Instant};

use super::Place;
use crate::data::{
    columns::Columns,
    labelled_text::{LabelledText, TextColumns},
    series::SeriesColumns,
    series_file::unlabelled,
    series_parsed::Labels,
    series_set::SeriesSet,
};

/// What is counted in each input: columns, classes, rows.
const MANY: usize = 200_000;

fn names(separator: &str) -> String {
    let names: Vec<String> = (0..MANY).map(|i| format!("name{i}")).collect();
    names.join(separator)
}

fn quick<T>(work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let done = work();
    let took = began.elapsed();
    assert!(took < Duration::from_secs(20), "it took {took:?}");
    done
}

#[test]
fn many_columns_are_read_and_found() {
    let place = Place::new();
    let numbers = vec!["1"; MANY].join(",");
    let path = place.file("x.csv", format!("{}\n{numbers}\n", names(",")).as_bytes());
    let read = |columns: &[String]| quick(|| Columns::read(&path, columns).expect("it is read"));
    let all = read(&[]);
    assert_eq!(all.names.len(), MANY);
    assert_eq!(read(&all.names).values.len(), MANY);
    let read = quick(|| {
        unlabelled(&path, &SeriesColumns::default(), Labels::Classes, 1, false).expect("it is read")
    });
    assert_eq!(read.series[0].steps, MANY);
}

#[test]
fn many_classes_are_read() {
    let place = Place::new();
    let text = format!(
        "@classLabel true {}\n@data\n1,2:name0\n3,4:name1\n",
        names(" ")
    );
    let path = place.file("x.ts", text.as_bytes());
    let set =
        quick(|| SeriesSet::read(&path, &SeriesColumns::default(), false).expect("it is read"));
    assert_eq!(set.classes.len(), MANY);

    let rows: String = (0..MANY).map(|i| format!("a,name{i}\n")).collect();
    let path = place.file("x.csv", format!("text,label\n{rows}").as_bytes());
    let set = quick(|| LabelledText::read(&path, &TextColumns::default()).expect("it is read"));
    assert_eq!(set.classes.len(), MANY);
}
