"""`track`: the smoothed state of one object."""

import math
from typing import Annotated, Literal

import msgspec

from trilogue.reports.cite import DigestText
from trilogue.reports.payloads.quantities import Code, Moment

__all__ = ["Track"]

Row = tuple[float, float, float, float, float, float]


class Track(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="track",
    omit_defaults=True,
):
    """A state at one time, in the Earth-centred Earth-fixed frame of WGS-84.

    `state` is (x, y, z) in metres, then (vx, vy, vz) in metres per second relative to the rotating
    Earth. `covariance` is 6 by 6 in the squares and products of the same units; it holds at the
    true moment that `time` names to within its own uncertainty.
    """

    id: Code
    time: Moment
    state: Row
    covariance: tuple[Row, Row, Row, Row, Row, Row]
    phase: Literal["boost", "midcourse", "terminal", "unknown"]
    lineage: Annotated[tuple[DigestText, ...], msgspec.Meta(max_length=10_000)]
    """Digests of the portions behind the state, sorted: they decide where it may go."""
    lineage_complete: bool = True
    """False where more stands behind the state than `lineage` names: it may then share errors with
    anything, and is fused so. Left out where true."""

    def __post_init__(self) -> None:
        """Check the covariance and the order of the lineage."""
        _check_covariance(self.covariance)
        if any(a >= b for a, b in zip(self.lineage, self.lineage[1:], strict=False)):
            raise ValueError("lineage: digests must be sorted, each once")


def _check_covariance(p: tuple[Row, ...]) -> None:
    """Raise `ValueError` unless `p` is exactly symmetric and positive semidefinite.

    Scaled to unit variances first, since squared metres and squared metres per second differ by
    orders of magnitude; then Cholesky, with room for the rounding of a double.
    """
    for i in range(6):
        if p[i][i] < 0.0:
            raise ValueError(f"covariance: the variance {p[i][i]} of element {i} is negative")
        for j in range(i):
            if p[i][j] != p[j][i]:
                raise ValueError(f"covariance: not symmetric in elements {i}, {j}")
    sd = [math.sqrt(p[i][i]) or 1.0 for i in range(6)]
    lower = [[0.0] * 6 for _ in range(6)]
    for i in range(6):
        for j in range(i + 1):
            rest = p[i][j] / (sd[i] * sd[j]) - math.fsum(
                lower[i][k] * lower[j][k] for k in range(j)
            )
            if i == j:
                if rest < -1e-9:
                    raise ValueError(f"covariance: not positive semidefinite in element {i}")
                lower[i][i] = math.sqrt(max(rest, 0.0))
            elif lower[j][j] > 1e-8:
                lower[i][j] = rest / lower[j][j]
            elif abs(rest) > 1e-6:
                raise ValueError(f"covariance: elements {i}, {j} correlate beyond their variances")
