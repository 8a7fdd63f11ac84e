"""The shipped readings of two nuclear tests, as arrivals."""

from __future__ import annotations

import csv
from datetime import datetime
from functools import lru_cache
from importlib import resources

from trilogue.analysis.seismology import Arrival

EVENTS = ("DPRK5", "DPRK6")
PARTICIPANTS = ("KR", "US", "JP")


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[str, Arrival], ...]:
    text = (resources.files("trilogue.data") / "seismic_arrivals.csv").read_text("utf-8")
    return tuple(
        (
            row["event"],
            Arrival(
                network=row["network"],
                station=row["station"],
                location=row["location"],
                channel=row["channel"],
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
                phase=row["phase"],
                time=datetime.fromisoformat(row["arrival_utc"]).timestamp(),
                snr=float(row["snr"]),
                participant=row["participant"],
            ),
        )
        for row in csv.DictReader(text.splitlines())
    )


def real_arrivals(event: str, *participants: str) -> list[Arrival]:
    """Return the readings of an event, of all stations or of some participants'."""
    return [
        arrival
        for name, arrival in _rows()
        if name == event and (not participants or arrival.participant in participants)
    ]
