"""Sources side by side: all rows enter, planted conflicts are found, none is invented."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trilogue.analysis.patterns.conflicts import agreement, conflicts
from trilogue.analysis.patterns.merge import launches, merge
from trilogue.analysis.patterns.source import COLUMNS, SourceError, read_source, shipped_source

ROWS = [dict(entry.raw) for entry in shipped_source().entries]
COLUMN = {
    "time_utc": "03:17", "missile_id": "another", "facility_id": "elsewhere", "apogee_km": "4321",
    "distance_km": "1234", "landing_area": "atlantic", "outcome": "failure", "bearing_deg": "11",
    "site_lat": "39.5", "type": "XRBM",
}  # fmt: skip


def text(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def compare(ours, theirs):
    sources = [read_source("A", text(ours)), read_source("B", text(theirs))]
    merged = merge(sources)
    told = [(e.source, e.line) for one in merged for e in one.entries]
    assert sorted(told) == sorted((s.name, e.line) for s in sources for e in s.entries)
    return conflicts(merged, ["A", "B"])


def copied():
    return [dict(row) for row in ROWS]


def test_all_339_rows_enter_and_stay_as_they_were_written():
    source = shipped_source()
    assert len(source.entries) == 339
    merged = merge([source])
    assert len(merged) == 339
    assert {e.line for one in merged for e in one.entries} == set(range(2, 341))


def test_what_is_not_known_stays_unknown():
    entries = {e.line: e for e in shipped_source().entries}
    assert all(e.known("bearing_deg") != 90.0 for e in entries.values())
    slips = [e for e in entries.values() if "AM/PM" in e.raw["time_conflict"]]
    assert [e.launch.date for e in slips] == ["2016-02-07", "2017-07-04"]
    assert all(e.known("time_utc") is None for e in slips)
    lost = [e for e in entries.values() if e.known("facility_id") is None]
    assert [e.launch.date for e in lost] == ["2019-04-17"]
    assert lost[0].known("site_lat") is None


@given(st.permutations(range(len(ROWS))))
@settings(max_examples=5)
def test_a_source_never_conflicts_with_itself_in_any_order(order):
    assert compare(ROWS, [ROWS[i] for i in order]) == ()


@given(st.integers(0, len(ROWS) - 1), st.sampled_from(sorted(COLUMN)))
@settings(max_examples=40)
def test_another_value_is_found_and_nothing_else(row, column):
    theirs = copied()
    before, theirs[row][column] = theirs[row][column], COLUMN[column]
    told = read_source("A", text([ROWS[row]])).entries[0].known(column)
    if before == COLUMN[column] or (column == "site_lat" and not before):
        return
    if column == "time_utc" and ROWS[row]["time_conflict"]:
        return
    found = compare(ROWS, theirs)
    # A time may put launches of a day in another order, too; that is true as well.
    plain = [one for one in found if one.kind != "order"]
    assert len(plain) == 1
    assert plain[0].kind == ("blank" if told is None else "value")
    assert plain[0].columns == (column,)
    assert plain[0].date == ROWS[row]["date_utc"]


BOTH = [
    i for i, r in enumerate(ROWS) if r["apogee_km"] and r["distance_km"] not in {"", r["apogee_km"]}
]


@given(st.sampled_from(BOTH))
@settings(max_examples=20)
def test_swapped_columns_are_one_conflict(row):
    theirs = copied()
    one = theirs[row]
    one["apogee_km"], one["distance_km"] = one["distance_km"], one["apogee_km"]
    (found,) = compare(ROWS, theirs)
    assert (found.kind, found.columns) == ("swapped", ("apogee_km", "distance_km"))
    assert found.said[0][2] == found.said[1][2][::-1]


FILLED = [
    (i, c)
    for i, r in enumerate(ROWS)
    for c in ("apogee_km", "distance_km", "time_utc", "outcome")
    if r[c] not in {"", "unknown"} and not r["time_conflict"]
]


@given(st.sampled_from(FILLED))
@settings(max_examples=20)
def test_a_one_sided_blank_is_found(cell):
    row, column = cell
    theirs = copied()
    theirs[row][column] = "unknown" if column == "outcome" else ""
    (found,) = compare(ROWS, theirs)
    assert (found.kind, found.columns) == ("blank", (column,))


NUMBERED = [
    (i, j)
    for i in range(len(ROWS)) for j in range(i)
    if ROWS[i]["date_utc"] == ROWS[j]["date_utc"] and ROWS[i]["series"] and ROWS[j]["series"]
    and ROWS[i]["series"] != ROWS[j]["series"]
    and any(ROWS[i][c] != ROWS[j][c] for c in ("missile_id", "facility_id", "time_utc"))
]  # fmt: skip


@given(st.sampled_from(NUMBERED))
@settings(max_examples=20)
def test_another_order_within_a_day_is_found(pair):
    i, j = pair
    theirs = copied()
    theirs[i]["series"], theirs[j]["series"] = theirs[j]["series"], theirs[i]["series"]
    found = compare(ROWS, theirs)
    assert found
    assert {(one.kind, one.columns) for one in found} == {("order", ("series",))}


@given(st.integers(0, len(ROWS) - 1), st.booleans())
@settings(max_examples=20)
def test_a_launch_that_one_source_lacks_is_found(row, ours):
    fewer = copied()
    del fewer[row]
    found = compare(*((fewer, ROWS) if ours else (ROWS, fewer)))
    assert sum(one.kind == "alone" for one in found) == 1
    assert {one.kind for one in found} <= {"alone", "value", "blank"}
    assert {one.date for one in found} == {ROWS[row]["date_utc"]}


def test_a_date_that_is_local_elsewhere_is_the_same_launch():
    theirs = copied()
    row = next(i for i, r in enumerate(theirs) if r["date_utc"] == "2017-11-28")
    theirs[row]["date_utc"] = "2017-11-29"
    (found,) = compare(ROWS, theirs)
    assert (found.kind, found.columns) == ("value", ("date_utc",))


@pytest.mark.parametrize(
    ("time", "disputed"),
    [("18:18", False), ("18:19", False), ("18:17:30", False), ("18:20", True), ("06:18", True)],
)
def test_a_minute_between_sources_disputes_no_time(time, disputed):
    theirs = copied()
    row = next(i for i, r in enumerate(theirs) if r["date_utc"] == "2017-11-28")
    assert theirs[row]["time_utc"] == "18:18"
    theirs[row]["time_utc"] = time
    sources = [read_source("A", text(ROWS)), read_source("B", text(theirs))]
    (found,) = (one for one in launches(merge(sources)) if one.date == "2017-11-28")
    assert (found.time, found.time_conflict is not None) == ("18:18", disputed)
    # What differs is said all the same.
    assert len(compare(ROWS, theirs)) == (time != "18:18")


def test_degrees_agree_to_the_digits_of_whoever_gives_fewer():
    theirs = copied()
    for row in theirs:
        for column in ("site_lat", "site_lon"):
            row[column] = row[column] and f"{float(row[column]):.3f}"
    assert compare(ROWS, theirs) == ()
    theirs[0]["site_lat"] = "40.84"  # cut off, not rounded
    assert compare(ROWS, theirs) == ()
    theirs[0]["site_lat"] = "40.83"
    assert [(one.kind, one.columns) for one in compare(ROWS, theirs)] == [("value", ("site_lat",))]
    theirs[0]["site_lat"] = "41"
    assert [(one.kind, one.columns) for one in compare(ROWS, theirs)] == [("value", ("site_lat",))]


def test_a_minute_is_the_same_with_its_seconds_written_out():
    theirs = copied()
    for row in theirs:
        row["time_utc"] = row["time_utc"] and f"{row['time_utc']}:00"
    assert compare(ROWS, theirs) == ()


@pytest.mark.parametrize("word", ["", "unknown", "Unknown", "n/a", "NA"])
def test_a_source_says_in_any_of_its_words_that_it_does_not_know(word):
    theirs = copied()
    for row in theirs:
        # `na` is a sea of its own: that of a launch that reached none.
        for column in set(COLUMNS) - {"date_utc", "landing_area", "time_conflict"}:
            row[column] = row[column] or word
    assert compare(ROWS, theirs) == ()
    theirs[300] |= dict.fromkeys(("apogee_km", "series", "outcome", "missile_id", "missile"), word)
    assert {one.kind for one in compare(ROWS, theirs)} == {"blank"}
    sources = [read_source(n, text(r)) for n, r in (("A", theirs), ("B", ROWS))]
    assert launches(merge(sources))[300].apogee_m == shipped_source().entries[300].launch.apogee_m
    assert launches(merge([sources[0]]))[300].apogee_m is None
    both = [sources[0], read_source("B", text(theirs))]
    assert launches(merge(both))[300].apogee_m is None


def test_a_source_need_not_say_what_others_say_of_its_times():
    theirs = [{c: row[c] for c in COLUMNS if c != "time_conflict"} for row in ROWS]
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS[:-1], lineterminator="\n")
    writer.writeheader()
    writer.writerows(theirs)
    merged = merge([read_source("A", text(ROWS)), read_source("B", out.getvalue())])
    found = conflicts(merged, ["A", "B"])
    # The two slips that the first source marks are times that it does not know.
    assert [(one.kind, one.date) for one in found if one.kind != "order"] == [
        ("blank", "2016-02-07"),
        ("blank", "2017-07-04"),
    ]


def test_a_third_source_stands_beside_the_others():
    theirs, others = copied(), copied()
    theirs[300]["apogee_km"], others[300]["apogee_km"] = "61", "62"
    sources = [read_source(n, text(r)) for n, r in (("A", ROWS), ("B", theirs), ("C", others))]
    merged = merge(sources)
    assert len(merged) == 339
    launch = next(m for m in merged if m.first.line == 302)
    assert [v for _, v in launch.values("apogee_km")][1:] == [61.0, 62.0]
    assert not launch.agreed("apogee_km")
    known, agree = agreement(merged)["apogee_km"]
    assert agree == known - 1


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("apogee_km", "NaN", "line 2, apogee_km: 'NaN'"),
        ("date_utc", "2017-02-30", "line 2, date_utc"),
        ("time_utc", "24:00", "line 2, time_utc"),
        ("series", "1_0", "line 2, series"),
        ("outcome", "Success", "success or failure or unknown"),
        ("site_lon", "", "site_lat and site_lon"),
    ],
)
def test_a_cell_that_cannot_be_is_named(column, value, said):
    row = {**ROWS[0], column: value}
    with pytest.raises(SourceError, match=said):
        read_source("A", text([row]))


def test_other_columns_are_refused_by_name():
    with pytest.raises(SourceError, match=r"lacks .*apogee_km"):
        read_source("A", text(ROWS).replace("apogee_km", "height", 1))
    with pytest.raises(SourceError, match="line 3: 1 cells"):
        read_source("A", text(ROWS[:1]) + "x\n")
