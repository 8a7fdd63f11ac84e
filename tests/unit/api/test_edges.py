"""Requests that fit the document and still ask for what cannot be: told as such, never as a 500."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from tests.support.office import Office
from tests.support.trio import Trio

from trilogue.api.examples import GIVEN

LAST = "9999-12-31T23:59:59.999Z"
NEVER = "2016-13-45T00:00:00.000Z"
MOST = 2**53 - 1


def deep(levels: int) -> Any:
    value: Any = 0
    for _ in range(levels):
        value = [value]
    return value


PORTIONS: dict[str, dict[str, Any]] = {
    "a period that ends before it begins": {
        "period": ["2016-09-09T01:00:00.000Z", "2016-09-09T00:00:00.000Z"]
    },
    "a period that does not exist": {"period": [NEVER, NEVER]},
    "a payload of another type": {"payload_type": "track"},
    "no such payload type": {"payload_type": "command"},
    "a payload that is deep": {"payload": {"x": deep(400)}},
    "a level of nobody's": {"marking": {"level": "COSMIC"}},
    "a level that is no level": {"marking": {"level": "\0"}},
    "readers of nowhere": {"marking": {"level": "SECRET", "releasable_to": ["XX"]}},
    "caveats of nobody's": {"marking": {"level": "SECRET", "caveats": ["no such\n"]}},
    "a subject that is none": {"subject": "\0 \U0001f680"},
    "a place elsewhere": {"place": {"latitude": -90, "longitude": 180}},
    "a language of another text": {"language": "ko"},
    "a tearline of itself": {"label": "a", "tearline_of": "a"},
    "a translation of nothing": {"translation_of": "b"},
    "a version of nothing": {"generalise_of": "b", "generalise": {"position_grid": 1}},
    "a redaction of nothing": {"redact": ["text"]},
    "a derivation from nothing": {
        "derived_from": [{"report": {"speaker": "KR", "index": MOST}, "portion": "\0"}]
    },
    "what supersedes nothing": {
        "supersedes": {"report": {"speaker": "XX", "index": 0}, "portion": "x"}
    },
}  # fmt: skip


@pytest.mark.parametrize("what", PORTIONS)
def test_a_portion_that_cannot_be(office: Office, what: str) -> None:
    given = deepcopy(GIVEN["submit"])
    given["portions"][0].update(PORTIONS[what])
    answer = office.ask("analyst", "POST", "/v1/reports", given)
    assert 400 <= answer.status_code < 500, answer.text
    refused = answer.json()["type"] == "urn:trilogue:error:refused"
    assert office.log_size() == (3 if refused else 2)


VERSIONS: dict[str, dict[str, Any]] = {
    "a grid too fine to matter": {"generalise": {"position_grid": 5e-324}},
    "a grid as coarse as can be": {"generalise": {"position_grid": 10, "time_grid": 86400}},
    "no grid at all": {"generalise": {}},
    "a redaction of what is not there": {"redact": ["no.such[9].field", "", "\0"][:1]},
    "a redaction of a null byte": {"redact": ["\0"]},
    "a redaction of the text": {"redact": ["text"]},
}


@pytest.mark.parametrize("what", VERSIONS)
def test_a_version_that_may_not_be(office: Office, what: str) -> None:
    given = deepcopy(GIVEN["submit"])
    given["portions"].append(
        {**given["portions"][0], "label": "b", "generalise_of": "finding", **VERSIONS[what]}
    )
    assert office.ask("analyst", "POST", "/v1/reports", given).status_code < 500


RULES: dict[str, dict[str, Any]] = {
    "for ever and a day": {"lasts_seconds": MOST},
    "from the last moment": {"not_before": LAST, "lasts_seconds": 60},
    "from no moment": {"not_before": NEVER, "lasts_seconds": 60},
    "backwards": {"lasts_seconds": -1},
    "as often as can be": {"per_hour": MOST, "grid_e5": MOST},
    "for nobody": {"audience": []},
    "for itself": {"audience": ["KR"]},
    "for strangers": {"audience": ["XX", "\0"]},
    "unsorted": {"audience": ["US", "JP"]},
}


@pytest.mark.parametrize("what", RULES)
def test_a_standing_consent_that_may_not_be(office: Office, what: str) -> None:
    rule = {**GIVEN["stand"]["rule"], **RULES[what]}
    answer = office.ask("release-officer", "POST", "/v1/standing", {"rule": rule})
    assert answer.status_code < 500, answer.text
    # Whatever was laid down, the node still takes reports under it.
    assert office.ask("analyst", "POST", "/v1/reports", GIVEN["submit"]).status_code == 201
    assert office.get("analyst", "/v1/standing")["next"] >= 0


GRANTS: dict[str, dict[str, Any]] = {
    "from the last moment": {"not_before": LAST, "lasts_seconds": 10**9},
    "from no moment": {"not_before": NEVER, "lasts_seconds": 1},
    "from no moment and for ever": {"not_before": NEVER},
    "to nobody": {"audience": ["XX"]},
    "to itself": {"audience": ["KR"]},
    "past the hub": {"audience": ["JP"]},
    "for no purpose": {"purposes": ["\0"]},
    "in answer to nothing": {"answers": {"speaker": "JP", "index": MOST}},
    "to derive for strangers": {"derive_for": ["XX"]},
}


@pytest.mark.parametrize("what", GRANTS)
def test_a_grant_that_may_not_be(trio: Trio, office: Office, what: str) -> None:
    report = trio.file("KR")
    place = {"speaker": "KR", "index": report.index}
    given = {
        "portions": [{"report": place, "portion": report.portions[0]}] * 2,
        "audience": ["US", "JP"],
        "purposes": ["analysis"],
        **GRANTS[what],
    }
    answer = office.ask("release-officer", "POST", "/v1/grants", given)
    assert 400 <= answer.status_code < 500, answer.text
    assert office.get("analyst", "/v1/grants")["items"] == []


@pytest.mark.parametrize("effective", [LAST, NEVER])
def test_a_notice_that_ends_at_no_reasonable_time(office: Office, effective: str) -> None:
    given = {"reason": "\0", "effective": effective}
    answer = office.ask("administrator", "POST", "/v1/arrangement/withdrawal", given)
    assert answer.status_code < 500, answer.text
    assert office.get("analyst", "/v1/status")["force"]["in_force"]


@pytest.mark.parametrize("period", [[NEVER, NEVER], [LAST, "2016-09-09T00:00:00.000Z"]])
def test_a_request_for_a_time_that_never_was(office: Office, period: list[str]) -> None:
    description = {**GIVEN["request"]["description"], "period": period}
    asked = {**GIVEN["request"], "originator": "JP", "description": description}
    assert office.ask("analyst", "POST", "/v1/requests", asked).status_code < 500
    assert office.ask("analyst", "GET", "/v1/requests").status_code == 200
