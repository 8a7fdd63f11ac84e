"""Standing consent and facts for tests: such that nothing speaks against them."""

from __future__ import annotations

from typing import Any

import msgspec

from trilogue.arrangement import Facts
from trilogue.consent.acts import StandingRule

GOOD = Facts(
    actor="KR",
    originators=("KR",),
    audience=("JP", "US"),
    readers=("JP", "KR", "US"),
    level="SECRET",
    caveats=("ORCON", "TISA"),
    subject="nuclear-test",
    place="inside",
    payload_type="seismic-event",
    purposes=("warning",),
    officers=2,
    all_legs_have_pact=True,
)
"""What KR may do with a portion of its own, by every rule of the shipped arrangement."""


def standing(**changes: Any) -> StandingRule:
    """Return a rule under which texts about the test site go to US and JP at once."""
    rule = StandingRule(
        subjects=("nuclear-test",),
        payload_types=("assessment",),
        levels=("CONFIDENTIAL",),
        grid_e5=0,
        per_hour=1_000_000,
        audience=("JP", "US"),
        purposes=("analysis",),
        derive_for=(),
        lasts_seconds=None,
        not_before="2014-12-29T00:00:00.000Z",
        expires=None,
    )
    return msgspec.structs.replace(rule, **changes)
