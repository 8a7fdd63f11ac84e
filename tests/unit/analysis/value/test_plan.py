"""Campaign files: everything that may stand in one, and what is refused with its key and value."""

import re
from pathlib import Path

import pytest

from trilogue.analysis.scenario.sensors import sensor_set
from trilogue.analysis.value import plan
from trilogue.analysis.value.campaign import Moment, default_campaign
from trilogue.analysis.value.plan import CampaignError, parse_campaign

SENSORS = sensor_set("notional")


def _example() -> str:
    return "\n".join(
        line[4:] for line in (plan.__doc__ or "").splitlines() if line.startswith("    ")
    )


def test_the_example_in_the_documentation_is_read_key_by_key() -> None:
    example = _example()
    named = set(re.findall(r"^(\w+) = ", example.partition("[[flight]]")[0], re.MULTILINE))
    assert named == set(plan._Plan.__struct_encode_fields__) - {"flight", "site"}
    campaign = parse_campaign(example, SENSORS)
    assert [one.id for one in campaign.sites] == ["pyongyang", "sinpo", "somewhere"]
    names = [(one.wanted.name, one.wanted.shape) for one in campaign.missiles]
    assert names == [
        ("Rodong", "minimum-energy"), ("Rodong", "lofted"),
        ("ICBM", "minimum-energy"), ("ICBM", "lofted"), ("Unha", "minimum-energy"),
    ]  # fmt: skip
    assert campaign.azimuths_deg == (45.0, 90.0)
    assert campaign.seeds == (0, 1)
    assert campaign.moments == (
        Moment(60.0), Moment(120.0), Moment(300.0), Moment(60.0, after_burnout=True),
    )  # fmt: skip
    assert campaign.between == (Moment(90.0), Moment(180.0))
    assert [one.id for one in campaign.sensors] == ["kr-ground", "us-east"]
    assert campaign.participants == ("KR", "US")
    assert (campaign.rule.plots, campaign.rule.position_sd_m) == (3, 5_000.0)


def test_the_guide_shows_the_same_example() -> None:
    guide = (Path(__file__).parents[4] / "docs/math/value.md").read_text("utf-8")
    shown = guide.partition("```toml\n")[2].partition("```")[0]
    assert parse_campaign(shown, SENSORS) == parse_campaign(_example(), SENSORS)


def test_an_empty_file_is_the_quick_grid() -> None:
    assert parse_campaign("", SENSORS) == default_campaign("quick", sensors=SENSORS)


def test_seeds_of_the_command_stand_for_those_of_the_file() -> None:
    assert parse_campaign("seeds = 2\nfirst_seed = 7", SENSORS, 3).seeds == (7, 8, 9)


def test_the_full_grid_holds_the_quick_ones_classes_and_more_of_all_else() -> None:
    quick, full = (default_campaign(grid) for grid in ("quick", "full"))
    assert full.missiles == quick.missiles
    assert set(full.sites) > set(quick.sites)
    assert len(full.cases()) > 10 * len(quick.cases())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("azimuths = [45]", "unknown field `azimuths`; known are grid, sites, classes"),
        ("azimuths_deg = [45, 400]", "azimuths_deg[1] is 400: expected `float` < 360.0"),
        ("azimuths_deg = [nan]", "azimuths_deg[0] is nan"),
        ("azimuths_deg = []", "azimuths_deg is empty"),
        ("azimuths_deg = [45, 45.0]", "azimuths_deg has 45.0 twice"),
        ('azimuths_deg = "45"', "azimuths_deg is '45': expected `array | null`, got `str`"),
        ("seeds = 0", "seeds is 0: expected `int` >= 1"),
        ("seeds = 1.5", "seeds is 1.5: expected `int | null`, got `float`"),
        ("seeds = true", "seeds is True: expected `int | null`, got `bool`"),
        ('grid = "huge"', "grid is 'huge': invalid enum value 'huge'"),
        ('sites = ["atlantis"]', "the record has no site 'atlantis'"),
        ("sites = []", "sites is empty"),
        ('classes = ["v2"]', "no class 'v2'"),
        ("lofted = []", "classes is empty"),
        ('classes = ["scud"]\nlofted = [true]', "classes is empty"),
        ('sensors = ["nowhere"]', "no sensor 'nowhere'; there are kr-ground"),
        ('sensors = ["kr-ground", "kr-ground"]', "sensors has 'kr-ground' twice"),
        ("moments_s = []\nafter_burnout_s = []", "moments is empty"),
        ("moments_s = [60, 60]", "moments has '60 s' twice"),
        ("moments_s = [0]", "moments_s[0] is 0: expected `float` > 0.0"),
        ("track_sd_m = -5", "track_sd_m is -5: expected `float` > 0.0"),
        ('[[flight]]\nclass = "X"\napogee_m = 1e5', "missing required field `range_m`"),
        (
            '[[flight]]\nclass = "X"\napogee_m = 1e5\nrange_m = 9e6',
            "X, minimum-energy: apogee 100 km at range 9000 km: too low",
        ),
        (
            '[[flight]]\nclass = "X"\napogee_km = 1\nrange_m = 9e6',
            "unknown field `apogee_km`; known are class, apogee_m, range_m",
        ),
        ('[[site]]\nid = "a"\nlatitude_deg = 95\nlongitude_deg = 0', "latitude_deg is 95"),
        ("seeds = 1\nseeds = 2", "not TOML"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(text, said) -> None:
    with pytest.raises(CampaignError, match=re.escape(said)):
        parse_campaign(text, SENSORS)
