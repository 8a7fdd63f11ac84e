"""`trilogue picture flown`: the record and the published times, as a person and a program read."""

import json

from click.testing import CliRunner

from trilogue.cli.root import trilogue


def run(*words: str) -> str:
    done = CliRunner().invoke(trilogue, ["picture", "flown", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_times_that_cannot_be_are_said_to_be_so() -> None:
    said = run("--times")
    assert said.count("agrees") == 5
    assert "Hwasong-17 2022-03-24: 4052 s is less than" in said
    assert "another source says 2220 s" in said


def test_a_program_reads_numbers_with_their_flags() -> None:
    rows = json.loads(run("--since", "2026-01-01", "--json"))
    assert rows
    assert all(row["simulated"] for row in rows)
    assert all(row["flags"] for row in rows if row["flight_time_s"] is None)


def test_what_is_left_out_is_counted() -> None:
    said = run("--since", "2026-03-01")
    assert "do not." in said
    assert "ballistic flight that fits" in said
