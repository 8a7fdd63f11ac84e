import pytest

from trilogue.errors import InputError
from trilogue.marking import mark
from trilogue.reports.payloads import Assessment, encode_payload
from trilogue.reports.translations import group_translations

from .examples import digest_text, draft
from .held import held
from .payload_examples import LAUNCH

TITLES = {"en": "Site", "ko": "시험장", "ja": "実験場"}


def version(language, of=None, **changes):
    words = Assessment(
        title=TITLES[language], language=language, text=TITLES[language], confidence="low"
    )
    fields = {"plaintext": encode_payload(words), "language": language, "translation_of": of}
    return held(**(fields | changes))


def test_versions_are_grouped_by_their_original():
    original = version("ko")
    english, japanese = version("en", original.digest), version("ja", original.digest)
    alone = version("en")
    wordless = held(payload_type="launch", plaintext=encode_payload(LAUNCH), language=None)
    groups = group_translations([english, original, wordless, alone, japanese])
    assert [group.original for group in groups] == [original, alone]
    assert groups[0].by_language == {"ko": original, "en": english, "ja": japanese}
    assert groups[0].best(["ja", "en"]) == japanese
    assert groups[1].best(["ja", "ko"]) == alone


def test_two_versions_in_one_language_are_refused():
    original = version("ko")
    with pytest.raises(InputError, match="are in 'en'"):
        group_translations(
            [original, version("en", original.digest), version("en", original.digest)]
        )


def test_a_translation_into_the_original_s_own_language_is_refused():
    original = version("ko")
    with pytest.raises(InputError, match="are in 'ko'"):
        group_translations([original, version("ko", original.digest)])


def test_the_original_must_be_there():
    with pytest.raises(InputError, match="is not here"):
        group_translations([version("en", digest_text(1))])


def test_a_translation_of_a_translation_is_refused():
    original = version("ko")
    english = version("en", original.digest)
    with pytest.raises(InputError, match="is a translation itself"):
        group_translations([original, english, version("ja", english.digest)])


@pytest.mark.parametrize(
    ("field", "value"),
    [("subject", "missile-site"), ("marking", mark("SECRET", ["KR"], releasable_to=["US"]))],
)
def test_a_translation_changes_nothing_but_the_language(field, value):
    original = version("ko")
    with pytest.raises(InputError, match=f"{field} differs"):
        group_translations([original, version("en", original.digest, **{field: value})])


def test_nothing_gives_no_group():
    assert group_translations([]) == ()
    assert draft().translation_of is None
