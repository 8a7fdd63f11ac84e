"""The schema files that ship with the package are those of the code."""

import json
from pathlib import Path

import pytest

import trilogue.reports
from trilogue.reports.payloads import PAYLOADS, json_schema

FOLDER = Path(trilogue.reports.__file__).parent / "schemas"


def test_there_is_a_file_for_every_type_and_no_other():
    assert {path.name for path in FOLDER.iterdir()} == {f"{t}.json" for t in PAYLOADS}


@pytest.mark.parametrize("type_id", PAYLOADS)
def test_the_file_is_current(type_id):
    text = (FOLDER / f"{type_id}.json").read_text(encoding="utf-8")
    assert json.loads(text) == json_schema(type_id), "run tools/write_schemas.py"
