"""`launch`: one missile launch, as far as it is known."""

import math
from typing import Annotated, Literal

import msgspec

from trilogue.reports.payloads.quantities import (
    Code,
    EstimatedPosition,
    Measured,
    Moment,
    Probability,
    Title,
)

__all__ = ["Launch", "MissileClass"]


class MissileClass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A class of missile and the probability that this was one. `unknown` is a class."""

    name: Code
    probability: Probability


class Launch(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="launch",
):
    """What is known of a launch. What is not known is null, and stays so."""

    time: Moment | None
    site: Title | None
    position: EstimatedPosition | None
    """Launch point."""
    classes: Annotated[tuple[MissileClass, ...], msgspec.Meta(min_length=1, max_length=64)]
    """Probabilities over classes, `unknown` among them; they sum to one."""
    apogee_m: Measured | None
    """Greatest height above the ellipsoid."""
    distance_m: Measured | None
    """Ground distance from launch to impact."""
    outcome: Literal["success", "failure", "unknown"]

    def __post_init__(self) -> None:
        """Check that the probabilities are a distribution, and that lengths are not negative."""
        names = [c.name for c in self.classes]
        if len(set(names)) != len(names):
            raise ValueError("classes: one class stands twice")
        if "unknown" not in names:
            raise ValueError("classes: 'unknown' is missing; state its probability, even if 0.0")
        total = math.fsum(c.probability for c in self.classes)
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"classes: probabilities sum to {total}, not to 1")
        for field in ("apogee_m", "distance_m"):
            length: Measured | None = getattr(self, field)
            if length is not None and length.value < 0.0:
                raise ValueError(f"{field}: {length.value} is negative")
