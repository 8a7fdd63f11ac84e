"""Examples of flights for the document: the launch of 29 November 2017, its figures rounded."""

from __future__ import annotations

__all__ = ["FILED_FLIGHT", "FLIGHTS"]

_SOURCE = {
    "report": {"speaker": "KR", "index": 17},
    "portion": "q8yqCYEr3Yk1kTBwH9wD8dC2c6iV1eHjJv8pZtQ4nXs=",
}
_SEEN = "2017-11-28T18:17:52.410Z"
_TRACK = "us-east@1511893072.41"
_OTHER = {"portion": "0Zb1sFh3Dk5Lp8Rn6Tu0Ga4Ce2Ix7om2Wq0c7JtXv4w="}
_PEAK = {"latitude": 39.9, "longitude": 127.8, "height_m": 1_204_000.0}
_FLIGHT = {
    "track": _TRACK,
    "now": {
        "time": "2017-11-28T18:24:11.000Z",
        **_PEAK,
        "speed_mps": 5480.0,
        "position_sd_m": 310.0,
        "speed_sd_mps": 3.1,
        "state": [-3_560_000.0, 4_590_000.0, 4_880_000.0, -2_600.0, 3_200.0, 3_600.0],
        "covariance": [
            [32_000.0 if i == j < 3 else 3.2 if i == j else 0.0 for j in range(6)] for i in range(6)
        ],
    },
    "phase": "midcourse",
    "phases": {"boost": 0.0, "midcourse": 1.0, "terminal": 0.0},
    "burnout": {"time": "2017-11-28T18:22:01.300Z", "sd_s": 0.2},
    "launch": {
        "latitude": 39.28,
        "longitude": 125.89,
        "time": "2017-11-28T18:17:03.000Z",
        "time_sd_s": 2.1,
        "ellipse": {
            "semi_major_m": 4100.0,
            "semi_minor_m": 2600.0,
            "azimuth_deg": 71.0,
            "probability": 0.9,
        },
    },
    "impact": {
        "latitude": 40.6,
        "longitude": 136.9,
        "time": "2017-11-28T19:10:30.000Z",
        "time_sd_s": 1.4,
        "ellipse": {
            "semi_major_m": 3900.0,
            "semi_minor_m": 2200.0,
            "azimuth_deg": 80.0,
            "probability": 0.9,
        },
    },
    "apogee": {
        "height_m": 4_475_000.0,
        "sd_m": 3200.0,
        "time": "2017-11-28T18:44:20.000Z",
        "time_sd_s": 1.1,
    },
    "classes": [
        {"name": "hwasong-15", "probability": 0.62},
        {"name": "unknown", "probability": 0.38},
    ],
    "remarks": [],
    "plots": 1830,
    "path": [
        {
            "time": "2017-11-28T18:24:11.000Z",
            **_PEAK,
            "phase": "midcourse",
            "known": "seen",
            "level_sd_m": 220.0,
            "height_sd_m": 180.0,
        }
    ],
}

FILED_FLIGHT = {
    "first_seen": _SEEN,
    "coalition": ["KR", "US", "JP"],
    "track": _TRACK,
    "purpose": "warning",
}

FLIGHTS = {
    "raids": [
        {
            "first_seen": _SEEN,
            "coalitions": [
                {
                    "coalition": ["KR", "US", "JP"],
                    "at": "2017-11-28T18:24:11.000Z",
                    "flights": [{"flight": _FLIGHT, "sources": [_SOURCE]}],
                    "aside": [
                        {
                            "source": {"report": {"speaker": "JP", "index": 31}, **_OTHER},
                            "reason": "all plots behind it are in hand: it adds nothing",
                        }
                    ],
                    "reason": "",
                }
            ],
        }
    ]
}
