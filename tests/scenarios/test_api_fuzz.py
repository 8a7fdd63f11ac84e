"""The API under fire: what its document allows, and what it does not, against a running server.

For every operation `schemathesis` sends requests that fit the document and requests that do not.
Whatever comes: no answer is a 500, every answer is one that the document describes, and what is
refused leaves the store as it was, but for a refusal that belongs in the log.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS
from tests.support.direct_service import DirectService
from tests.support.http import serving
from tests.support.launches import file as file_launch
from tests.support.launches import launch
from tests.support.trio import OFFICERS, Trio, marking

from trilogue.api.examples import GIVEN
from trilogue.api.openapi import document
from trilogue.client.connection import fresh_key
from trilogue.node.tokens import Role, issue

KEY = "Idempotency-Key"

REAL: dict[str, tuple[Any, ...]] = {
    "level": ("CONFIDENTIAL", "SECRET", "TOP SECRET"),
    "subject": ("nuclear-test",),
    "payload_type": ("assessment",),
    "payload": (GIVEN["submit"]["portions"][0]["payload"],),
    "language": ("en",),
    "releasable_to": (["JP", "US"], []),
    "caveats": (["ORCON"],),
    "originator": ("US", "JP"),
    "audience": (["US"], ["JP", "US"], ["JP"]),
    "purpose": ("analysis",),
    "purposes": (["analysis"], ["warning"]),
    "derive_for": ([], ["JP"]),
}
"""What the arrangement knows, by the fields that name it."""

UNLIKELY = (
    "answers",
    "description",
    "tearline_of",
    "translation_of",
    "generalise_of",
    "redact",
    "derived_from",
    "supersedes",
)
"""Fields that name something else, which what is made up seldom has."""


def shown() -> dict[str, Any]:
    """Return the document without its security: who may call what is tried elsewhere, in full."""
    made = document()
    del made["security"], made["components"]["securitySchemes"]
    return made


SCHEMA = schemathesis.openapi.from_dict(shown()).exclude(operation_id="stream")
"""All but the stream, which does not end."""

# What fits the document need not fit the state of the node, which no document can describe.
SPARED = [CHECKS.get_one("positive_data_acceptance")]


@dataclass
class Target:
    """KR's API over HTTP, with something in it to hit."""

    trio: Trio
    service: DirectService
    url: str
    token: str
    answers: Counter[int] = field(default_factory=Counter)
    tried: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.engine = self.trio["KR"]
        # So that there is a finding to be filed; what takes seconds is found beforehand.
        file_launch(self.trio, "KR", launch())
        for reports in ("all", "none"):
            hand = self.engine.patterning.in_hand(reports=reports)
            self.engine.patterning.found_in(hand)

    def make_ready(self) -> None:
        """Have fresh reports at hand now and then, and the arrangement always in force."""
        engine = self.engine
        if not self.service.direct(lambda: engine.books.force(engine.now()).in_force):
            self.service.direct(
                lambda: engine.act(lambda: engine.governing.resume("arrangement", "fuzz"))
            )
        if self.answers.total() % 40 == 0:
            self.service.direct(self._stock)

    def _stock(self) -> None:
        """File and grant two reports, the second above the level for two officers."""
        self.reports = [
            self.trio.file("KR", "first", "second", marking=marking(level))
            for level in ("CONFIDENTIAL", "SECRET")
        ]
        self.grants = [self.trio.grant(report) for report in self.reports]

    def counts(self) -> dict[str, int]:
        """Return how many rows each table of the store has, as another process sees it."""
        with closing(sqlite3.connect(f"file:{self.engine.db.path}?mode=ro", uri=True)) as store:
            names = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return {
                name: store.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                for (name,) in names
                if not name.startswith("sqlite_")
            }

    def aim(self, case: schemathesis.Case, random: Random) -> None:
        """Put real names, places and portions here and there into what was made up."""
        case.body = self._aimed(case.body, random)
        if "index" in (case.path_parameters or {}):
            case.path_parameters = {"speaker": "KR", "index": self.reports[0].index}

    def _aimed(self, value: Any, random: Random) -> Any:
        match value:
            case dict():
                return self._aim_fields(value, random)
            case list():
                return [self._aimed(one, random) for one in value]
            case _:
                return value

    def _aim_fields(self, value: dict[str, Any], random: Random) -> dict[str, Any]:
        aimed = {name: self._aimed(one, random) for name, one in value.items()}
        for name in sorted(aimed.keys() & REAL.keys()):
            if random.random() < 0.9:
                aimed[name] = random.choice(REAL[name])
        for name in UNLIKELY:
            if random.random() < 0.7:
                aimed.pop(name, None)
        which = random.randrange(2)
        if "report" in aimed:
            aimed["report"] = {"speaker": "KR", "index": self.reports[which].index}
        if "grant" in aimed:
            aimed["grant"] = {"speaker": "KR", "index": self.grants[which].index}
        if isinstance(aimed.get("portion"), str):
            aimed["portion"] = random.choice(self.reports[which].portions)
        return aimed


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A target for all cases. When all operations were tried, much must have come through."""
    trio = Trio.copy(tmp_path_factory.mktemp("fuzz"))
    token = issue(trio["KR"].db, OFFICERS[0], list(Role))
    service = DirectService(trio["KR"])
    with serving(service) as url:
        made = Target(trio, service, url, token)
        yield made
    service.close()
    trio.close()
    if made.answers.total() > 1000:
        # Which operations are tried over one target is the scheduler's choice: 202 is a grant's.
        grants = {202} if "POST /v1/grants" in made.tried else set()
        assert grants | {200, 201, 400, 403, 404, 415, 422} <= set(made.answers), made.answers
        assert made.answers[201] > made.answers.total() / 25, made.answers


@SCHEMA.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_breaks_the_api(case: schemathesis.Case, target: Target) -> None:
    target.make_ready()
    random = Random(repr(case.body))
    if random.random() < 0.7:
        target.aim(case, random)
    if re.fullmatch("[!-~]{1,64}", (case.headers or {}).get(KEY, "")):
        # Short keys would be taken again and again, and every act but the first refused.
        case.headers[KEY] = fresh_key()

    before = target.counts()
    headers = {"Authorization": f"Bearer {target.token}"}
    response = case.call(base_url=target.url, headers=headers)
    after = target.counts()
    target.answers[response.status_code] += 1
    target.tried.add(case.operation.label)

    assert response.status_code != 500
    changed = {name: count - before[name] for name, count in after.items() if count != before[name]}
    if response.status_code >= 400 and "index" in response.json():
        assert response.json()["type"] == "urn:trilogue:error:refused"
        assert changed["statement"] == 1
    elif response.status_code >= 400 or response.request.method == "GET":
        assert changed == {}
    case.validate_response(response, excluded_checks=SPARED)
