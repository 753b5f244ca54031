#!/usr/bin/env python3
"""Writes small tables as people have them, and what is to be read in each: files/ and expected.toml beside this script.

    python3 crates/rekindle-train/tests/readers/make.py

Python 3 alone; the same bytes every time. The test is src/data/readers.rs. What is expected is written here by hand, of the
numbers that the same lines put into the file.
"""

import gzip
import io
import json
import struct
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
CASES = []


def case(name, content, encoding="utf-8", kind="forecast", keys="", **expected):
    """A file and what is expected: `names`, `targets`, `time`, `rows`, `first` and `last` (a row's numbers), `said` (words of the
    notes), or `error` (words of the message); of series also `series`, `steps`, `labels` or `answers`, `channels`."""
    data = content if isinstance(content, bytes) else content.encode(encoding)
    CASES.append((name, kind, keys, expected, data))


def lines(*rows, end="\n"):
    return end.join(rows) + end


# Separators.
case("comma.csv", lines("a,b", "1,2", "3,5", "4,1"), names=["a", "b"], first=[1, 2], rows=3, said=["separated by commas, a header"])
case("semicolon.csv", lines("a;b", "1;2", "3;5", "4;1"), names=["a", "b"], first=[1, 2], said=["separated by semicolons"])
case("tab.csv", lines("a\tb", "1\t2", "3\t5", "4\t1"), names=["a", "b"], first=[1, 2], said=["separated by tabs"])
case("bar.csv", lines("a|b", "1|2", "3|5", "4|1"), names=["a", "b"], first=[1, 2], said=["separated by bars"])
case("comma.tsv", lines("a,b", "1,2", "3,5", "4,1"), names=["a", "b"], first=[1, 2], said=["separated by commas"])
case("comma.txt", lines("a,b", "1,2", "3,5", "4,1"), names=["a", "b"], first=[1, 2], said=["separated by commas"])
case("excel-sep.csv", lines("sep=;", "a;b", "1;2", "3;5", "4;1"), names=["a", "b"], first=[1, 2], rows=3)
case("crlf.csv", lines("a,b", "1,2", "3,5", "4,1", end="\r\n"), names=["a", "b"], first=[1, 2], rows=3)
case("no-last-line-end.csv", "a,b\n1,2\n3,5\n4,1", names=["a", "b"], last=[4, 1], rows=3)
case("one-column.csv", lines("load", "1", "5", "2"), names=["load"], first=[1], rows=3)
case("separator-key.csv", lines("a;b,c", "1;2,3", "4;5,7"), keys='table.separator = ","', names=["c"], first=[3],
     said=["left out `a;b` (text)"])
case("packed.csv.gz", gzip.compress(b"a,b\n1,2\n3,5\n4,1\n", mtime=0), names=["a", "b"], first=[1, 2], rows=3)

# Encodings.
case("utf8.csv", lines("Wärme,Ort", "1,Köln", "5,Köln", "2,Ulm"), names=["Wärme"], first=[1])
case("utf8-mark.csv", b"\xef\xbb\xbf" + "a,b\n1,2\n3,5\n4,1\n".encode(), names=["a", "b"], first=[1, 2])
case("utf16-little.csv", b"\xff\xfe" + "a;é\n1;2\n3;5\n4;1\n".encode("utf-16-le"), names=["a", "é"], first=[1, 2])
case("utf16-big.csv", b"\xfe\xff" + "a;é\n1;2\n3;5\n4;1\n".encode("utf-16-be"), names=["a", "é"], first=[1, 2])
case("latin1.csv", "Wärme\n1\n5\n2\n", "latin-1", error=["byte 1 is not UTF-8", 'task.table.encoding = "windows-1252"', '"latin-1"', "iconv -f windows-1252"])
case("latin1-key.csv", "Wärme\n1\n5\n2\n", "latin-1", keys='table.encoding = "latin-1"', names=["Wärme"], first=[1])
case("windows1252-key.csv", "Preis €\n1\n5\n2\n", "cp1252", keys='table.encoding = "windows-1252"', names=["Preis €"], first=[1])
case("utf16-unmarked.csv", "a;é\n1;2\n3;5\n".encode("utf-16-le"), error=["seems to be UTF-16 without its byte order mark"])
case("shift-jis-key.csv", "温度\n1\n5\n2\n", "shift_jis", keys='table.encoding = "shift_jis"', names=["温度"], first=[1])

# Files that are no text.
case("sheet.xlsx.csv", b"PK\x03\x04\x14\x00\x06\x00xl/workbook.xml\xd6", error=["this is an Excel workbook, no text; save its sheet as CSV"])
case("avro.csv", b"Obj\x01\x04\x15\x00\xff", error=["this is an Avro file", "to_csv"])
case("packed.csv", gzip.compress(b"a,b\n1,2\n", mtime=0), error=["this is packed by gzip, no text; let its name end in .gz"])

# Headers.
case("no-header.csv", lines("1.5,2", "3,5", "4,1"), names=["column 1", "column 2"], first=[1.5, 2], rows=3, said=["no header"])
case("no-header-holes.csv", lines("1.5,NA", "3,5", "4,1"), keys="holes = true", names=["column 1", "column 2"], rows=3)
case("no-header-dates.csv", lines("2024-01-01,1.5", "2024-01-02,3", "2024-01-03,1"), names=["column 2"], time="column 1", rows=3)
case("no-header-comma.csv", lines("1,5;2", "3,5;5", "4,5;1"), names=["column 1", "column 2"], first=[1.5, 2], rows=3)
case("years-as-names.csv", lines("2020,2021", "3,5", "4,1", "1,1"), keys="table.header = true", names=["2020", "2021"], first=[3, 5])
case("words-are-data.csv", lines("up,1", "down,5", "up,2"), keys="table.header = false", names=["column 2"], rows=3)
case("unnamed-column.csv", lines("a,,b", "1,2,9", "3,5,9", "4,1,8"), names=["a", "column 2", "b"], first=[1, 2, 9],
     said=["called by their place: `column 2`"])
case("twice-named.csv", lines("a,a", "1,2"), error=["the header in line 1 has two columns `a`; rename one"])
case("spaced-names.csv", lines("a , b", "1, 2", "3, 5", "4, 1"), names=["a", "b"], first=[1, 2])

# Quotes.
case("quoted.csv", lines('"a","b"', '"1","2"', '"3","5"', '"4","1"'), names=["a", "b"], first=[1, 2])
case("quoted-separator.csv", lines('a,"b, c"', "1,2", "3,5", "4,1"), names=["a", "b, c"], first=[1, 2])
case("quoted.tsv", lines('"a"\t"b"', '1\t"x"', '3\t"y"', '2\t"z"'), names=["a"], said=["left out `b` (text)"])
case("open-quote.csv", lines("a,b", '1,"2', "3,5"), error=["line 2 opens a quote that is never closed"])
case("inch-marks.tsv", lines("a\tb", '1\t5"', '3\t6"', '2\t7"'), names=["a"])

# Numbers.
case("decimal-comma.csv", lines("a;b", "1,5;2,25", "3,5;5", "4,5;1"), names=["a", "b"], first=[1.5, 2.25], said=["decimal commas"])
case("german.csv", lines("a;b", "1.234,5;2", "-1.000,25;5", "0,5;1"), names=["a", "b"], first=[1234.5, 2], said=["its thousands joined"])
case("thousands.csv", lines("a,b", '"1,000",2', '"2,500",5', '"1,234,567",1'), names=["a", "b"], first=[1000, 2], last=[1234567, 1],
     said=["`a` its thousands joined"])
case("thousands-said.csv", lines("a,b", '"1,000",2', '"2,500",5', '"3,100",1'), names=["a", "b"], first=[1000, 2],
     said=['`1,000` is read as 1000; where the comma stands before decimals, say task.table.decimal = ","'])
case("thousands-unsure.csv", lines("a;b", "1,000;2", "2,500;5"), error=["`1,000` may be a thousand or a fraction", "task.table.decimal"])
case("thousands-key.csv", lines("a;b", "1,000;2", "2,500;5", "3,100;1"), keys='table.decimal = ","', names=["a", "b"], first=[1, 2])
case("swiss.csv", lines("a;b", "1'234.50;2", "2'000.00;5", "1'000'000.25;1"), names=["a", "b"], first=[1234.5, 2], last=[1000000.25, 1])
case("french.csv", lines("a;b", "1\u202f234,5;2", "2\u00a0000,0;5", "3 000,5;1"), names=["a", "b"], first=[1234.5, 2], last=[3000.5, 1])
case("dollars.csv", lines("price,n", "$100.50,2", "-$3,5", '"$1,200",1'), names=["price", "n"], first=[100.5, 2], last=[1200, 1],
     said=["`price` without its currency"])
case("euros.csv", lines("Preis;n", "2,50 €;2", "3,00 €;5", "1,75 €;1"), names=["Preis", "n"], first=[2.5, 2], said=["without its currency"])
case("percent.csv", lines("rate,n", "10%,2", "12.5 %,5", "8%,1"), names=["rate", "n"], first=[10, 2], said=["`rate` 10% as 10"])
case("mixed-units.csv", lines("price,rate", "$100,10%", "100 €,0.2", "90 EUR,30%"), names=["price", "rate"], first=[100, 10],
     said=["numbers of one column have several units", "`price` in $ and €, `rate` in % and without"])
case("exponents.csv", lines("a,b", "1e3,2", "-2.5E-1,5", "+4,1"), names=["a", "b"], first=[1000, 2], last=[4, 1])
case("minus-sign.csv", lines("a,b", "\u22121.5,2", "3,5", "4,1"), names=["a", "b"], first=[-1.5, 2])
case("truths.csv", lines("on,load", "True,2", "False,5", "True,1"), names=["on", "load"], targets=["load"], first=[1, 2],
     said=["forecast `load`; read only `on`", "true as 1, false as 0"])
case("truths-french.csv", lines("fermé,charge", "FAUX,2", "VRAI,5", "FAUX,1"), names=["fermé", "charge"], targets=["charge"], first=[0, 2], last=[0, 1])
case("truths-yes.csv", lines("open,load", "yes,2", "no,5", "yes,1"), names=["open", "load"], first=[1, 2])
case("too-large.csv", lines("a", "1e200", "3"), error=["row 1 (line 2), column `a`: `1e200` is beyond 1e140"])
case("infinite.csv", lines("a", "1", "2", "inf", "5"), error=["row 3 (line 4), column `a`: `inf` is not a finite number"])
case("mixed-marks.csv", lines("a;b", "1,5;2.5", "2,5;3", "3,5;4"), names=["a", "b"], error=["row 1 (line 2), column `b`: `2.5`"])

# Missing values.
for number, mark in enumerate(["", "..", "#DIV/0!", "\\N", "NA", "N/A", "NaN", "nan", "?", "null", "None", "-", "<NA>", "#N/A"]):
    case(f"missing-{number}.csv", lines("a,b", f"{mark},2", "3,5", "4,1"), keys="holes = true", names=["a", "b"], rows=3,
         first=["nan", 2], last=[4, 1])
case("missing-refused.csv", lines("a,b", "1,2", "3,", "4,1"),
     error=["row 2 (line 3), column `b`: the value is empty"])
case("missing-key.csv", lines("a,b", "1,2", "3,n.d.", "4,1"), keys='holes = true\ntable.missing = ["n.d."]', names=["a", "b"],
     last=[4, 1])
case("missing-number-key.csv", lines("a,b", "1,2", "3,-999", "-999,1"), keys='holes = true\ntable.missing = ["-999"]', names=["a", "b"],
     last=["nan", 1])
case("word-among-numbers.csv", lines("a,b", "1,2", "3,broken", "4,1"), keys="holes = true",
     error=["row 2 (line 3), column `b`: `broken`", "task.table.missing"])
case("empty-column.csv", lines("a,b", "1,", "3,", "2,"), names=["a"], said=["left out `b` (empty)"])

# Roles.
case("pandas-index.csv", lines(",a", "0,5", "1,3", "2,9"), names=["a"], said=["left out `column 1` (counts or numbers the rows"])
case("pandas-filtered.csv", lines(",a", "0,5", "3,3", "7,9"), names=["a"], said=["left out `column 1`"])
case("id.csv", lines("id,a", "17,5", "3,3", "9,9"), names=["a"], said=["left out `id` (counts or numbers the rows"])
case("counter.csv", lines("n,a", "10,5", "20,3", "30,9"), names=["a"], said=["left out `n`"])
case("counter-tenths.csv", lines("t,a", "0.1,5", "0.2,3", "0.3,9", "0.4,1"), names=["a"], said=["left out `t`"])
case("nearly-counted.csv", lines("t,a", "0.1,5", "0.2,3", "0.31,9", "0.4,1"), names=["t", "a"])
case("counter-named.csv", lines("n,a", "10,5", "20,3", "30,9"), keys='columns = ["n", "a"]', names=["n", "a"], first=[10, 5])
case("targets.csv", lines("a,b", "1,2", "3,5", "4,1"), keys='targets = ["b"]', names=["a", "b"], targets=["b"],
     said=["forecast `b`; read only `a`"])
case("columns.csv", lines("a,b,c", "1,2,3", "3,5,3", "4,1,3"), keys='columns = ["c", "a"]', names=["c", "a"], first=[3, 1],
     said=["left out `b` (not in task.columns)"])
case("no-such-column.csv", lines("a,b", "1,2"), keys='columns = ["load"]', error=["no column `load`; the columns are `a`, `b`"])
case("words-only.csv", lines("a,b", "x,y", "z,w"), error=["none of the columns holds a number to read: `a` (text), `b` (text)"])

M = [f"{at * at},{at * 7 % 5}" for at in range(20)]
case("meter.csv", lines("meter,load", *M), names=["meter", "load"], targets=["load"],
     said=["`meter` never fall", "read only `meter`"])
case("meter-named.csv", lines("meter,load", *M), keys='targets = ["meter"]', names=["meter", "load"], targets=["meter"])
case("meter-alone.csv", lines("meter", *(row.split(",")[0] for row in M)), names=["meter"], targets=["meter"])
case("meter-turned.csv", lines("day,meter,load", *(f"2024-01-{20 - at:02},{400 - at * at},{at * 7 % 5}" for at in range(20))),
     names=["meter", "load"], targets=["load"], said=["the newest row stands first"])
case("meter-of-few.csv", lines("meter,load", *M[:5]), names=["meter", "load"], targets=["meter", "load"])

# Time.
for name, dates in {
    "iso": ["2024-01-30", "2024-01-31", "2024-02-01"],
    "iso-time": ["2024-01-30T00:00:00", "2024-01-30T01:00:00", "2024-01-30T02:00:00"],
    "iso-zone": ["2024-01-30T00:00:00Z", "2024-01-30T01:00:00Z", "2024-01-30T02:00:00Z"],
    "spaced": ["2024-01-30 00:00", "2024-01-30 01:00", "2024-01-30 02:00"],
    "dots": ["30.01.2024", "31.01.2024", "01.02.2024"],
    "american": ["1/30/2024", "1/31/2024", "2/1/2024"],
    "american-noon": ["1/30/2024 11:00 AM", "1/30/2024 12:00 PM", "1/30/2024 1:00 PM"],
    "named-month": ["30 Jan 2024", "31 Jan 2024", "1 Feb 2024"],
    "months": ["2024-01", "2024-02", "2024-03"],
    "quarters": ["2024-Q1", "2024-Q2", "2024-Q3"],
}.items():
    case(f"time-{name}.csv", lines("when,a", *(f"{date},{value}" for date, value in zip(dates, [1, 5, 2]))), names=["a"],
         time="when", first=[1], rows=3)
case("time-epoch.csv", lines("timestamp,a", "1700000000,1", "1700003600,5", "1700010800,2"), names=["a"], time="timestamp",
     said=["1 step of `timestamp` longer than the usual"])
case("time-epoch-milli.csv", lines("ts,a", "1700000000000,1", "1700000060000,5", "1700000120000,2"), names=["a"], time="ts")
case("time-too-large.csv", lines("t,a", "1e15,1", "3e15,5", "7e15,2"), keys='time = "t"', error=["row 1 (line 2), column `t`: `1e15` is no time"])
case("day-or-month.csv", lines("date,a", "01/02/2024,1", "01/03/2024,5", "01/04/2024,2"),
     error=["column `date`: in `01/02/2024` the day may stand first or the month", 'task.table.dates = "day" or "month"'])
MIXED = lines("when,a", "2024-01-31,1", "01.02.2024,5", "2 Feb 2024 12:30,2", "03/02/2024 9:00,7")
case("mixed-dates.csv", MIXED, names=["a"], said=["left out `when` (dates in several forms; task.table.dates"])
case("mixed-dates-key.csv", MIXED, keys='table.dates = "day"', names=["a"], time="when", first=[1], last=[7],
     said=["the dates of `when` have several forms, and each is read by itself", "in `when` the day stands first"])
case("day-key.csv", lines("date,a", "01/02/2024,1", "01/03/2024,5", "01/04/2024,2"), keys='table.dates = "day"', names=["a"],
     time="date", said=["in `date` the day stands first"])
case("newest-first.csv", lines("date,a", "2024-01-03,1", "2024-01-02,5", "2024-01-01,2"), names=["a"], time="date", first=[2],
     last=[1], said=["the newest row stands first by `date`, so the rows are turned"])
case("no-order.csv", lines("date,a", "2024-01-03,1", "2024-01-01,5", "2024-01-02,2"),
     error=["the rows are in no order of time: row 2 (line 3) is `2024-01-01` and row 3 (line 4) is `2024-01-02`; sort them by `date`"])
case("no-order-key.csv", lines("date,a", "2024-01-03,1", "2024-01-01,5", "2024-01-02,2"), keys='time = ""', names=["a"], first=[1])
case("gap.csv", lines("date,a", *(f"2024-01-0{day},{day * day}" for day in [1, 2, 3, 7, 8])), names=["a"], time="date",
     said=["1 step of `date` longer than the usual 1 day, the first after `2024-01-03`"])
case("time-twice.csv", lines("date,a", "2024-01-01,1", "2024-01-01,5", "2024-01-02,2"), names=["a"],
     said=["1 row with the time of the row before, the first `2024-01-01`"])
case("time-key.csv", lines("made,sold,a", "2024-01-01,2024-02-01,1", "2024-01-01,2024-02-02,5"), keys='time = "sold"', names=["a"],
     time="sold", said=["left out `made` (dates)"])
case("time-key-word.csv", lines("when,a", "first,1", "second,5"), keys='time = "when"',
     error=["row 1 (line 2), column `when`: `first` is no date or time that is known"])
DAYS = [f"2024-01-{day:02},{day * day % 7},{day}.5" for day in range(1, 21)]
case("time-total.csv", lines("date,a,b", *DAYS, "Total,140,210"),
     error=["row 21 (line 22), column `date`: `Total` is no date or time that is known", "take the row out if it is a sum"])
for name, words in [("french", ["3 janv. 2022", "4 janv. 2022", "5 janv. 2022"]), ("german", ["3. März 2022", "4. März 2022", "5. März 2022"]),
                    ("spanish", ["3 de enero de 2022", "4 de enero de 2022", "5 de enero de 2022"]),
                    ("italian", ["30 apr 2022", "1 mag 2022", "2 mag 2022"]), ("portuguese", ["30-set-2022", "1-out-2022", "2-out-2022"]),
                    ("dutch", ["30 april 2022", "1 mei 2022", "2 mei 2022"]), ("month-names", ["janvier 2022", "février 2022", "mars 2022"])]:
    case(f"time-{name}.csv", lines("date,a", *(f"{word},{at * at}" for at, word in enumerate(words))), names=["a"], time="date", first=[0])
case("time-polish.csv", lines("date,a", "3 stycznia 2022,1", "4 stycznia 2022,5", "5 stycznia 2022,2"),
     names=["a"], said=["left out `date` (dates in a form that is not read, so that the order of the rows is not checked"])
case("time-utc.csv", lines("at,a", "2024-01-01 10:00:00 UTC,1", "2024-01-01 11:00:00 UTC,5", "2024-01-01 12:00:00 UTC,2"), names=["a"], time="at")
case("date-and-time.csv", lines("Date;Time;a", "10/03/2004;18.00.00;2,6", "10/03/2004;19.00.00;2", "13/03/2004;20.00.00;2,2"), names=["a"],
     time="Date Time", first=[2.6], said=["the time is `Date` with `Time`: `10/03/2004 18:00:00`", "time `Date`, `Time`",
     "1 step of `Date` with `Time` longer than the usual"])
case("date-and-time-turned.csv", lines("when,day,a", "9:30 PM,2024-01-01,1", "9:00 PM,2024-01-01,5", "8:30 AM,2024-01-01,2"), names=["a"],
     time="when day", first=[2], said=["the newest row stands first"])
case("date-and-time-key.csv", lines("sunrise,day,a", "08:16,2024-01-01,1", "08:15,2024-01-02,5", "08:15,2024-01-03,2"),
     keys='time = ["day", "sunrise"]', names=["a"], time="sunrise day")
case("sunrise.csv", lines("day,sunrise,a", "2024-01-01,08:16,1", "2024-01-02,08:15,5", "2024-01-03,08:14,2"), names=["a"], time="day",
     said=["left out `sunrise` (text)"])
case("date-and-time-key-wrong.csv", lines("day,b,a", "2024-01-01,7,1", "2024-01-02,8,5"), keys='time = ["b", "a"]',
     error=["`b`, `a` do not say when together", "year, month, day"])
case("parts-of-dates.csv", lines("No,year,month,day,hour,a", "1,2010,1,31,22,5", "2,2010,1,31,23,4", "3,2010,2,1,0,7"), names=["a"],
     time="year month day hour", first=[5], said=["the time is `year` with `month` with `day` with `hour`: `2010-01-31T22:00`"])
case("parts-of-months.csv", lines("Monat;Jahr;a", "11;2023;5", "12;2023;4", "1;2024;7"), names=["a"], time="Monat Jahr", rows=3)
case("parts-of-dates-no-order.csv", lines("year,month,a", "2010,1,5", "2010,3,4", "2010,2,7"), error=["row 2 (line 3) is `2010-03`"])
case("words-not-dates.csv", lines("name,a", "Model 3000,1", "Route 66,5", "B,2"), names=["a"], said=["left out `name` (text"])

# Files that are none.
case("empty.csv", b"", error=["the file is empty"])
case("header-only.csv", lines("a,b"), error=["no rows below the header"])
case("ragged.csv", lines("a,b", "1,2", "1,2,3"), error=["row 2 (line 3) has 3 cells and the header 2"])
case("ragged-remark.csv", lines("a,b", "1,2", "3,5", "4,1", "Source: own"), error=["row 4 (line 5) has 1 cell and the header 2", "where it is a remark"])
case("lines.csv", lines("a,b", "", '1,"x', 'y"', "2,z", "", "NA,w"), error=["row 3 (line 7), column `a`"])
case("lines-excel.csv", lines("sep=;", "a;b", "1;2", "x;3", "4;1"), error=["row 2 (line 4), column `a`"])

# Lines around the header.
T = ["Sales of the shop, by day", "", "day;sold;left"]
case("titles.csv", lines(*T, "1,5;5;2", "2,25;4;3", "4;7;1"), names=["day", "sold", "left"], first=[1.5, 5, 2], rows=3,
     said=["separated by semicolons, decimal commas, a header in line 3", "left out 2 lines above the header, the first `Sales of the shop, by day`",
           "task.table.skip_lines"])
case("titles-line.csv", lines(*T, "1;5;2", "2;;3", "3;7;1"), error=["row 2 (line 5), column `sold`"])
case("titles-padded.csv", lines("Report,,", "Station,Ulm,", "day,load,heat", "2024-01-01,5,2", "2024-01-02,4,3"), names=["load", "heat"],
     time="day", first=[5, 2], said=["left out 2 lines above the header, the first `Report,,`"])
case("titles-windows.csv", lines("Report", "", "a;b", "1;2", "3;5", "4;1", end="\r\n"), names=["a", "b"], first=[1, 2], said=["a header in line 3"])
case("titles-unsure.csv", lines("Report", "a,b", "1,2", "3,5", "4,1,7"), error=["has 2 cells", "task.table.skip_lines says how many"])
case("titles-key.csv", lines("Report", "made today", "1,2", "3,5", "4,1"), keys="table.skip_lines = 2", names=["column 1", "column 2"], rows=3,
     said=["left out 2 lines above the header, the first `Report`"])
case("titles-key-wrong.csv", lines("a,b", "1,2", "3,5"), keys="table.skip_lines = 3", error=["the file is empty"])
case("titles-header-alone.csv", lines("Report", "a,b"), error=["titles-header-alone.csv"])
case("titles-duplicate.csv", lines("Report", "a,a", "1,2", "3,5"), error=["the header in line 2 has two columns `a`"])
case("hash-remarks.csv", lines("# sensor 7", "# lab, second floor", "t,a", "0.5,1", "0.7,5", "0.8,2"), names=["t", "a"], first=[0.5, 1],
     said=["left out 2 lines above the header, the first `# sensor 7`"])
case("units.csv", lines("day,load,heat", "-,kW,degC", "2024-01-01,5,2", "2024-01-02,4,3", "2024-01-03,7,1"), names=["load", "heat"],
     time="day", rows=3, first=[5, 2], said=["left out 1 row below the header in line 1, the first `-`, `kW`, `degC`", "task.table.header_rows"])
case("two-names.csv", lines("Price,Close,High", "Ticker,A,A", "Date,,", "2024-01-01,5,2", "2024-01-02,4,3"), names=["Close", "High"],
     time="Price", rows=2, first=[5, 2], said=["left out 2 rows below the header in line 1, the first `Ticker`, `A`, `A`"])
case("units-key.csv", lines("load", "kW", "5", "4", "7"), keys="table.header_rows = 2", names=["load"], rows=3, first=[5],
     said=["left out 1 row below the header in line 1, the first `kW`"])
case("units-unsure.csv", lines("load", "kW", "5", "4", "7"), error=["row 1 (line 2), column `load`: `kW`", "task.table.header_rows"])
case("ragged-semicolon.csv", lines("a;b", "1;2", "1;2;3"), error=["row 2 (line 3) has 3 cells and the header 2"])

# What may mislead.
case("total-row.csv", lines("shop,sold", "a,1", "b,5", "c,2", "Total,8"), names=["sold"], rows=4,
     said=["the last, row 4 (line 5), is called `Total` and is read as a row like the others"])
case("units-in-cells.csv", lines("power,load", "1 kW,5", "2 kW,4", "7 kW,9"), names=["power", "load"], first=[1, 5], last=[7, 9],
     said=["read `power` without its unit `kW`"])
case("units-comma.csv", lines("temp;place", "36,6 °C;a", "38,5 °C;b", "-;c"), keys="holes = true", names=["temp"], first=[36.6], last=["nan"],
     said=["decimal commas", "`temp` without its unit `°C`"])
case("units-differ.csv", lines("power,load", "1 kW,5", "2 MW,4", "7 kW,9"), names=["load"], said=["left out `power` (text)"])
case("clock-set-back.csv", lines("at,a", "2024-10-27 02:30,1", "2024-10-27 02:45,5", "2024-10-27 02:00,2", "2024-10-27 02:15,4"),
     error=["row 2 (line 3) is `2024-10-27 02:45`", "where clocks were set back there, write times with their offset"])
case("many-digits.csv", lines("account,a", "9007199254740993,1", "9007199254741999,5", "9007199254742011,2"), names=["account", "a"],
     first=[9007199254740992, 1], said=["`account` without its digits behind the sixteenth"])

# Several series, what is known ahead, and what has one value a series.
P = ["shop,day,load,heat,area", "b,2024-01-02,5,1,70", "a,2024-01-01,1,2,90", "b,2024-01-01,4,3,", "a,2024-01-02,2,4,90", "a,2024-01-03,,5,"]
case("panel.csv", lines(*P), keys='id = "shop"\nstatic = ["area"]\nknown = ["heat"]\ntargets = ["load"]', names=["load", "heat", "area"],
     targets=["load"], rows=5, steps=[2, 2], first=[4, 3, 70], last=["nan", 5, 90],
     said=["series by `shop`", "known ahead `heat`", "static `area`", "in series `b`: the newest row stands first"])
case("panel-order.csv", lines("shop,day,load", "a,2024-01-01,1", "a,2024-01-03,5", "a,2024-01-02,3"), keys='id = "shop"',
     error=["in no order of time: row 2 (line 3) is `2024-01-03` and row 3 (line 4)"])
case("panel-not-named.csv", lines("shop,day,load", "a,2024-01-01,1", "a,2024-01-02,5", "b,2024-01-01,3", "b,2024-01-02,4"),
     error=["in no order of time", "name by task.id the column that tells several series apart"])
case("panel-together.csv", lines("day,shop,load", "2024-01-01,a,1", "2024-01-01,b,7", "2024-01-02,a,2", "2024-01-02,b,9"), names=["load"],
     said=["where these are several series, task.id names the column"])
case("panel-no-id.csv", lines("shop,load", "a,1", ",2"), keys='id = "shop"', error=["row 2 (line 3), column `shop`: it is empty, and task.id"])
case("static-words.csv", lines("shop,day,load,region", "b,2024-01-02,5,south", "a,2024-01-01,1,north ", "b,2024-01-01,4,", "a,2024-01-02,2,north"),
     keys='id = "shop"\nstatic = ["region"]\ntargets = ["load"]', names=["load", "region = north", "region = south"], targets=["load"],
     first=[4, 0, 1], last=[2, 1, 0], said=["static `region`", "one number for each of its words, 1 where a row has it and 0 elsewhere: `north`, `south`"])
case("static-words-differ.csv", lines("shop,load,region", "a,1,north", "a,2,south"), keys='id = "shop"\nstatic = ["region"]\ncolumns = ["load"]',
     error=["row 2 (line 3), column `region`: `south` where row 1 (line 2) of the same series has `north`"])
case("static-many-words.csv", lines("shop,load,name", *(f"{n},{n},name {n}" for n in range(101))), keys='id = "shop"\nstatic = ["name"]',
     error=["column `name` has 101 different words", "at most 100"])
case("static-differs.csv", lines("shop,load,area", "a,1,70", "a,2,71"), keys='id = "shop"\nstatic = ["area"]',
     error=["row 2 (line 3), column `area`: `71` where row 1 (line 2) of the same series has `70`", "task.columns"])
case("static-missing.csv", lines("shop,load,area", "a,1,70", "b,2,"), keys='id = "shop"\nstatic = ["area"]',
     error=["row 2 (line 3), column `area`", "task.static"])
case("known-hole.csv", lines("load,heat", "1,5", "2,6", ","), keys='known = ["heat"]', error=["row 3 (line 4), column `heat`", "task.known"])
case("known-open.csv", lines("load,wind,open", "1,5,yes", "2,6,no", ",,yes"), keys='known = ["open"]', names=["load", "wind", "open"],
     targets=["load", "wind"], steps=[2], last=["nan", "nan", 1])
case("known-hole-in-the-past.csv", lines("load,heat", "1,5", ",6", "3,7"), keys='known = ["heat"]', error=["row 2 (line 3), column `load`"])

# Series with a class.
S = {"kind": "series"}
case("wide.csv", lines("label,t0,t1", "up,1,2", "down,4,"), **S, series=2, labels=["up", "down"], steps=[2, 1], first=[1, 2])
case("wide-class.csv", lines("t0,t1,Class", "1,2,up", "4,3,down"), **S, series=2, labels=["up", "down"], first=[1, 2],
     said=["the class is `Class`"])
case("wide-label-key.csv", lines("kind,t0,t1", "up,1,2", "down,4,3"), **S, keys='label = "kind"', series=2, labels=["up", "down"])
case("wide-id.csv", lines("id,label,t0,t1", "7,up,1,2", "9,down,4,3"), **S, series=2, first=[1, 2],
     said=["left out `id` (they name the rows)"])
case("wide-german.csv", lines("label;t0;t1", "up;1,5;2,5", "down;4;3"), **S, series=2, first=[1.5, 2.5])
case("wide-hole.csv", lines("label,t0,t1,t2", "up,1,,3", "down,4,3,2"), **S, error=["row 1 (line 2), column `t1`", "gru_d"])
case("wide-hole-taken.csv", lines("label,t0,t1,t2", "up,1,NaN,3", "down,4,3,2"), **S, keys="holes = true", first=[1, "nan", 3], steps=[3, 3])
case("no-label.csv", lines("t0,t1", "1,2", "4,3"), **S, error=["the series have no labels", "task.label_column"])
case("ucr.tsv", lines("1\t0.5\t0.7\tNaN", "2\t1.5\t2.5\t3.5", "1\t0.5\tNaN\tNaN", "2\t1\t2\t3"), **S, series=4,
     labels=["1", "2", "1", "2"], steps=[2, 3, 1, 3], first=[0.5, 0.7], said=["as in the UCR archive"])
case("tidy.csv", lines("id,time,x,y,label", "a,1,1,10,up", "a,2,2,20,up", "b,1,3,30,down"), **S,
     error=["each row seems to be a step, not a series (`id` repeats)", 'task.id = "id", task.time = "time"'])
case("long-recording.csv", lines("recording,t_ms,x,label", "R1,0,1,up", "R1,10,2,up", "R2,0,2,down", "R2,10,1,down"), **S,
     error=["each row seems to be a step, not a series (`recording` repeats)", 'task.id = "recording", task.time = "t_ms"'])
case("tidy-keys.csv", lines("id,time,x,y,label", "a,2,2,20,up", "b,1,3,30,down", "a,1,1,10,up"), **S, keys='id = "id"\ntime = "time"',
     series=2, labels=["up", "down"], steps=[2, 1], channels=["x", "y"], first=[1, 10, 2, 20],
     said=["2 series by `id`, a row a step at `time`; channels `x`, `y`", "the rows of 1 series were put in the order of `time`"])
case("tidy-two-classes.csv", lines("id,x,label", "a,1,up", "a,2,down"), **S, keys='id = "id"', error=["a series has one class"])
case("tidy-days-and-times.csv", lines("id,day,clock,x,label", *(f"{who},2024-01-0{d},{h:02}:00,{d + h}.5,{label}" for who, label in [("a", "up"), ("b", "down")]
                                                               for d in [1, 2] for h in [9, 21])),
     **S, error=["`id` repeats", 'task.id = "id", task.time = ["day", "clock"]'])
case("numbers-as-classes.csv", lines("label,t0", *(f"{n}.5,{n}" for n in range(12))), **S, series=12,
     said=["the labels are 12 different numbers in 12 rows"])
case("one-class.csv", lines("label,t0", "up,1", "up,2"), **S, error=["needs two classes at least"])
case("empty-label.csv", lines("label,t0", "up,1", ",2"), **S, error=["row 2 (line 3): the column `label` is empty"])
case("empty-label-skipped.csv", lines("label,t0", "up,1", ",2", "down,3", "up,4"), **S, keys="skip_empty = true", series=3,
     labels=["up", "down", "up"], said=["left out 1 series whose class is empty, as task.skip_empty says"])
case("lines.jsonl", lines('{"label": "up", "values": [[1, 10], [2, 20]]}', '{"label": "down", "values": [[3, 30]]}'), **S, series=2,
     labels=["up", "down"], steps=[2, 1], first=[1, 10, 2, 20], said=["2 series, a line each"])
case("records.jsonl", lines('{"at": "2024-01-01T00:00:00Z", "temp": 20.5, "dev": {"id": "a", "volt": 3}, "tags": ["x"]}',
                            '{"at": "2024-01-01T00:10:00Z", "temp": null, "dev": {"id": "a", "volt": 2}}',
                            '{"at": "2024-01-01T00:20:00Z", "dev": {"id": "a", "volt": 5}, "temp": 21}'), keys="holes = true",
     names=["temp", "dev.volt"], time="at", first=[20.5, 3], last=[21, 5], rows=3,
     said=["3 rows of 4 columns of JSON", "left out `tags` (lists, which are no cells of a table)", "left out `dev.id` (text)"])
case("records.json", '[{"a": 1, "b": true},\n {"a": 5, "b": false}, {"a": 2, "b": true}]', names=["a", "b"], targets=["a"], first=[1, 1], last=[2, 1])
case("records-broken.jsonl", lines('{"a": 1}', '{"a": 2'), error=["row 2 (line 2)", "a row is an object in a line of its own"])
case("records-hole.jsonl", lines('{"a": 1}', '{"a": null}', '{"a": 3}'), error=["row 2 (line 2), column `a`: the value is empty"])
case("steps.jsonl", lines(*(f'{{"_id": "{who}", "activity": "{what}", "readings": [{{"t": 0, "acc": {{"x": {n}, "y": 0.5}}}}, {{"t": 20, "acc": {{"x": 2, "y": 1}}}}]}}'
                            for n, (who, what) in enumerate([("a", "walk"), ("b", "sit")]))), **S, keys='label = "activity"', labels=["walk", "sit"],
     channels=["acc.x", "acc.y"], first=[0, 0.5, 2, 1], steps=[2, 2], said=["left out `readings.t`"])
case("stamps.ts", lines("@timeStamps true", "@classLabel true a b", "@data", "(2004-10-01 00:00:00,0.5),(2004-10-01 01:00:00,1.5):a",
                        "(0,2):b"), **S, series=2, labels=["a", "b"], steps=[2, 1], first=[0.5, 1.5], said=["time stamps are not read"])
case("unequal.ts", lines("@equalLength false", "@classLabel true a b c", "@data", "1,2,3:4,5,6:b", "7:8:a"), **S, series=2,
     steps=[3, 1], first=[1, 4, 2, 5, 3, 6], said=["no row is of `c`"])


# Arrays of NumPy, written by hand: a magic number, a header, the numbers or texts by rows.
def array(kind, shape, content):
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + content


def npy(shape, values, letter="d"):
    return array("<" + dict(d="f8", f="f4", q="i8")[letter], shape, struct.pack(f"<{len(values)}{letter}", *values))


def words(texts):
    """Each of so many letters as the longest: of four bytes, or of one where they are bytes."""
    longest = max(map(len, texts))
    if isinstance(texts[0], bytes):
        return array(f"|S{longest}", (len(texts),), b"".join(text.ljust(longest, b"\0") for text in texts))
    return array(f"<U{longest}", (len(texts),), b"".join(text.ljust(longest, "\0").encode("utf-32-le") for text in texts))


def npz(**arrays):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in arrays.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content)
    return file.getvalue()


NAN = float("nan")
X = npy((2, 2, 2), [1, 10, 2, 20, 3, 30, NAN, NAN])
case("arrays.npz", npz(x=X, y=npy((2,), [0, 1], "q")), **S, series=2, labels=["0", "1"], steps=[2, 1], first=[1, 10, 2, 20],
     said=["2 series of 2 steps and 2 channels in `x`"])
case("arrays-flat.npz", npz(X=npy((2, 3), [1, 2, 3, 4, 5, 6], "f"), Label=npy((2, 1), [3, 7], "f"), when=npy((1,), [5])), **S, series=2,
     labels=["3", "7"], steps=[3, 3], first=[1, 2, 3], said=["3 steps and 1 channel in `X`", "left out `when`"])
case("arrays-key.npz", npz(x=X, sex=npy((2,), [0, 1], "q"), age=npy((2,), [61, 40.5])), kind="targets", keys='label = "age"',
     answers=[61.0, 40.5], steps=[2, 1])
case("arrays-turned.npz", npz(x=npy((2, 2, 1), [1, 10, 2, 20]).replace(b"(2, 2, 1)", b"(2, 1, 2)"), y=npy((2,), [0, 1])), **S, first=[1, 10],
     said=["more channels than steps"])
case("arrays-hole.npz", npz(x=npy((2, 3), [1, NAN, 3, 4, 5, 6]), y=npy((2,), [0, 1])), **S, error=["row 1, step 2, channel 1: NaN", "gru_d"])
case("arrays-hole-taken.npz", npz(x=npy((2, 3), [1, NAN, 3, 4, 5, NAN]), y=npy((2,), [0, 1])), **S, keys="holes = true",
     first=[1, "nan", 3], steps=[3, 2])
case("arrays-large.npz", npz(x=npy((2, 1), [1, 1e200]), y=npy((2,), [0, 1])), **S, error=["row 2, step 1, channel 1", "beyond 1e140"])
case("arrays-few-labels.npz", npz(x=X, y=npy((3,), [0, 1, 1])), **S, error=["the array `y` has the axes [3], where 2 series need"])
case("arrays-no-x.npz", npz(a=X, b=X), **S, error=["no array of numbers is called `x`", "there are `a`, `b`"])
case("arrays-texts.npz", npz(x=X, y=words(["mild", "größer"])), **S, labels=["mild", "größer"], first=[1, 10, 2, 20])
case("arrays-bytes.npz", npz(x=X, y=words([b"up", b"down"]), who=words(["ann", "bob"])), **S, labels=["up", "down"], said=["left out `who`"])
case("arrays-objects.npz", npz(x=X, y=array("|O", (2,), b"")), **S, error=["type |O", "texts by .astype(str)"])
case("arrays-few-texts.npz", npz(x=X, y=words(["a", "b", "c"])), **S, error=["the array `y` has the axes [3], where 2 series need"])
case("arrays-one-axis.npz", npz(x=npy((4,), [1, 2, 3, 4]), y=npy((4,), [0, 1, 0, 1])), **S, error=["`x` has the axes [4]"])
case("array.npy", X, **S, error=["the series have no labels", "numpy.savez"])
case("arrays-cut.npz", npz(x=X, y=npy((2,), [0, 1]))[:-40], **S, error=["arrays-cut.npz"])

# Series with a number each.
N = {"kind": "targets"}
case("regression.ts", lines("@problemName Flow", "@dimensions 2", "@equalLength false", "@targetLabel true", "@data", "1,2,3:4,5,6:-0.25",
                            "7:8:1e2"), **N, series=2, answers=[-0.25, 100.0], steps=[3, 1], first=[1, 4, 2, 5, 3, 6])
case("regression-stamps.ts", lines("@timeStamps true", "@targetLabel true", "@data", "(2004-10-01 00:00:00,0.5),(2004-10-01 01:00:00,1.5):3",
                                   "(0,2):4.5"), **N, series=2, answers=[3.0, 4.5], first=[0.5, 1.5], said=["time stamps are not read"])
case("regression-of-classes.ts", lines("@classLabel true a b", "@data", "1:a", "2:b"), **N, error=['task.kind = "classify_series" learns it'])
case("classes-of-numbers.ts", lines("@targetLabel true", "@data", "1:0.5", "2:1.5"), **S, error=['task.kind = "regress_series" learns it'])
case("two-labels.ts", lines("@classLabel true a b", "@targetLabel true", "@data", "1:a", "2:b"), **N, error=["line 2", "a row has one label"])
case("regression-wide.csv", lines("t0,t1,target", "1,2,0.5", "4,,-3"), **N, series=2, answers=[0.5, -3.0], steps=[2, 1], first=[1, 2])
case("regression-named.csv", lines("id,t0,t1,Value", "a,1,2,7", "b,4,5,8"), **N, answers=[7.0, 8.0], first=[1, 2],
     said=["the target is `Value`; task.target_column names another", "left out `id`"])
case("regression-german.csv", lines("t0;t1;Preis", "1,5;2,5;1.234,50 €", "4;3;0,75 €"), **N, keys='label = "Preis"', answers=[1234.5, 0.75],
     first=[1.5, 2.5], said=["the target is read without its currency, its thousands joined"])
case("regression-dressed.csv", lines("target,t0,t1", "1,$2.50,3%", "2,$4,5%"), **N, first=[2.5, 3],
     said=["the steps are read without its currency, 10% as 10"])
case("regression-long.csv", lines("id,time,x,y,target", "a,2,2,20,0.5", "b,1,3,30,1.5", "a,1,1,10,0.5"), **N, keys='id = "id"\ntime = "time"',
     series=2, answers=[0.5, 1.5], steps=[2, 1], channels=["x", "y"], first=[1, 10, 2, 20])
case("regression-long-two.csv", lines("id,x,target", "a,1,0.5", "a,2,0.75"), **N, keys='id = "id"', error=["a series has one target"])
case("regression.jsonl", lines('{"target": 2.5, "values": [1, 2]}', '{"target": -1e3, "values": [3]}'), **N, answers=[2.5, -1000.0], steps=[2, 1])
case("regression-no-header.csv", lines("1,2,0.5", "4,5,0.25"), **N, keys='label = "column 3"', answers=[0.5, 0.25], first=[1, 2])
case("regression-hole.csv", lines("target,t0", "0.5,1", "NA,2"), **N, error=["row 2 (line 3), target: `NA` is not a finite number"])
case("regression-skipped.csv", lines("target,t0", "0.5,1", ",2", "1.5,3"), **N, keys="skip_empty = true", answers=[0.5, 1.5],
     said=["left out 1 series whose target is empty"])
case("regression-mark.csv", lines("target,t0", "0.5,1", "-999,2"), **N, keys='table.missing = ["-999"]', error=["row 2 (line 3), target: `-999` stands for a missing value"])
case("regression-unlabelled.csv", lines("t0,t1", "1,2", "4,3"), **N, error=["a column `target` or one that task.target_column names"])


def toml(value):
    if isinstance(value, list):
        return "[" + ", ".join(toml(entry) for entry in value) + "]"
    return "nan" if value == "nan" else repr(float(value)) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def main():
    folder = HERE / "files"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    parts = ["# Written by make.py.\n"]
    for name, kind, keys, expected, data in CASES:
        (folder / name).write_bytes(data)
        part = [f"\n[[file]]\nname = {json.dumps(name)}\nkind = {json.dumps(kind)}\n"]
        for key, value in expected.items():
            if value is not None:
                numbers = key in ("first", "last")
                value = [entry if entry == "nan" else float(entry) for entry in value] if numbers else value
                part.append(f"{key} = {toml(value)}\n")
        part.extend(f"keys.{line}\n" for line in keys.splitlines())
        parts.append("".join(part))
    (HERE / "expected.toml").write_text("".join(parts), encoding="utf-8")


main()
