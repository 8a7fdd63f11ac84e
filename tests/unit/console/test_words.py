"""What the pages say: complete in every language, and nothing that no page says."""

from __future__ import annotations

import re
import string
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest

from trilogue.analysis.tracking.estimate import Phase
from trilogue.analysis.tracking.legs import Known
from trilogue.analysis.tracking.sensor import SensorKind
from trilogue.consent.lifecycle import GRANT, REQUEST
from trilogue.console.access import NAVIGATION
from trilogue.console.words import LANGUAGES, Words, catalogue
from trilogue.node.answers import PortionState
from trilogue.node.passkeys import State
from trilogue.node.patterning import Reports
from trilogue.node.problem import TOLD
from trilogue.node.tokens import Role
from trilogue.picture.record import Why
from trilogue.protocol.bodies import BODIES
from trilogue.reports.payloads.finding import QuantityName
from trilogue.reports.payloads.quantities import Confidence

SOURCES = [*(Path(__file__).parents[3] / "src" / "trilogue").glob("**/*.py")]

OPEN = {
    "state": set(get_args(PortionState)) | {"not-held"},
    "life": {after for (_, _), after in GRANT[1].items()},
    "asked": {after for (_, _), after in REQUEST[1].items()},
    "kind": set(BODIES),
    "version": {"tearline", "translation", "generalised", "redacted", "what"},
    "role": {role.value for role in Role},
    "passkey-state": set(get_args(State)),
    "detail": {
        name
        for path in SOURCES
        for name in re.findall(r'detail="([a-z-]+)"', path.read_text("utf-8"))
    },
    "problem": {one.rpartition(":")[2] for one in TOLD},
    "phase": set(get_args(Phase)),
    "known": set(get_args(Known)),
    "sensor": {*get_args(SensorKind), "station"},
    "beside": set(get_args(Reports)),
    "not-entered": set(get_args(Why)),
    "sure": set(get_args(Confidence)),
    "gone": {"withdrawn", "expired", "superseded"},
    "quantity": set(get_args(QuantityName)),
}
"""What is said by a name that stands in a statement, a token or an error: page -> names."""


SCRIPTS = [*(Path(__file__).parents[3] / "web" / "src").glob("**/*.ts")]


def asked_for() -> set[str]:
    sources = [
        path.read_text("utf-8")
        for path in (files("trilogue.console") / "templates").iterdir()
        if path.name.endswith(".html")
    ]
    sources.append((files("trilogue.console") / "globe" / "voice.py").read_text("utf-8"))
    said = {
        key
        for text in sources
        for key in re.findall(r"""say\(\s*["']([a-z-]+\.[a-z-]+)["']""", text)
    }
    pages = {
        page for text in sources for page in re.findall(r"""say\(["']([a-z-]+)\.["'] \+""", text)
    }
    pages -= {"picture"}  # a point's, which the templates say by their whole names
    assert pages == set(OPEN)
    said |= {f"{page}.{name}" for page, names in OPEN.items() for name in names}
    said |= {
        key
        for path in SCRIPTS
        for key in re.findall(r'"(verify\.[a-z-]+)"', path.read_text("utf-8"))
    }
    return said | {key for _, key, _ in NAVIGATION}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_language_says_what_the_pages_ask_for_and_nothing_else(lang: str) -> None:
    assert set(catalogue(lang)) == asked_for()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_values_in_a_sentence_are_those_of_the_english_one(lang: str) -> None:
    def values(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    english = catalogue("en")
    for key, text in catalogue(lang).items():
        assert text.strip(), key
        assert values(text) == values(english[key]), key


@pytest.mark.parametrize(("lang", "script"), [("ko", "[가-힣]"), ("ja", "[぀-ヿ一-鿿]")])
def test_what_is_said_is_in_its_own_script(lang: str, script: str) -> None:
    foreign = [key for key, text in catalogue(lang).items() if not re.search(script, text)]
    assert foreign == []


def test_what_nobody_wrote_is_an_error() -> None:
    with pytest.raises(KeyError):
        Words("en").say("reports.nothing")
