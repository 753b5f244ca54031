//! The values of a column as cells of text: as pandas writes them into CSV, but for lengths of time.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};

/// The text of a row's cell.
type Cell<'a> = Box<dyn Fn(usize) -> String + 'a>;

/// How times are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// All are midnight: their days alone.
    Days,
    /// With the time of day.
    Times,
}

impl Clock {
    /// That of a column in batches.
    pub(super) fn of(column: &[&dyn Array]) -> Clock {
        match column.iter().all(|array| is_daily(*array)) {
            true => Clock::Days,
            false => Clock::Times,
        }
    }
}

/// Whether all times are midnight, in no zone.
fn is_daily(array: &dyn Array) -> bool {
    fn of<T: ArrowTimestampType>(array: &dyn Array, second: i64) -> bool {
        let times = array.as_primitive::<T>().iter().flatten();
        times.into_iter().all(|time| time % (86_400 * second) == 0)
    }
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, None) => of::<TimestampSecondType>(array, 1),
        DataType::Timestamp(TimeUnit::Millisecond, None) => {
            of::<TimestampMillisecondType>(array, 1_000)
        }
        DataType::Timestamp(TimeUnit::Microsecond, None) => {
            of::<TimestampMicrosecondType>(array, 1_000_000)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, None) => {
            of::<TimestampNanosecondType>(array, 1_000_000_000)
        }
        _ => false,
    }
}

/// Whether a time zone is that of Greenwich all year round.
pub(super) fn is_utc(zone: &str) -> bool {
    ["UTC", "Etc/UTC", "Z", "+00:00"].contains(&zone)
}

/// Whether a value of this type stands in a cell of a table.
pub(super) fn is_cell(kind: &DataType) -> bool {
    use DataType::*;
    match kind {
        Dictionary(_, kind) => is_cell(kind),
        Null | Boolean | Utf8 | LargeUtf8 | Utf8View | Date32 | Date64 => true,
        Timestamp(..) | Time32(_) | Time64(_) | Duration(_) => true,
        kind => kind.is_numeric(),
    }
}

/// The cells of such a column: empty where a value is missing.
pub(super) fn of<'a>(array: &'a dyn Array, clock: Clock) -> Cell<'a> {
    let cell = values(array, clock);
    Box::new(move |row| match array.is_null(row) {
        true => String::new(),
        false => cell(row),
    })
}

fn values<'a>(array: &'a dyn Array, clock: Clock) -> Cell<'a> {
    use DataType::*;
    match array.data_type() {
        Boolean => {
            let array = array.as_boolean();
            Box::new(|row| array.value(row).to_string())
        }
        Int8 => numbers::<Int8Type>(array),
        Int16 => numbers::<Int16Type>(array),
        Int32 => numbers::<Int32Type>(array),
        Int64 => numbers::<Int64Type>(array),
        UInt8 => numbers::<UInt8Type>(array),
        UInt16 => numbers::<UInt16Type>(array),
        UInt32 => numbers::<UInt32Type>(array),
        UInt64 => numbers::<UInt64Type>(array),
        Float16 => numbers::<Float16Type>(array),
        Float32 => numbers::<Float32Type>(array),
        Float64 => numbers::<Float64Type>(array),
        Decimal32(..) => decimals::<Decimal32Type>(array),
        Decimal64(..) => decimals::<Decimal64Type>(array),
        Decimal128(..) => decimals::<Decimal128Type>(array),
        Decimal256(..) => decimals::<Decimal256Type>(array),
        Utf8 => {
            let array = array.as_string::<i32>();
            Box::new(|row| array.value(row).to_owned())
        }
        LargeUtf8 => {
            let array = array.as_string::<i64>();
            Box::new(|row| array.value(row).to_owned())
        }
        Utf8View => {
            let array = array.as_string_view();
            Box::new(|row| array.value(row).to_owned())
        }
        Date32 => called::<Date32Type, _>(array, PrimitiveArray::value_as_date),
        Date64 => called::<Date64Type, _>(array, PrimitiveArray::value_as_date),
        Time32(TimeUnit::Second) => {
            called::<Time32SecondType, _>(array, PrimitiveArray::value_as_time)
        }
        Time32(_) => called::<Time32MillisecondType, _>(array, PrimitiveArray::value_as_time),
        Time64(TimeUnit::Microsecond) => {
            called::<Time64MicrosecondType, _>(array, PrimitiveArray::value_as_time)
        }
        Time64(_) => called::<Time64NanosecondType, _>(array, PrimitiveArray::value_as_time),
        Timestamp(TimeUnit::Second, _) => times::<TimestampSecondType>(array, clock),
        Timestamp(TimeUnit::Millisecond, _) => times::<TimestampMillisecondType>(array, clock),
        Timestamp(TimeUnit::Microsecond, _) => times::<TimestampMicrosecondType>(array, clock),
        Timestamp(TimeUnit::Nanosecond, _) => times::<TimestampNanosecondType>(array, clock),
        Duration(TimeUnit::Second) => lengths::<DurationSecondType>(array, 1.0),
        Duration(TimeUnit::Millisecond) => lengths::<DurationMillisecondType>(array, 1e3),
        Duration(TimeUnit::Microsecond) => lengths::<DurationMicrosecondType>(array, 1e6),
        Duration(TimeUnit::Nanosecond) => lengths::<DurationNanosecondType>(array, 1e9),
        Dictionary(..) => {
            let array = array.as_any_dictionary();
            let cell = of(array.values(), clock);
            // Without a value all rows are missing.
            let keys = match array.values().is_empty() {
                true => Vec::new(),
                false => array.normalized_keys(),
            };
            Box::new(move |row| keys.get(row).map_or_else(String::new, |&key| cell(key)))
        }
        // Of nulls, and of what is no cell.
        _ => Box::new(|_| String::new()),
    }
}

fn numbers<T>(array: &dyn Array) -> Cell<'_>
where
    T: ArrowPrimitiveType,
    T::Native: std::fmt::Display,
{
    let array = array.as_primitive::<T>();
    Box::new(|row| array.value(row).to_string())
}

fn decimals<T: DecimalType>(array: &dyn Array) -> Cell<'_> {
    let array = array.as_primitive::<T>();
    Box::new(|row| array.value_as_string(row))
}

/// A value that is a time or, where it is beyond all that can be written, the number that stands for it.
fn written<T>(array: &PrimitiveArray<T>, row: usize, written: Option<String>) -> String
where
    T: ArrowPrimitiveType,
    T::Native: std::fmt::Display,
{
    written.unwrap_or_else(|| array.value(row).to_string())
}

/// Values that a calendar or a clock calls something.
fn called<'a, T, V: ToString>(
    array: &'a dyn Array,
    call: fn(&PrimitiveArray<T>, usize) -> Option<V>,
) -> Cell<'a>
where
    T: ArrowTemporalType,
    T::Native: std::fmt::Display,
    V: 'a,
{
    let array = array.as_primitive::<T>();
    Box::new(move |row| written(array, row, call(array, row).map(|value| value.to_string())))
}

fn times<T: ArrowTimestampType>(array: &dyn Array, clock: Clock) -> Cell<'_> {
    let array = array.as_primitive::<T>();
    let has_zone = matches!(array.data_type(), DataType::Timestamp(_, Some(_)));
    let zone = if has_zone { "Z" } else { "" };
    Box::new(move |row| {
        let time = array.value_as_datetime(row).map(|time| match clock {
            Clock::Days => time.date().to_string(),
            Clock::Times => format!("{time}{zone}"),
        });
        written(array, row, time)
    })
}

fn lengths<T>(array: &dyn Array, second: f64) -> Cell<'_>
where
    T: ArrowPrimitiveType<Native = i64>,
{
    let array = array.as_primitive::<T>();
    Box::new(move |row| (array.value(row) as f64 / second).to_string())
}
