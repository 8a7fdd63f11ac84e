"""Versions of a portion within a report: what links them is checked before anything is sealed."""

from __future__ import annotations

import pytest
from tests.support.trio import Trio, marking, portion

from trilogue.errors import InputError
from trilogue.node.inputs import PortionInput, ReportInput


def words(text: str, language: str) -> dict[str, object]:
    given = portion(text, language=language)
    return {"payload": {**given.payload, "language": language}, "language": language}


ORIGINAL = portion(label="original", **words("여기에 출처가 있다.", "ko"))


def headers(trio: Trio, *portions: PortionInput) -> list[object]:
    filed = trio.submit("KR", ReportInput(portions=portions))
    held = {one.portion: one.header for one in trio["KR"].holdings.of_report("KR", filed.index)}
    return [held[digest] for digest in filed.portions]


def test_a_tearline_and_a_translation_name_what_they_are_versions_of(trio: Trio) -> None:
    narrow = portion(label="original", marking=marking("CONFIDENTIAL", ("US",)))
    wide = portion("without its source", tearline_of="original")
    whole, tearline = headers(trio, narrow, wide)
    assert tearline.tearline_of is not None
    assert whole.version_of == ()
    korean = portion(label="o", **words("한국어", "ko"))
    english = portion(translation_of="o", **words("Korean", "en"))
    _, translation = headers(trio, korean, english)
    assert translation.translation_of is not None


@pytest.mark.threat("T22")
@pytest.mark.parametrize(
    ("version", "rule"),
    [
        (portion("no wider", tearline_of="original"), "wider"),
        (portion("narrower", tearline_of="original", marking=marking("SECRET")), "wider"),
        (portion("same tongue", translation_of="original", **words("ko", "ko")), "both are in"),
        (
            portion(translation_of="original", marking=marking("SECRET"), **words("another", "en")),
            "marking differs",
        ),
        (
            portion(translation_of="original", subject="missile-launch", **words("another", "en")),
            "subject differs",
        ),
    ],
    ids=["no-wider", "narrower", "one-language", "marking", "subject"],
)
def test_what_is_no_version_is_refused_and_nothing_is_logged(
    trio: Trio, version: PortionInput, rule: str
) -> None:
    size = trio["KR"].db.q.size_of(speaker="KR")
    with pytest.raises(InputError, match=rule):
        trio.submit("KR", ReportInput(portions=(ORIGINAL, version)))
    assert trio["KR"].db.q.size_of(speaker="KR") == size
