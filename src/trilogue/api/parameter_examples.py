"""Examples of what stands in paths and queries, and of an event of the stream."""

from __future__ import annotations

import json
from typing import Any

from trilogue.api.examples import ANSWERS

__all__ = ["EVENT", "PARAMETERS"]

PARAMETERS: dict[str, Any] = {
    "after": 41,
    "id": 3,
    "index": 17,
    "kind": "destruction",
    "lang": "ko",
    "most": 100,
    "purpose": "analysis",
    "readings": "own",
    "reports": "own",
    "speaker": "KR",
    "state": "open",
}
"""What a parameter is, by its name: the same wherever it stands."""

_ENTRY = ANSWERS["statements", 200]["items"][0]

EVENT = f"id: {_ENTRY['position']}\nevent: statement\ndata: {json.dumps(_ENTRY)}\n\n"
"""One statement as it comes to count."""
