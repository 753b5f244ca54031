#!/usr/bin/env python3
"""Writes tables in columns, and beside each the CSV that it is to be read as, by hand: files/.

    python3 -m venv env && env/bin/pip install pyarrow==26.0.1
    env/bin/python crates/rekindle-train/tests/columnar/make.py

The tests are src/lib.rs beside this script and, with the feature, src/data/readers.rs of the crate.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

FILES = Path(__file__).parent / "files"


def table(*columns):
    """Of columns (name, type, values)."""
    arrays = [pa.array(values, kind) for _, kind, values in columns]
    return pa.table(arrays, names=[name for name, _, _ in columns])


def csv(stem, *lines):
    (FILES / f"{stem}.csv").write_text("\n".join(lines) + "\n")


def parquet(name, columns, **options):
    pq.write_table(columns, FILES / f"{name}.parquet", **{"compression": "snappy", **options})


FILES.mkdir(exist_ok=True)
NAN = float("nan")

# Every kind of value that a cell holds, with nulls, in three row groups.
kinds = table(
    ("when", pa.timestamp("ns"), [datetime(2024, 1, 1), datetime(2024, 1, 1, 12, 30), datetime(2024, 1, 2, 0, 0, 0, 500000), None, datetime(2024, 1, 3)]),
    ("day", pa.date32(), [date(2024, 1, 1), date(2024, 2, 29), None, date(1969, 12, 31), date(2024, 1, 5)]),
    ("at", pa.time64("us"), [time(9, 30), time(18, 0, 5), None, time(0, 0), time(23, 59, 59, 250000)]),
    ("count", pa.int64(), [1, None, -3, 9007199254740993, 5]),
    ("small", pa.int8(), [1, 2, None, -128, 127]),
    ("large", pa.uint64(), [1, 18446744073709551615, None, 0, 2]),
    ("load", pa.float64(), [1.5, None, NAN, 1e-7, -0.1]),
    ("single", pa.float32(), [0.1, 2.0, None, -3.25, 1e10]),
    ("price", pa.decimal128(10, 2), [Decimal("12.50"), Decimal("-0.05"), None, Decimal("100.00"), Decimal("0.10")]),
    ("on", pa.bool_(), [True, False, None, True, True]),
    ("place", pa.dictionary(pa.int32(), pa.string()), ["Köln", "Ulm", None, "Köln", "Bonn"]),
    ("note", pa.string(), ["plain", 'a "b", c', "", "two\nlines", None]),
    ("nothing", pa.null(), [None] * 5),
)
csv(
    "kinds",
    "when,day,at,count,small,large,load,single,price,on,place,note,nothing",
    "2024-01-01 00:00:00,2024-01-01,09:30:00,1,1,1,1.5,0.1,12.50,true,Köln,plain,",
    '2024-01-01 12:30:00,2024-02-29,18:00:05,,2,18446744073709551615,,2,-0.05,false,Ulm,"a ""b"", c",',
    "2024-01-02 00:00:00.500,,,-3,,,NaN,,,,,,",
    ',1969-12-31,00:00:00,9007199254740993,-128,0,0.0000001,-3.25,100.00,true,Köln,"two\nlines",',
    "2024-01-03 00:00:00,2024-01-05,23:59:59.250,5,127,2,-0.1,10000000000,0.10,true,Bonn,,",
)
parquet("kinds", kinds, row_group_size=2)
# How pages are packed, and how values are written into them.
for packing in ["none", "gzip", "zstd", "lz4"]:
    parquet(f"kinds.{packing}", kinds, compression=packing)
parquet("kinds.plain", kinds, use_dictionary=False, data_page_version="2.0", version="1.0", coerce_timestamps="ms", allow_truncated_timestamps=True)
parquet("kinds.int96", kinds, use_deprecated_int96_timestamps=True)
parquet("kinds.large", kinds.set_column(11, "note", kinds["note"].cast(pa.large_string())).set_column(10, "place", kinds["place"].cast(pa.string()).cast(pa.string_view())))
for packing in ["uncompressed", "lz4", "zstd"]:
    feather.write_feather(kinds, FILES / f"kinds.{packing}.arrow", compression=packing, chunksize=2)
with ipc.new_stream(FILES / "kinds.stream.arrows", kinds.schema) as stream:
    stream.write_table(kinds, max_chunksize=3)

# Days as pandas has them, times with a zone, lengths of time, and an index without a name, which stands last in the file.
times = table(
    ("day", pa.timestamp("us"), [datetime(2024, 1, 1), datetime(2024, 1, 2), None]),
    ("zoned", pa.timestamp("ms", "Europe/Berlin"), [datetime(2024, 1, 1, 12), datetime(2024, 7, 1, 12), None]),
    ("utc", pa.timestamp("s", "UTC"), [datetime(2024, 1, 1), datetime(2024, 7, 1, 12), None]),
    ("took", pa.duration("ms"), [timedelta(seconds=90), timedelta(milliseconds=-250), None]),
    ("__index_level_0__", pa.int64(), [7, 9, 4]),
)
csv(
    "times",
    ",day,zoned,utc,took",
    "7,2024-01-01,2024-01-01 12:00:00Z,2024-01-01 00:00:00Z,90",
    "9,2024-01-02,2024-07-01 12:00:00Z,2024-07-01 12:00:00Z,-0.25",
    "4,,,,",
)
parquet("times", times)
feather.write_feather(times, FILES / "times.arrow")

# What is no cell.
nested = table(
    ("a", pa.int32(), [1, 2]),
    ("b", pa.list_(pa.float64()), [[1.0], [2.0, 3.0]]),
    ("c", pa.struct([("x", pa.int8())]), [{"x": 1}, None]),
    ("d", pa.binary(), [b"\0", b"\1"]),
    ("e", pa.int32(), [3, 4]),
)
csv("nested", "a,e", "1,3", "2,4")
parquet("nested", nested)

# A step in each row, of two series, a class each.
long = table(
    ("who", pa.dictionary(pa.int8(), pa.string()), ["b", "a", "b", "a", "b"]),
    ("when", pa.timestamp("ms"), [datetime(2024, 1, 1, 0, m) for m in [2, 1, 1, 2, 3]]),
    ("x", pa.float32(), [2.5, 1.0, 1.5, 4.0, 3.5]),
    ("y", pa.decimal128(5, 1), [Decimal(n) for n in ["20", "10", "15", "40", "35"]]),
    ("label", pa.string(), ["up", "down", "up", "down", "up"]),
)
csv(
    "long",
    "who,when,x,y,label",
    "b,2024-01-01 00:02:00,2.5,20.0,up",
    "a,2024-01-01 00:01:00,1,10.0,down",
    "b,2024-01-01 00:01:00,1.5,15.0,up",
    "a,2024-01-01 00:02:00,4,40.0,down",
    "b,2024-01-01 00:03:00,3.5,35.0,up",
)
parquet("long", long, row_group_size=2)

# What is refused: a codec that is not unpacked. A file that was cut is made by the test.
pq.write_table(table(("a", pa.int32(), [1, 2])), FILES / "brotli.refused", compression="brotli")
