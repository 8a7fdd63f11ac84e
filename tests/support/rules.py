"""Standing consent for tests."""

from __future__ import annotations

from typing import Any

import msgspec

from trilogue.consent.acts import StandingRule


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
