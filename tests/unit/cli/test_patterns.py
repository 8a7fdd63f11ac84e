"""`trilogue patterns`: sources, conflicts and the report, as a person and a program read them."""

import json
import re
from importlib import resources

import pytest
from click.testing import CliRunner

from trilogue.cli.root import trilogue

SHIPPED = (resources.files("trilogue.data") / "launches.csv").read_text("utf-8")


def run(*words, code=0):
    done = CliRunner().invoke(trilogue, ["patterns", *words])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def other(tmp_path):
    path = tmp_path / "other.csv"
    lines = SHIPPED.splitlines()
    row = next(i for i, line in enumerate(lines) if line.startswith("2024-10-30"))
    lines[row] = lines[row].replace(",7687,1001,", ",1001,7687,")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_every_row_enters_and_what_is_left_out_is_counted():
    said = run("record", "--check")
    assert "339 of 339 rows enter, as 339 launches; 0 are dropped." in said
    assert re.search(r"tempo +331 +8 +month-only 8", said)
    told = json.loads(run("record", "--check", "--json"))
    assert told["rows"] == {"nagix": 339}
    for one in told["findings"].values():
        assert one["used"] + sum(one["left_out"].values()) == 339


def test_the_same_file_twice_has_no_conflict(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(SHIPPED, "utf-8")
    said = run("conflicts", str(tmp_path / "a.csv"), str(tmp_path / "b.csv"))
    assert "The sources agree in everything." in said
    assert "0 conflicts" in said


def test_one_file_stands_beside_the_shipped_record(other):
    told = json.loads(run("conflicts", str(other), "--json"))
    assert told["sources"] == {"nagix": 339, "other": 339}
    assert told["launches"] == 339
    (one,) = told["conflicts"]
    assert (one["kind"], one["columns"]) == ("swapped", ["apogee_km", "distance_km"])
    assert [said["values"] for said in one["said"]] == [[7687.0, 1001.0], [1001.0, 7687.0]]


def test_values_that_differ_are_shown_by_source(other):
    line = next(x for x in run("record", "--with", str(other)).splitlines() if "2024-10-30" in x)
    assert "nagix 7687 | other 1001" in line
    told = json.loads(run("record", "--with", str(other), "--json"))
    launch = next(one for one in told if one["date"] == "2024-10-30")
    assert launch["values"]["apogee_km"] == {"nagix": 7687.0, "other": 1001.0}


def test_what_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(SHIPPED.replace(",7687,1001,", ",high,1001,"), "utf-8")
    assert "apogee_km: 'high' is not kilometres" in run("conflicts", str(path), code=2)
    assert "is no day" in run("report", "--since", "yesterday", code=2)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("patterns") / "en"
    told = json.loads(run("report", "--out", str(out), "--since", "2026-03-01", "--json"))
    return out, told


def test_the_report_is_one_page_that_asks_nothing(written):
    out, told = written
    page = (out / "index.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert not re.search(r"<script|<link[^>]+stylesheet|@import", page)
    outside = re.findall(r'(?:src|href)="(?!#|data:)([^"]*)"', page)
    assert outside == []
    assert told["launches"] == 339
    assert told["conflicts"] == 0


def test_every_figure_has_its_numbers_and_words(written):
    out, _ = written
    page = (out / "index.html").read_text("utf-8")
    svgs = sorted(out.glob("*.svg"))
    assert len(svgs) == 9
    for svg in svgs:
        numbers = svg.with_suffix(".csv").read_text("utf-8")
        assert numbers.count("\n") > 2
        assert f'download="{svg.stem}.csv"' in page
        assert "<desc" in svg.read_text("utf-8")


def test_every_file_that_is_named_was_written(written):
    out, told = written
    assert {str(out / one.name) for one in out.iterdir()} == set(told["files"])
    whole = json.loads((out / "results.json").read_text("utf-8"))
    assert len(whole["trajectories"]) == 339
    assert whole["said"] == told["said"]
    assert len(whole["backtests"]["5"]["years"]) == 11


def test_news_are_those_since_the_day_that_was_named(written):
    _, told = written
    assert told["said"][0].startswith("From 2026-03-01 to 2026-04-18")
