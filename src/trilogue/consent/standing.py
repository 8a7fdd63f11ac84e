"""Standing consent: an originator's rule under which its own node grants at once.

It exists for warning data, which cannot wait for a person. It is capped: by subject, payload
type, level, coarseness, rate and date, and it ends by withdrawal like any grant.
"""

from __future__ import annotations

from trilogue.consent.acts import Extent, StandingRule
from trilogue.encoding import instant
from trilogue.errors import InputError
from trilogue.reports.header import Header

__all__ = ["check_rule", "extent_under", "fits"]


def check_rule(rule: StandingRule) -> None:
    """Refuse a rule that has no cap. Raises `InputError`."""
    for field in ("subjects", "payload_types", "levels", "audience", "purposes"):
        if not getattr(rule, field):
            raise InputError(f"a standing consent without {field} would release nothing")
    if rule.per_hour < 1:
        raise InputError(f"per_hour must be at least 1: {rule.per_hour}")
    if rule.grid_e5 < 0:
        raise InputError(f"grid_e5 cannot be negative: {rule.grid_e5}")
    if rule.lasts_seconds is not None and rule.lasts_seconds < 1:
        raise InputError(f"lasts_seconds must be at least 1: {rule.lasts_seconds}")


def fits(rule: StandingRule, header: Header, at: str) -> bool:
    """Say whether a portion may go on under the rule at `at`; the caller still owes the rate."""
    if at < rule.not_before or (rule.expires is not None and at >= rule.expires):
        return False
    grid = header.generalised.position_grid_e5 if header.generalised is not None else None
    return (
        header.subject in rule.subjects
        and header.payload_type in rule.payload_types
        and header.marking.level in rule.levels
        and header.marking.readers.issuperset(rule.audience)
        and (grid or 0) >= rule.grid_e5
    )


def extent_under(rule: StandingRule, at: str) -> Extent:
    """Return the extent of a grant that the rule makes at `at`."""
    return Extent(
        audience=rule.audience,
        purposes=rule.purposes,
        not_before=at,
        expires=None if rule.lasts_seconds is None else instant.plus(at, rule.lasts_seconds),
        derive_for=rule.derive_for,
    )
