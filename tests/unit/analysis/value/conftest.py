"""A campaign that is small enough to fly in a test: two flights, three moments."""

import pytest

from trilogue.analysis.scenario.sensors import sensor_set
from trilogue.analysis.value.campaign import Campaign
from trilogue.analysis.value.case import run_case
from trilogue.analysis.value.plan import parse_campaign
from trilogue.analysis.value.row import Row

SMALL = """
sites = ["hodo"]
classes = ["scud", "rodong"]
lofted = [false]
azimuths_deg = [90]
moments_s = [60, 300]
after_burnout_s = [60]
between_s = []
"""


@pytest.fixture(scope="session")
def small() -> Campaign:
    return parse_campaign(SMALL, sensor_set("notional"))


@pytest.fixture(scope="session")
def rows(small) -> list[Row]:
    """Each case by itself, without a runner."""
    return [row for case in small.cases() for row in run_case(case)]
