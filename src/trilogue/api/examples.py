"""Examples for the document: one exchange after the nuclear test of 9 September 2016.

`GIVEN` is what is sent, by operation; `ANSWERS` what comes back, by operation and status. A test
reads each as the type that its operation takes or gives.
"""

from __future__ import annotations

from typing import Any

from trilogue.api.flight_examples import FILED_FLIGHT, FLIGHTS
from trilogue.api.pattern_examples import FILED_FINDING, FINDINGS, RECORD

__all__ = ["ANSWERS", "GIVEN"]

_PORTION = "q8yqCYEr3Yk1kTBwH9wD8dC2c6iV1eHjJv8pZtQ4nXs="
_LEAF = "Jx0v8tB1rYQ9hXcQ2fWcTt7m2cVq0y3Hn5oKp1dUe6A="
_DIGEST = "m2Wq0c7JtXv4y9Zb1sFh3Dk5Lp8Rn6Tu0Ga4Ce2Ix7o="
_AT = "2016-09-09T00:41:07.512Z"
_REPORT = {"speaker": "KR", "index": 17}
_REQUEST = {"speaker": "JP", "index": 9}
_GRANT = {"speaker": "KR", "index": 18}
_SOURCE = {"report": _REPORT, "portion": _PORTION}
_PLACE = {"latitude": 41.298, "longitude": 129.076}
_MARKING = {
    "level": "CONFIDENTIAL",
    "originators": ["KR"],
    "releasable_to": ["JP", "US"],
    "caveats": ["ORCON", "TISA"],
}
_MARK = "(C//ORCON/TISA//REL TO JP, US)"
_ASSESSMENT = {
    "title": "Event at Punggye-ri",
    "text": "An explosion at shallow depth, magnitude 5.0 to 5.3.",
    "language": "en",
    "confidence": "high",
}
_HEADER = {
    "payload_type": "assessment",
    "subject": "nuclear-test",
    "language": "en",
    "place": {**_PLACE, "trajectory": False},
    "period": None,
    "size": 171,
    "handling": [["KR", "US", "us-kr-1987"], ["US", "JP", "us-jp-2007"]],
    "derived_from": [],
    "supersedes": None,
    "tearline_of": None,
    "translation_of": None,
    "generalised": None,
    "redacted": None,
}
_EXTENT = {
    "audience": ["JP", "US"],
    "purposes": ["analysis", "warning"],
    "not_before": _AT,
    "expires": None,
    "derive_for": [],
}
_RULE = {
    "subjects": ["missile-launch"],
    "payload_types": ["launch", "track"],
    "levels": ["UNCLASSIFIED", "CONFIDENTIAL"],
    "grid_e5": 10000,
    "per_hour": 60,
    "audience": ["JP", "US"],
    "purposes": ["warning"],
    "derive_for": [],
    "lasts_seconds": 86400,
    "not_before": "2016-09-01T00:00:00.000Z",
    "expires": None,
}
_FORCE = {
    "in_force": True,
    "code": "in-force",
    "who": [],
    "reason": "In force: every participant has adopted it.",
}

_REPORT_GIVEN: dict[str, Any] = {
    "portions": [
        {
            "label": "finding",
            "payload_type": "assessment",
            "payload": _ASSESSMENT,
            "marking": {"level": "CONFIDENTIAL", "releasable_to": ["US", "JP"]},
            "subject": "nuclear-test",
            "language": "en",
            "place": _PLACE,
        }
    ]
}

GIVEN: dict[str, Any] = {
    "adopt": {},
    "suspend": {"reason": "Pending a decision of the National Security Council."},
    "resume": {"reason": "The decision was taken."},
    "leave": {"reason": "Notice under the arrangement."},
    "submit": _REPORT_GIVEN,
    "submit_batch": {"reports": [_REPORT_GIVEN]},
    "open_portion": {
        "portion": _PORTION,
        "purpose": "analysis",
        "why": "Estimate of the depth of the event of 9 September",
    },
    "reclassify": {
        "portion": _SOURCE,
        "marking": {"level": "UNCLASSIFIED", "releasable_to": ["US", "JP"]},
        "reason": "The agency has published the finding.",
    },
    "request": {
        "originator": "KR",
        "purpose": "analysis",
        "because": "A third station would settle the depth.",
        "description": {
            "subject": "nuclear-test",
            "payload_type": "seismic-arrivals",
            "period": ["2016-09-09T00:30:00.000Z", "2016-09-09T00:45:00.000Z"],
        },
    },
    "grant": {
        "portions": [_SOURCE],
        "audience": ["US", "JP"],
        "purposes": ["warning", "analysis"],
        "answers": _REQUEST,
    },
    "refuse": {"request": _REQUEST, "reason": "The source would not survive it."},
    "withdraw": {"grant": _GRANT, "reason": "Superseded.", "audience": ["JP"]},
    "stand": {"rule": _RULE},
    "file_estimate": {
        "first_arrival": "2016-09-09T00:30:50.543Z",
        "coalition": ["KR", "US", "JP"],
        "purpose": "analysis",
    },
    "file_flight": FILED_FLIGHT,
    "file_finding": FILED_FINDING,
    "report_incident": {
        "nature": "loss",
        "certainty": "possible",
        "concerns": [_REPORT],
        "text": "A printed copy is not accounted for.",
    },
}


def _logged(kind: str, index: int = 18) -> dict[str, Any]:
    return {
        "statement": {"speaker": "KR", "index": index},
        "kind": kind,
        "issued": _AT,
        "leaf": _LEAF,
    }


def _page(item: dict[str, Any], cursor: int) -> dict[str, Any]:
    return {"items": [item], "next": cursor, "more": False}


_GRANT_INPUT = {
    **GIVEN["grant"],
    "derive_for": [],
    "not_before": None,
    "lasts_seconds": None,
}
_GRANTED = {**_logged("grant"), "extent": _EXTENT, "officers": ["kim-ju"]}
_PORTION_ENTRY = {
    "portion": _PORTION,
    "state": "live",
    "grant": _GRANT,
    "expires": None,
    "purposes": ["analysis"],
    "header": _HEADER,
    "marking": _MARKING,
    "mark": _MARK,
    "equivalent": "군사III급비밀 (KR) = Hi",
    "relayed": "군사III급비밀 (KR) = CONFIDENTIAL",
    "gone": [],
}
_REPORT_ENTRY = {
    "position": 41,
    "report": _REPORT,
    "issued": _AT,
    "banner": "Hi (KR 군사III급비밀)//ORCON/TISA//REL TO JP, US",
    "portions": [_PORTION_ENTRY],
}
_WAITING = {
    "id": 3,
    "officer": "kim-ju",
    "rules": ["two-officers"],
    "reason": "At its level two different officers must agree to the release.",
}

_SUBMITTED: dict[str, Any] = {
    "report": _REPORT,
    "portions": [
        {
            "portion": _PORTION,
            "label": "finding",
            "payload_type": "assessment",
            "subject": "nuclear-test",
            "marking": _MARKING,
        }
    ],
    "grants": [],
}

ANSWERS: dict[tuple[str, int], Any] = {
    ("status", 200): {
        "participant": "KR",
        "at": _AT,
        "arrangement": _DIGEST,
        "force": _FORCE,
        "log_size": 18,
        "position": 40,
        "signed": _AT,
        "keys": {
            "sequence": 0,
            "since": "2016-09-01T00:00:00.000Z",
            "until": "2017-10-06T00:00:00.000Z",
        },
        "neighbours": [
            {
                "participant": "US",
                "waiting": 0,
                "oldest": None,
                "seen": 22,
                "cosigned": 18,
                "keys_until": "2017-10-06T00:00:00.000Z",
                "reachable": True,
                "heard": _AT,
                "problem": "",
            }
        ],
        "failed": [],
        "forks": [],
        "lapsed": 0,
        "overdue": [
            {
                "grant": {"speaker": "KR", "index": 9},
                "participant": "JP",
                "withdrawn": "2016-09-08T22:00:00.000Z",
            }
        ],
        "incidents": 0,
        "queued": 0,
        "free_bytes": 68719476736,
        "halted": "",
        "advice": [
            (
                "JP owes the destruction of what KR/9 granted, withdrawn at"
                " 2016-09-08T22:00:00.000Z. To do: ask JP; the public audit will say so, too."
            )
        ],
    },
    ("metrics", 200): "# TYPE trilogue_in_force gauge\ntrilogue_in_force 1.0\n",
    ("healthz", 200): {"ready": True, "reasons": []},
    ("healthz", 503): {"ready": False, "reasons": ["JP's log forked at size 31"]},
    ("readyz", 200): {"ready": True, "reasons": []},
    ("readyz", 503): {"ready": False, "reasons": ["Not in force: suspended by KR."]},
    ("arrangement", 200): {
        "id": "tisa-2014",
        "digest": _DIGEST,
        "force": _FORCE,
        "hub": "US",
        "participants": [
            {
                "id": "KR",
                "name": "Republic of Korea",
                "ministry": "Ministry of National Defense of the Republic of Korea",
                "language": "ko",
                "log": "kr.tisa-2014.trilogue",
                "state": "adopted",
                "since": "2014-12-29T00:00:00.000Z",
                "effective": None,
            }
        ],
        "pacts": [{"id": "us-kr-1987", "name": "US–KR, 1987", "between": ["KR", "US"]}],
        "levels": [
            {
                "id": "SECRET",
                "mark": "S",
                "own": {"KR": "군사II급비밀", "US": "SECRET", "JP": "極秘"},
            }
        ],
        "ceiling": "SECRET",
        "two_person_above": "CONFIDENTIAL",
        "subjects": [{"id": "nuclear-test", "name": "nuclear test"}],
        "purposes": [{"id": "analysis", "name": "analysis"}],
        "payload_types": [{"id": "assessment", "name": "assessment"}],
        "caveats": [{"id": "ORCON", "name": "the originator decides"}],
        "text": "…",
    },
    ("adopt", 201): _logged("adoption", 1),
    ("suspend", 201): _logged("suspension"),
    ("resume", 201): _logged("resumption"),
    ("leave", 201): _logged("withdrawal-from-arrangement"),
    ("submit", 201): _SUBMITTED,
    ("submit_batch", 201): {"reports": [{"submitted": _SUBMITTED, "denied": None}]},
    ("reports", 200): _page(_REPORT_ENTRY, 41),
    ("report", 200): _REPORT_ENTRY,
    ("open_portion", 201): {
        "report": _REPORT,
        "portion": _PORTION,
        "grant": _GRANT,
        "derive_for": [],
        "expires": None,
        "marking": _MARKING,
        "mark": _MARK,
        "banner": _REPORT_ENTRY["banner"],
        "equivalent": _PORTION_ENTRY["equivalent"],
        "relayed": _PORTION_ENTRY["relayed"],
        "header": _HEADER,
        "payload": {"type": "assessment", **_ASSESSMENT},
    },
    ("reclassify", 201): _logged("reclassification"),
    ("accesses", 200): _page(
        {
            "id": 7,
            "at": _AT,
            "officer": "lee-min",
            "purpose": "analysis",
            "why": "Estimate of the depth of the event of 9 September",
            "report": _REPORT,
            "portion": _PORTION,
        },
        7,
    ),
    ("request", 201): _logged("request"),
    ("requests", 200): _page(
        {
            "position": 39,
            "request": _REQUEST,
            "issued": _AT,
            **GIVEN["request"],
            "portions": [],
            "state": "granted",
            "answers": [_GRANT, {"speaker": "KR", "index": 40}],
            "refusals": [
                {
                    "refusal": {"speaker": "KR", "index": 40},
                    "issued": _AT,
                    "reason": "The stations are being checked: ask again tomorrow.",
                    "language": "en",
                    "officers": ["kim-ju"],
                    "by_hand": True,
                }
            ],
        },
        39,
    ),
    ("grant", 201): _GRANTED,
    ("grant", 202): _WAITING,
    ("grants", 200): _page(
        {
            "position": 42,
            "grant": _GRANT,
            "issued": _AT,
            "items": [{"report": _REPORT, "portions": [_PORTION]}],
            "extent": _EXTENT,
            "answers": _REQUEST,
            "under": None,
            "officers": ["kim-ju"],
            "states": [
                {"participant": "JP", "state": "live"},
                {"participant": "US", "state": "held"},
            ],
        },
        42,
    ),
    ("pending", 200): _page({"id": 3, "officer": "kim-ju", "since": _AT, "grant": _GRANT_INPUT}, 3),
    ("approve", 201): {**_GRANTED, "officers": ["kim-ju", "park-so"]},
    ("approve", 202): _WAITING,
    ("refuse", 201): _logged("refusal"),
    ("withdraw", 201): _logged("withdrawal"),
    ("stand", 201): _logged("standing"),
    ("standing", 200): _page(
        {
            "position": 12,
            "standing": {"speaker": "KR", "index": 5},
            "issued": _AT,
            "rule": _RULE,
            "officers": ["kim-ju"],
            "ended_for": [],
        },
        12,
    ),
    ("picture", 200): {
        "events": [
            {
                "event": "DPRK5",
                "first_arrival": "2016-09-09T00:30:50.543Z",
                "estimates": [
                    {
                        "coalition": ["KR", "US", "JP"],
                        "latitude": 41.3,
                        "longitude": 129.08,
                        "origin_time": "2016-09-09T00:30:01.400Z",
                        "ellipse": {
                            "semi_major_m": 10900.0,
                            "semi_minor_m": 7900.0,
                            "azimuth_deg": 96.0,
                            "probability": 0.9,
                        },
                    }
                ],
                "sources": [_SOURCE],
            }
        ]
    },
    ("file_estimate", 201): {
        "report": _REPORT,
        "portions": [
            {
                "portion": _PORTION,
                "label": None,
                "payload_type": "seismic-event",
                "subject": "nuclear-test",
                "marking": {**_MARKING, "originators": ["JP", "KR", "US"]},
            }
        ],
        "grants": [],
    },
    ("flights", 200): FLIGHTS,
    ("file_flight", 201): {
        "report": _REPORT,
        "portions": [
            {
                "portion": _PORTION,
                "label": "track",
                "payload_type": "track",
                "subject": "missile-launch",
                "marking": {**_MARKING, "originators": ["JP", "KR", "US"]},
            }
        ],
        "grants": [],
    },
    ("launch_record", 200): RECORD,
    ("findings", 200): FINDINGS,
    ("file_finding", 201): {
        "report": _REPORT,
        "portions": [
            {
                "portion": _PORTION,
                "label": None,
                "payload_type": "finding",
                "subject": "missile-launch",
                "marking": {**_MARKING, "originators": ["KR"]},
            }
        ],
        "grants": [],
    },
    ("report_incident", 201): _logged("incident"),
    ("incidents", 200): _page(
        {
            "position": 44,
            "incident": {"speaker": "JP", "index": 12},
            "issued": _AT,
            "nature": "loss",
            "certainty": "possible",
            "concerns": [_REPORT],
            "findings_of": None,
            "peer": None,
            "step": None,
            "text": "A printed copy is not accounted for.",
        },
        44,
    ),
    ("statements", 200): _page(
        {
            "position": 43,
            "statement": {"speaker": "JP", "index": 11},
            "kind": "destruction",
            "issued": _AT,
            "arrangement": _DIGEST,
            "to": ["US"],
            "for": ["KR"],
            "cites": [_GRANT],
            "leaf": _LEAF,
            "body": {
                "grant": ["KR", 18, _LEAF],
                "withdrawal": ["KR", 19, _LEAF],
                "portions": [_PORTION],
            },
        },
        43,
    ),
}
