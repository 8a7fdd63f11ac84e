"""Write the JSON Schema of every payload type to `src/trilogue/reports/schemas`.

Run it after a change to a payload: `python tools/write_schemas.py`. A test compares the files.
"""

import json
from pathlib import Path

from trilogue.reports.payloads import PAYLOADS, json_schema

FOLDER = Path(__file__).parents[1] / "src" / "trilogue" / "reports" / "schemas"


def text(type_id: str) -> str:
    """Return a schema as its file holds it."""
    return json.dumps(json_schema(type_id), indent=2, sort_keys=True) + "\n"


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(exist_ok=True)
    for type_id in PAYLOADS:
        (FOLDER / f"{type_id}.json").write_text(text(type_id), encoding="utf-8")


if __name__ == "__main__":
    main()
