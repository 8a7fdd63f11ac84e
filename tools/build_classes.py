"""Write how far each class of the launch record has reached, for the probabilities of classes.

    python tools/build_classes.py launches.csv

It writes `src/trilogue/analysis/tracking/data/classes.json`: a class's type, how many flights the
record has of it, and for those with apogee and distance the logarithm of the speed with which an
impulse at the surface would have flown them.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from pathlib import Path

from trilogue.analysis.tracking.classes import reach

OUT = Path(__file__).parents[1] / "src/trilogue/analysis/tracking/data/classes.json"


def main(path: str) -> None:
    """Read the record and write the file."""
    classes: dict[str, dict[str, object]] = {}
    with Path(path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            entry = classes.setdefault(
                row["missile_id"], {"type": row["type"], "flights": 0, "log_reach": []}
            )
            entry["flights"] = int(str(entry["flights"])) + 1
            if row["apogee_km"] and row["distance_km"]:
                speed = reach(float(row["apogee_km"]) * 1e3, float(row["distance_km"]) * 1e3)
                values = entry["log_reach"]
                assert isinstance(values, list)
                values.append(round(math.log(speed), 4))
    OUT.write_text(
        "{\n"
        + ",\n".join(
            f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(classes.items())
        )
        + "\n}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(sys.argv[1])
