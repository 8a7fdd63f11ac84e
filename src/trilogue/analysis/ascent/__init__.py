"""Ascents: what height and speed alone say of a launch: cut-off, coming apogee, a second burn.

The input is what a webcast shows: height above the ground and speed relative to it, in steps.

`telemetry` reads it, `force` turns it into specific force along the path, `burns` finds when an
engine ran, `ballistic` fits the coast after it, and `judge` says what follows at a time.
"""

from trilogue.analysis.ascent.judge import Judgement, judge
from trilogue.analysis.ascent.telemetry import Recording, TelemetryError, read_telemetry

__all__ = ["Judgement", "Recording", "TelemetryError", "judge", "read_telemetry"]
