"""What the Earth's flattening adds to the travel times of a spherical Earth.

Every surface of the model at radius r lies, on the flattened Earth, at r + δr with
δr = ε(r) r (1/3 - cos²θ), where θ is the angle from the pole and ε the flattening at that depth.
To first order in ε the travel time changes by

    δt = ∫ (d ln v / dr) δr dt  +  Σ over interfaces of [q below - q above] δr

along the ray of the spherical Earth, where q = cos i / v; source and station are interfaces with
nothing above them (A. M. Dziewonski and F. Gilbert, Geophys. J. R. astr. Soc. 44, 7–17, 1976;
S. Russell, J. F. Rudge, J. C. E. Irving and S. Cottaar, Geophys. J. Int. 231, 1312–1318, 2022).

At the angle λ from the source, cos θ = s cos λ + g sin λ, with s the polar component of the
direction to the source and g that of the ray's horizontal direction there. So three integrals per
distance, of the weight of δr times cos²λ, sin²λ and sin λ cos λ, serve all places and azimuths;
they are tabulated for first arrivals from 10 km depth (shallower and deeper crustal sources differ
by under 0.02 s).

>>> from trilogue.analysis.geodesy import arc_degrees, unit_vector
>>> north, pole = unit_vector([45.0], [0.0]), unit_vector([90.0], [0.0])
>>> correction_s(north, pole, arc_degrees(north, pole)).round(2).tolist()
[[-0.64]]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trilogue.analysis.seismology.travel_times import table

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["correction_s"]


def correction_s(
    sources: NDArray[np.float64], receivers: NDArray[np.float64], degrees: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return seconds to add to the time of a spherical Earth, of shape `(n, m)`.

    `sources` `(n, 3)` and `receivers` `(m, 3)` are geocentric unit vectors, `degrees` `(n, m)` the
    angles between them.
    """
    arrays = table()
    nodes = arrays["ellipticity_deg"]
    cos2, sin2, sin_cos = (np.interp(degrees, nodes, arrays["ellipticity"][:, k]) for k in range(3))
    s, r, delta = sources[:, 2][:, None], receivers[:, 2][None, :], np.radians(degrees)
    sine = np.sin(delta)
    # At no distance the direction is undefined, and its integrals vanish.
    g = np.where(sine > 1e-9, (r - s * np.cos(delta)) / np.where(sine > 1e-9, sine, 1.0), 0.0)
    correction: NDArray[np.float64] = (cos2 + sin2) / 3.0 - (
        s * s * cos2 + g * g * sin2 + 2.0 * s * g * sin_cos
    )
    return correction
