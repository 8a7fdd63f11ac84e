"""`trilogue picture value`: a small campaign as a person and a program read it, and its page."""

from __future__ import annotations

import csv
import json
import math
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from trilogue.analysis.value.row import from_csv
from trilogue.cli.root import trilogue

CAMPAIGN = """
sites = ["hodo"]
classes = ["scud"]
azimuths_deg = [45, 90]
moments_s = [120, 300]
after_burnout_s = [60]
between_s = [180]
"""


def run(*words, code=0):
    done = CliRunner().invoke(trilogue, ["picture", "value", *map(str, words)])
    assert done.exit_code == code, (words, done.output, done.exception)
    return done.output


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("value")


@pytest.fixture(scope="module")
def said(out):
    """Run the campaign once, for a program; leave its report in `out`."""
    (out / "campaign.toml").write_text(CAMPAIGN)
    return json.loads(
        run("--campaign", out / "campaign.toml", "--workers", 1, "--out", out, "--json")
    )


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_a_program_reads_the_campaign_its_groups_and_what_was_written(said, out) -> None:
    assert said["simulated"] is True
    assert said["campaign"]["cases"] == 2
    assert said["participants"] == ["KR", "US", "JP"]
    assert len(said["groups"]) == 7 * 3
    assert len(said["added"]) == 3 * 3
    assert all((out / name.rpartition("/")[2]).stat().st_size for name in said["files"])
    whole = json.loads((out / "results.json").read_text())
    assert whole["groups"] == said["groups"]
    rows = from_csv((out / "results.csv").read_text())
    assert len(rows) == len(whole["rows"]) == 2 * 7 * 4
    assert [row.impact_error_m for row in rows] == [r["impact_error_m"] for r in whole["rows"]]


def test_groups_are_the_rows_summed_up(said, out) -> None:
    rows = from_csv((out / "results.csv").read_text())
    for group in said["groups"]:
        errors = [
            row.impact_error_m
            for row in rows
            if (row.coalition, row.moment) == (group["coalition"], group["moment"])
            and row.phase in {"midcourse", "terminal"}
            and row.impact_error_m is not None
        ]
        assert group["impact_known"] == len(errors)
        if errors:
            rms = math.sqrt(math.fsum(e * e for e in errors) / len(errors))
            assert group["impact_error_rms_m"] == pytest.approx(rms, rel=1e-12)


class _Tables(HTMLParser):
    """Rows of tables, each cell as the values of its `data` elements; and links, and images."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[list[tuple[float, str]]]]] = {}
        self.links: list[str] = []
        self.labels: list[str] = []
        self._rows, self._value, self._text = None, None, ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "table":
            self._rows = self.tables.setdefault(given.get("id") or given["class"], [])
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in {"td", "th"} and self._rows is not None:
            self._rows[-1].append([])
        elif tag == "data":
            self._value, self._text = float(given["value"]), ""
        elif tag == "a":
            self.links.append(given["href"])
        if given.get("role") == "group":
            self.labels.append(given["aria-label"])

    def handle_endtag(self, tag):
        if tag == "table":
            self._rows = None
        elif tag == "data":
            self._rows[-1][-1].append((self._value, self._text))
            self._value = None

    def handle_data(self, data):
        if self._value is not None:
            self._text += data


@pytest.fixture(scope="module")
def page(said, out):
    tables = _Tables()
    tables.feed((out / "index.html").read_text(encoding="utf-8"))
    return tables


def shown(row):
    return [value for cell in row for value, _ in cell]


def test_every_number_of_the_page_is_the_csvs(page, out) -> None:
    groups = read(out / "groups.csv")
    columns = (
        "first_track_s", "launch_error_rms_m", "launch_semi_major_m", "impact_error_rms_m",
        "impact_bound_rms_m", "impact_semi_major_m", "impact_semi_minor_m",
    )  # fmt: skip
    rows = page.tables["scud-minimum-energy-table"][1:]
    assert len(rows) == len(groups)
    seen = set()
    for row, group in zip(rows, groups, strict=True):
        names = columns[group["coalition"] in seen :]
        seen.add(group["coalition"])
        assert shown(row) == [float(group[name]) for name in names if group[name]]
    added = read(out / "added.csv")
    names = (
        "tracked_earlier_s", "launch_error_rms_m_without", "launch_error_rms_m_with",
        "midcourse_axis_ratio", "midcourse_error_rms_m_without", "midcourse_error_rms_m_with",
        "terminal_axis_ratio", "terminal_error_rms_m_without", "terminal_error_rms_m_with",
    )  # fmt: skip
    rows = page.tables["numbers added"][2:]
    for row, one in zip(rows, added, strict=True):
        assert shown(row) == [float(one[name]) for name in names if one[name]]


def test_what_is_shown_is_the_number_behind_it_rounded(page) -> None:
    cells = [pair for table in page.tables.values() for row in table for c in row for pair in c]
    assert len(cells) > 100
    for value, text in cells:
        number, unit = text.replace(",", "").replace("−", "-").split()
        scale, exact = {"km": (1e3, value), "s": (1.0, value), "%": (0.01, value - 1.0)}[unit]
        assert float(number) * scale == pytest.approx(exact, rel=0.051, abs=0.51 * min(scale, 10.0))


def test_each_figure_has_words_and_its_numbers_beside_it(page, out) -> None:
    figures = ["first-track", "impact-scud-minimum-energy", "map-scud-minimum-energy"]
    for name in figures:
        assert f"{name}.csv" in page.links
        assert (out / f"{name}.svg").read_bytes().startswith(b"<?xml")
    assert {link for link in page.links if not (out / link).is_file()} == set()
    assert sum("Median" in label or "by direction" in label for label in page.labels) == 3


def test_curves_are_drawn_from_the_rows(said, out) -> None:
    groups = {(g["coalition"], g["time_s"]): g for g in said["groups"]}
    drawn = read(out / "impact-scud-minimum-energy.csv")
    assert {row["after_launch_s"] for row in drawn} == {"120", "180", "300"}
    for row in drawn:
        group = groups.get((row["coalition"], float(row["after_launch_s"])))
        if group and row["ellipse_semi_major_median_m"]:
            assert float(row["ellipse_semi_major_median_m"]) == pytest.approx(
                group["impact_semi_major_m"], rel=1e-5
            )


def test_a_person_reads_a_line_a_coalition_and_where_the_page_is(said, out) -> None:
    text = run("--campaign", out / "campaign.toml", "--workers", 1, "--out", out / "again")
    lines = text.splitlines()
    assert lines[0].split()[0] == "coalition"
    assert [line.split()[0] for line in lines[1:8]] == [
        "KR", "US", "JP", "KR+US", "KR+JP", "US+JP", "KR+US+JP",
    ]  # fmt: skip
    assert [one for one in said["said"] if one in lines] == said["said"][:3]
    assert lines[-1] == f"The page: {out / 'again' / 'index.html'}"
    # The same campaign is the same report, to the byte.
    for name in ("results.csv", "index.html", "first-track.svg"):
        assert (out / "again" / name).read_bytes() == (out / name).read_bytes()


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ((), "azimuth = [45]", "campaign.toml: object contains unknown field `azimuth`"),
        ((), b"\xff", "is not UTF-8"),
        (("--grid", "full"), "", "--grid and --campaign exclude each other"),
        (("--dask", "tcp://127.0.0.1:9", "--workers", "2"), "", "--workers is for this machine"),
        (("--seeds", "0"), "", "0 is not in the range"),
    ],
)
def test_bad_input_is_refused_by_name(words, text, expected, tmp_path) -> None:
    file = tmp_path / "campaign.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = CliRunner().invoke(trilogue, ["picture", "value", "--campaign", str(file), *words])
    assert done.exit_code == 2
    assert expected in (done.output + str(done.exception))


def test_a_cluster_that_is_not_there_is_said_to_be_so(tmp_path, monkeypatch) -> None:
    from trilogue.analysis.value import runner

    monkeypatch.setattr(runner, "CONNECT_SECONDS", 1.0)
    file = tmp_path / "campaign.toml"
    file.write_text(CAMPAIGN)
    words = ["picture", "value", "--campaign", str(file), "--dask", "tcp://127.0.0.1:9"]
    done = CliRunner().invoke(trilogue, words)
    assert done.exit_code == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in (done.output + str(done.exception))
