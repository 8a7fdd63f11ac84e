"""Each vector opens, or fails at the place it says."""

import json

import pytest

from trilogue.encoding import base64
from trilogue.errors import FormatError, OpeningError
from trilogue.reports.portion import open_sealed, parse_header, verify_header

from .examples import draft
from .vectors import FOLDER, build

FILES = sorted(FOLDER.glob("*.json"))


def test_the_files_are_what_the_builder_builds():
    assert {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES} == build()


@pytest.mark.threat("T07")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_portion_opens_or_fails_where_the_vector_says(path):
    vector = json.loads(path.read_text(encoding="utf-8"))
    stage, _, rule = vector["expect"].partition(": ")
    key, ciphertext = base64.decode(vector["key"]), base64.decode(vector["ciphertext"])
    data, digest = vector["header"].encode(), base64.decode(vector["digest"])

    if stage == "parse":
        with pytest.raises(FormatError) as caught:
            parse_header(data)
        assert rule in str(caught.value)
        return
    unverified = parse_header(data)
    if stage == "verify":
        with pytest.raises(OpeningError) as caught:
            verify_header(unverified, digest)
        assert rule in str(caught.value)
        return
    header = verify_header(unverified, digest)
    if stage == "open":
        with pytest.raises(OpeningError) as caught:
            open_sealed(header, key, ciphertext)
        assert rule in str(caught.value)
        return
    assert stage == "success"
    assert open_sealed(header, key, ciphertext) == draft().plaintext
