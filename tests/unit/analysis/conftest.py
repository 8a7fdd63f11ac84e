"""ObsPy, the outside program, warns while it is imported; nothing of ours may."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import obspy.geodetics
    import obspy.taup  # noqa: F401
