from dataclasses import replace

import pytest

from trilogue.errors import InputError
from trilogue.marking import mark
from trilogue.reports.payloads import Assessment, encode_payload
from trilogue.reports.portion import Source
from trilogue.reports.translations import translation

from .examples import cite, digest_text, draft
from .held import held
from .payload_examples import LAUNCH

TITLES = {"en": "Site", "ko": "시험장", "ja": "実験場"}


def fields(language):
    words = Assessment(
        title=TITLES[language], language=language, text=TITLES[language], confidence="low"
    )
    return {"plaintext": encode_payload(words), "language": language}


ORIGINAL = held(**fields("ko"))
ENGLISH = draft(**fields("en"))


def test_a_translation_names_its_original_and_keeps_its_lineage():
    source = Source(report=cite("US", 1), portion=digest_text(8), grants=(cite("US", 2),))
    original = held(**fields("ko"), derived_from=(source,))
    made = translation(ENGLISH, original.header, original.digest)
    assert made.translation_of == original.digest
    assert made.derived_from == (source,)
    assert made.plaintext == ENGLISH.plaintext


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"language": "ko"}, "both are in 'ko'"),
        ({"language": None}, "each have a language"),
        ({"subject": "missile-site"}, "subject differs"),
        ({"payload_type": "launch"}, "payload_type differs"),
        ({"marking": mark("SECRET", ["KR"], releasable_to=["US"])}, "marking differs"),
    ],
)
def test_a_translation_changes_nothing_but_the_language(changes, rule):
    with pytest.raises(InputError, match=rule):
        translation(replace(ENGLISH, **changes), ORIGINAL.header, ORIGINAL.digest)


def test_a_translation_of_a_translation_is_refused():
    between = held(**fields("ja"), translation_of=ORIGINAL.digest)
    with pytest.raises(InputError, match="names a translation"):
        translation(ENGLISH, between.header, between.digest)


def test_an_original_has_a_language():
    wordless = held(payload_type="launch", plaintext=encode_payload(LAUNCH), language=None)
    with pytest.raises(InputError, match="each have a language"):
        translation(ENGLISH, wordless.header, wordless.digest)
