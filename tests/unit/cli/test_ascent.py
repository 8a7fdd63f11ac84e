"""`trilogue picture ascent`, as a program and a person read it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trilogue.cli.root import trilogue

ASCENTS = Path(__file__).parents[2] / "data" / "ascents"
FILE = ASCENTS / "bulgariasat_1.csv"
HEAD = "time_s,altitude_m,speed_mps\n"


def asked(file: Path, *words: str) -> Result:
    return CliRunner().invoke(trilogue, ["picture", "ascent", str(file), *words])


def test_a_program_reads_the_prediction_with_its_sigma() -> None:
    said = json.loads(asked(FILE, "--until", "190", "--json").output)
    assert abs(said["cutoff_s"] - 158) < 3
    assert abs(said["predicted_apogee_m"] / 119e3 - 1) < 0.02
    assert 0 < said["predicted_apogee_sigma_m"] < 2_000
    assert [set(burn) for burn in said["burns"]] == [{"start_s", "end_s"}]


def test_while_it_burns_there_is_no_number_for_the_apogee() -> None:
    done = asked(FILE, "--until", "100")
    assert "still burning" in done.output
    assert "the apogee is unbounded" in done.output
    assert "± " not in done.output
    said = json.loads(asked(FILE, "--until", "100", "--json").output)
    assert said["predicted_apogee_m"] is None
    assert said["cutoff_s"] is None
    assert said["burns"][0]["end_s"] is None


@pytest.mark.parametrize("until", ["100", "164.9", "190"])
def test_rows_after_the_time_change_no_byte_of_the_answer(until: str, tmp_path: Path) -> None:
    lines = FILE.read_text("utf-8").splitlines()
    at = float(until)
    known = [lines[0], *(row for row in lines[1:] if float(row.split(",")[0]) <= at)]
    later = [row.split(",") for row in lines[len(known) :]]
    futures = {
        "gone": [],
        "climbing": [f"{t},{float(h) + 5e4:.1f},{float(v) * 3:.3f}" for t, h, v in later],
        "finer": [f"{t},{float(h) + 1.7:.1f},{float(v) + 0.01:.3f}" for t, h, v in later],
        "twice": [",".join(row) for row in later for _ in range(2)],
    }
    answer = asked(FILE, "--until", until, "--json").output
    for name, future in futures.items():
        file = tmp_path / f"{name}.csv"
        file.write_text("\n".join([*known, *future]) + "\n")
        assert asked(file, "--until", until, "--json").output == answer
    # It is not that nothing ever changes the answer.
    file.write_text("\n".join(known[:-30]) + "\n")
    assert asked(file, "--until", until, "--json").output != answer


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1 is ''"),
        ("time_s\n", "line 1 is 'time_s'; it must be 'time_s,altitude_m,speed_mps'"),
        (HEAD, "0 rows are too few"),
        (HEAD + "0,0,0\n1,0,1\n2,zero,2\n", "line 4: altitude_m is 'zero', not a number"),
        (HEAD + "0,0,0\n1,,1\n2,0,2\n", "line 3: altitude_m is '', not a number"),
        (HEAD + "0,0,0\n1,0,inf\n2,0,2\n", "line 3: speed_mps is 'inf', not a number"),
        (HEAD + "0,0,0\n1,0\n2,0,2\n", "line 3 has 2 fields"),
        (HEAD + "0,0,0\n1,0,5,7\n2,0,2\n", "line 3 has 4 fields"),
        (HEAD + "0,0,0\n2,0,5\n1,0,2\n", "line 4: time 1 s is earlier"),
        (HEAD + "0,0,0\n1,0,-5\n2,0,2\n", "line 3: speed_mps is -5"),
        (HEAD + "0,0,0\n1,1e30,5\n2,0,2\n", "line 3: altitude_m is 1e+30; no ascent goes beyond"),
        (HEAD + "1513900000,0,0\n", "line 2: time_s is 1.5139e+09; no ascent goes beyond"),
        (HEAD + '0,0,0\n"1,0,5\n', "is not CSV"),
    ],
)
def test_what_is_no_telemetry_is_refused_in_words(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "shown.csv"
    file.write_text(text)
    done = asked(file, "--json")
    assert done.exit_code != 0
    assert says in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize("until", ["-1", "0", "nan", "soon"])
def test_a_time_that_leaves_no_row_is_refused(until: str) -> None:
    done = asked(FILE, "--until", until)
    assert done.exit_code != 0
    assert "--until" in done.output


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "shown.csv"
    file.write_bytes(b"\xff\xfe\x00\x01" * 9)
    done = asked(file)
    assert done.exit_code != 0
    assert str(file) in done.output


@pytest.mark.parametrize(
    "rows",
    [
        "0,0,0\n0,0,0\n0,0,0\n",  # one time
        "0,0,0\n1,5,9\n2,20,20\n",
        "".join(f"{t},{1e5 * t},{t}\n" for t in range(40)),  # faster up than it moves
        "".join(f"{t},100000,7800\n" for t in range(60)),  # a picture that stands still
        "".join(f"{t},200000,{7800 + t % 2}\n" for t in range(90)),  # an orbit
        "".join(f"{t},{(t * 7919) % 90000},{(t * 104729) % 3000}\n" for t in range(200)),  # noise
        "".join(f"{1000 * t},{9000 * t},{t}\n" for t in range(50)),
        "-5,-20,0\n-4,-20,0\n-3,-20,0\n-2,-20,0\n-1,-20,0\n0,-20,1\n1,-20,3\n",
    ],
)
def test_strange_rows_are_judged_without_falling_over(rows: str, tmp_path: Path) -> None:
    file = tmp_path / "shown.csv"
    file.write_text(HEAD + rows)
    done = asked(file, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert "NaN" not in done.output
    assert said["remarks"]
