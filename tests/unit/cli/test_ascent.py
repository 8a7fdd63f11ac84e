"""`trilogue picture ascent`, as a program and a person read it."""

import json
from pathlib import Path

from click.testing import CliRunner

from trilogue.cli.root import trilogue

FILE = Path(__file__).parents[2] / "data" / "ascents" / "bulgariasat_1.csv"


def test_a_program_reads_the_prediction_with_its_sigma() -> None:
    words = ["picture", "ascent", str(FILE), "--until", "190", "--json"]
    done = CliRunner().invoke(trilogue, words, catch_exceptions=False)
    said = json.loads(done.output)
    assert abs(said["cutoff_s"] - 158) < 3
    assert abs(said["predicted_apogee_m"] / 119e3 - 1) < 0.02
    assert 0 < said["predicted_apogee_sigma_m"] < 2_000
    assert [set(burn) for burn in said["burns"]] == [{"start_s", "end_s"}]


def test_while_it_burns_there_is_no_number_for_the_apogee() -> None:
    words = ["picture", "ascent", str(FILE), "--until", "100"]
    done = CliRunner().invoke(trilogue, words, catch_exceptions=False)
    assert "still burning" in done.output
    assert "the apogee is unbounded" in done.output
    assert "± " not in done.output


def test_a_time_before_the_first_row_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(trilogue, ["picture", "ascent", str(FILE), "--until", "-1"])
    assert done.exit_code != 0
    empty = tmp_path / "empty.csv"
    empty.write_text("time_s\n")
    done = CliRunner().invoke(trilogue, ["picture", "ascent", str(empty)])
    assert done.exit_code != 0
