from __future__ import annotations

import math

import pytest
from tests.support.synthetic_arrivals import arrival

from trilogue.analysis.seismology import TooFewArrivalsError


@pytest.mark.parametrize(
    "changes",
    [
        {"latitude": 90.1},
        {"latitude": math.nan},
        {"longitude": 361.0},
        {"time": math.inf},
        {"onset_sd": -0.1},
        {"onset_sd": math.nan},
        {"position_sd_m": -1.0},
    ],
)
def test_what_no_station_can_have_measured_is_refused_by_name(changes: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"XX\.AAA"):
        arrival(**changes)


def test_the_error_counts_what_there_is() -> None:
    error = TooFewArrivalsError(1, 4)
    assert (error.count, error.needed) == (1, 4)
    assert "1 usable arrival, 4 needed" in str(error)
