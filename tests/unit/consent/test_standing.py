"""Standing consent: what fits a rule, and that a rule without a cap is none."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from tests.strategies import PARTICIPANTS, instants, rules

from trilogue.consent.acts import StandingRule
from trilogue.consent.extent import check_extent
from trilogue.consent.standing import check_rule, extent_under, fits
from trilogue.encoding import base64, instant
from trilogue.errors import InputError
from trilogue.marking import mark
from trilogue.reports.header import Generalised, Header

BEGINS, ENDS = "2016-09-09T01:00:00.000Z", "2016-09-10T01:00:00.000Z"
RULE = StandingRule(
    subjects=("missile-launch",),
    payload_types=("plots",),
    levels=("CONFIDENTIAL",),
    grid_e5=1000,
    per_hour=60,
    audience=("JP", "US"),
    purposes=("warning",),
    derive_for=(),
    lasts_seconds=3600,
    not_before=BEGINS,
    expires=ENDS,
)
BLANK = base64.encode(bytes(32))


def coarse(grid: int | None) -> Generalised:
    return Generalised(
        of=None,
        fields=("place",),
        position_grid_e5=grid,
        position_sd_m=None,
        time_grid_ms=None,
        time_sd_ms=None,
    )


HEADER = Header(
    v=1,
    salt=BLANK,
    marking=mark("CONFIDENTIAL", ["KR"], releasable_to=["US", "JP"]),
    payload_type="plots",
    language=None,
    subject="missile-launch",
    place=None,
    trajectory=False,
    period=None,
    size=1,
    ciphertext=BLANK,
    commitment=BLANK,
    handling=(),
    derived_from=(),
    supersedes=None,
    tearline_of=None,
    translation_of=None,
    generalised=coarse(1000),
    redacted=None,
)


def header(**changes: object) -> Header:
    return msgspec.structs.replace(HEADER, **changes)


def rule(**changes: object) -> StandingRule:
    return msgspec.structs.replace(RULE, **changes)


@pytest.mark.parametrize("at", [BEGINS, "2016-09-10T00:59:59.999Z"])
def test_a_portion_that_fits_in_every_respect_may_go(at):
    assert fits(RULE, HEADER, at)
    assert fits(RULE, header(generalised=coarse(10_000)), at)


@pytest.mark.parametrize("at", ["2016-09-09T00:59:59.999Z", ENDS])
def test_outside_its_dates_a_rule_fits_nothing(at):
    assert not fits(RULE, HEADER, at)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "nuclear-test"},
        {"payload_type": "launch"},
        {"marking": mark("SECRET", ["KR"], releasable_to=["US", "JP"])},
        {"marking": mark("CONFIDENTIAL", ["KR"], releasable_to=["US"])},
        {"generalised": coarse(999)},
        {"generalised": coarse(None)},
        {"generalised": None},
    ],
    ids=["subject", "payload type", "level", "reader", "too fine", "time alone", "as measured"],
)
def test_a_portion_that_misses_one_cap_stays(changes):
    assert not fits(RULE, header(**changes), BEGINS)


def test_a_rule_that_asks_for_no_coarseness_takes_what_is_as_measured():
    assert fits(rule(grid_e5=0), header(generalised=None), BEGINS)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"subjects": ()}, "without subjects"),
        ({"payload_types": ()}, "without payload_types"),
        ({"levels": ()}, "without levels"),
        ({"audience": ()}, "without audience"),
        ({"purposes": ()}, "without purposes"),
        ({"per_hour": 0}, "per_hour"),
        ({"grid_e5": -1}, "grid_e5"),
        ({"lasts_seconds": 0}, "lasts_seconds"),
    ],
    ids=str,
)
def test_a_rule_without_a_cap_is_refused(changes, says):
    with pytest.raises(InputError, match=says):
        check_rule(rule(**changes))


@given(rules(), instants)
def test_what_a_good_rule_grants_is_a_good_extent(drawn, at):
    check_rule(drawn)
    extent = extent_under(drawn, at)
    check_extent(extent, PARTICIPANTS, "KR")
    assert (extent.audience, extent.purposes, extent.derive_for) == (
        drawn.audience,
        drawn.purposes,
        drawn.derive_for,
    )
    if drawn.lasts_seconds is None:
        assert extent.expires is None
    else:
        assert instant.seconds_between(at, extent.expires) == drawn.lasts_seconds
