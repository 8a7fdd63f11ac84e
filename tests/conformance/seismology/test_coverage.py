"""How often the ellipse holds the truth in Earths that are not the locator's."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from obspy.taup import TauPyModel
from tests.support.synthetic_arrivals import arrival

from trilogue.analysis.geodesy import arc_degrees, unit_vector


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    path = Path(__file__).parents[3] / "tools" / "cover_ellipses.py"
    spec = importlib.util.spec_from_file_location("cover_ellipses", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_nine_in_ten_ellipses_hold_the_truth(tool: ModuleType) -> None:
    """400 sources: 90 % of them give 84 to 96 % by chance alone (four standard deviations)."""
    rng = np.random.default_rng(20160909)
    trials = [tool.trial(rng) for _ in range(400)]
    held = np.array([one.location.contains(one.latitude, one.longitude) for one in trials])
    assert 0.86 <= held.mean() <= 0.97


def test_sharing_is_worth_what_is_said(tool: ModuleType) -> None:
    """The same sources by one participant and by all: the ellipse is far smaller."""
    rng = np.random.default_rng(7)
    ratios = []
    for _ in range(15):
        latitude, longitude = 41.3 + rng.normal(0, 0.2), 129.1 + rng.normal(0, 0.2)
        rows = tool.observe(latitude, longitude, tool.STATIONS, 1.0, rng)
        alone = tool.locate([row for row in rows if row.participant == "JP"])
        together = tool.locate(rows)
        ratios.append(alone.ellipse.area_km2 / together.ellipse.area_km2)
    assert np.median(ratios) > 5.0


@pytest.mark.slow
@pytest.mark.parametrize("model", ["prem", "jb", "herrin", "sp6"])
def test_other_models_of_the_earth_are_within_the_ellipse(tool: ModuleType, model: str) -> None:
    """Times of another one-dimensional Earth, at stations near and far, located with ak135."""
    taup, rng = TauPyModel(model), np.random.default_rng(5)
    held = []
    for _ in range(6):
        latitude, longitude = 41.3 + rng.normal(0, 0.2), 129.1 + rng.normal(0, 0.2)
        near = np.stack([rng.uniform(30, 50, 14), rng.uniform(115, 146, 14)], axis=1)
        far = np.stack([rng.uniform(-30, 75, 6), rng.uniform(20, 200, 6)], axis=1)
        rows = []
        for i, (a, b) in enumerate(np.concatenate([near, far]).tolist()):
            degrees = float(
                arc_degrees(unit_vector([latitude], [longitude]), unit_vector([a], [b]))[0, 0]
            )
            if not 0.3 < degrees < 95.0:
                continue
            rays = taup.get_travel_times(0.5, degrees, phase_list=["p", "P", "Pn", "Pg"])
            time = 1.4e9 + min(ray.time for ray in rays) + rng.normal(0, 0.4)
            rows.append(arrival(f"S{i}", time, latitude=a, longitude=b, snr=100.0))
        held.append(tool.locate(rows).contains(latitude, longitude))
    assert sum(held) >= 5
