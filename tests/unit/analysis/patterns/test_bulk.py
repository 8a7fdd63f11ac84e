"""What DuckDB counts in a file is what is counted in memory."""

import csv
from dataclasses import fields, replace
from datetime import date
from importlib import resources

import pytest
from benchmarks.patterns.synthetic import synthetic

from trilogue.analysis.flight.record import record
from trilogue.analysis.patterns.bulk import bulk
from trilogue.analysis.patterns.findings import counted
from trilogue.analysis.patterns.news import news, past
from trilogue.analysis.patterns.occasions import occasions
from trilogue.analysis.patterns.reach import greatest
from trilogue.analysis.patterns.source import read_source
from trilogue.analysis.patterns.tally import tally
from trilogue.analysis.patterns.trajectories import best_estimates, trajectory

SHIPPED = resources.files("trilogue.data") / "launches.csv"


def same_days(one, other):
    assert one.keys() == other.keys()
    for key in one:
        assert one[key].day.tolist() == other[key].day.tolist(), key
        assert one[key].count.tolist() == other[key].count.tolist(), key


def same(one, other):
    same_days(one.occasions, other.occasions)
    same_days({"": one.daily}, {"": other.daily})
    for field in fields(one):
        if field.name not in {"occasions", "daily"}:
            mine, yours = (getattr(x, field.name) for x in (one, other))
            assert (dict(mine) if isinstance(mine, dict) else mine) == (
                dict(yours) if isinstance(yours, dict) else yours
            ), field.name


def test_the_shipped_record_is_counted_alike():
    with resources.as_file(SHIPPED) as path, bulk(path) as file:
        same(file.tally(), tally(record()))


def test_a_synthetic_record_is_counted_alike(tmp_path):
    path = tmp_path / "many.csv"
    synthetic(path, 6_000, seed=4)
    launches = [e.launch for e in read_source("many", path.read_text("utf-8")).entries]
    with bulk(path) as file:
        same(file.tally(), tally(launches))


def test_findings_and_news_are_the_same():
    launches = record()
    begin, end = date(2024, 5, 1), date(2024, 6, 1)
    grouped = occasions(launches)
    with resources.as_file(SHIPPED) as path, bulk(path) as file:
        count, told = file.tally(), file.news(begin, end)
    mine = news(past(grouped, begin), grouped, begin, end)
    assert [(i.kind, i.what, i.rows) for i in told.items] == [
        (i.kind, i.what, i.rows) for i in mine.items
    ]
    assert [i.probability for i in told.items] == pytest.approx(
        [i.probability for i in mine.items], rel=1e-9
    )
    estimated = greatest([trajectory(one) for one in launches])
    best = best_estimates(count.flights)
    best.pop("unknown", None)
    assert best == estimated
    one, other = (counted(c, [], estimated) for c in (count, tally(launches)))
    assert one.tempo == other.tempo
    assert replace(one, tally=other.tally) == other


def test_a_file_of_other_columns_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["date"], ["2024-01-01"]])
    with pytest.raises(ValueError, match="columns"), bulk(path):
        pass


def test_synthetic_records_are_alike_for_a_seed(tmp_path):
    for name in ("a.csv", "b.csv"):
        synthetic(tmp_path / name, 500, seed=1)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
