"""Examples of the launch record and its findings: the launch of 28 November 2017, told by two."""

from __future__ import annotations

from typing import Any

__all__ = ["FILED_FINDING", "FINDINGS", "RECORD"]

_PORTION = "q8yqCYEr3Yk1kTBwH9wD8dC2c6iV1eHjJv8pZtQ4nXs="
_SEEN = "0Zb1sFh3Dk5Lp8Rn6Tu0Ga4Ce2Ix7om2Wq0c7JtXv4w="
_MARK = "(C//ORCON/TISA//REL TO JP, US)"
_BANNER = "CONFIDENTIAL//ORCON/TISA//REL TO JP, US"


def _held(portion: str, index: int) -> dict[str, Any]:
    return {
        "portion": {"report": {"speaker": "KR", "index": index}, "portion": portion},
        "mark": _MARK,
        "derive_for": ["JP", "US"],
    }


def _values(**known: str | float) -> dict[str, str | float | None]:
    columns = (
        "date_utc", "time_utc", "series", "missile_id", "missile", "type", "maneuver",
        "facility_id", "facility", "site_lat", "site_lon", "landing_area", "apogee_km",
        "distance_km", "bearing_deg", "outcome", "time_conflict",
    )  # fmt: skip
    return {column: known.get(column) for column in columns}


_DAY = {"date_utc": "2017-11-28", "missile_id": "hwasong-15", "missile": "Hwasong-15"}

RECORD: dict[str, Any] = {
    "banner": _BANNER,
    "public_rows": 339,
    "launches": [
        {
            "row": 134,
            "date": "2017-11-28",
            "rows": [
                {
                    "source": "nagix",
                    "line": 134,
                    "values": _values(
                        **_DAY, time_utc="18:17", type="ICBM", apogee_km=4475.0, distance_km=950.0
                    ),
                    "held": None,
                },
                {
                    "source": "KR",
                    "line": 1,
                    "values": _values(
                        **_DAY, time_utc="18:17", type="ICBM", apogee_km=4500.0, distance_km=960.0
                    ),
                    "held": _held(_PORTION, 17),
                },
            ],
        }
    ],
    "conflicts": [
        {
            "kind": "value",
            "date": "2017-11-28",
            "columns": ["apogee_km"],
            "said": [
                {"source": "nagix", "line": 134, "values": [4475.0]},
                {"source": "KR", "line": 1, "values": [4500.0]},
            ],
        }
    ],
    "activity": [
        {
            "held": _held(_SEEN, 18),
            "site": "Pyongsong",
            "site_id": "pyongsong",
            "begins": "2017-11-20T00:00:00.000Z",
            "ends": "2017-11-27T06:00:00.000Z",
            "language": "en",
            "text": "Vehicles at the assembly hall by night.",
            "confidence": "moderate",
            "launched": "2017-11-28",
        }
    ],
    "not_entered": [
        {
            "portion": {"report": {"speaker": "US", "index": 9}, "portion": _SEEN},
            "why": "counted",
        }
    ],
    "counts": {"launch": 1, "activity": 1, "counted": 1},
}

FINDINGS: dict[str, Any] = {
    "banner": _BANNER,
    "launches": 339,
    "public_rows": 339,
    "sources": [_held(_PORTION, 17)["portion"]],
    "findings": [
        {
            "finding": "salvos",
            "sentences": ["66 of 171 occasions had several launches."],
            "method": "Shares with Jeffreys' interval.",
            "quantities": [
                {
                    "what": "several-at-once",
                    "of": None,
                    "unit": "1",
                    "value": 0.386,
                    "low": 0.326,
                    "high": 0.448,
                    "probability": 0.9,
                }
            ],
            "left_out": [{"part": "salvos", "reason": "month-only", "launches": 8}],
        }
    ],
    "filed": [
        {
            "report": {"speaker": "JP", "index": 21},
            "portion": _SEEN,
            "finding": "salvos",
            "mark": _MARK,
            "stands": False,
            "gone": [
                {
                    "source": _held(_PORTION, 17)["portion"],
                    "why": "withdrawn",
                    "by": {"speaker": "KR", "index": 19},
                }
            ],
        }
    ],
}

FILED_FINDING: dict[str, Any] = {"finding": "salvos", "purpose": "analysis", "reports": "all"}
