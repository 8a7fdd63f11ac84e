"""Telemetry is read strictly; numbers misread off a screen are left out."""

import numpy as np
import pytest

from trilogue.analysis.ascent import TelemetryError, judge, read_telemetry

HEAD = "time_s,altitude_m,speed_mps\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1"),
        ("time,altitude,speed\n0,0,0\n", "must be 'time_s,altitude_m,speed_mps'"),
        (HEAD + "0,0,0\n1,0\n", "line 3 has 2 fields"),
        (HEAD + "0,0,0\n1,abc,3\n", "line 3: altitude_m is 'abc'"),
        (HEAD + "0,0,0\n1,nan,3\n", "not a number"),
        (HEAD + "0,0,0\n1,0,1_0\n", "not a number"),
        (HEAD + "0,0,0\n1,0,-2\n", "a speed is not negative"),
        (HEAD + "5,0,0\n1,0,2\n3,0,3\n", "earlier than the line before"),
        (HEAD + "0,0,0\n", "too few"),
    ],
)
def test_what_is_no_telemetry_is_refused_by_line(text: str, says: str) -> None:
    with pytest.raises(TelemetryError, match=says):
        read_telemetry(text)


def test_a_misread_number_is_left_out_and_said_to_be() -> None:
    time = np.arange(0.0, 60.0, 0.3)
    height, speed = np.round(5.0 * time**2 / 100) * 100, np.round(10.0 * time, 1)
    speed[100] = 9_999.0
    text = HEAD + "".join(
        f"{t:.1f},{h:.0f},{v:.1f}\n" for t, h, v in zip(time, height, speed, strict=True)
    )
    shown = read_telemetry(text)
    assert shown.until().dropped == 1
    assert shown.until().speed.max() < 700.0
    assert any("left out" in remark for remark in judge(shown).remarks)


def test_standing_still_is_no_burn() -> None:
    text = HEAD + "".join(f"{t},0,0\n" for t in range(30))
    judged = judge(read_telemetry(text))
    assert judged.burns == ()
    assert judged.remarks == ("no burn is seen yet",)
