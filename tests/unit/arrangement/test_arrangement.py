from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from trilogue.arrangement import parse_arrangement
from trilogue.arrangement.arrangement import Leg
from trilogue.arrangement.files import draw_up
from trilogue.errors import InputError, NotFoundError, PassageError
from trilogue.signing.keys import SecretKey

from .drawn import DRAWN, FILES, ROOTS, TISA, VKEYS

KR_US = Leg("KR", "US", "us-kr-1987")
US_JP = Leg("US", "JP", "us-jp-2007")


def test_who_is_next_to_whom():
    assert TISA.neighbours("KR") == ("US",)
    assert TISA.neighbours("JP") == ("US",)
    assert TISA.neighbours("US") == ("KR", "JP")


def test_there_is_a_pact_both_ways_or_none():
    assert TISA.pact("US", "KR") is TISA.pact("KR", "US")
    assert TISA.pact("KR", "US").id == "us-kr-1987"
    assert TISA.pact("KR", "JP") is None
    assert TISA.pact("KR", "KR") is None
    assert TISA.pact("KR", "FR") is None


def test_the_way_leads_through_the_hub():
    assert TISA.legs("KR", "JP") == (KR_US, US_JP)
    assert TISA.legs("KR", "US") == (KR_US,)
    assert TISA.legs("US", "JP") == (US_JP,)
    assert TISA.legs("JP", "KR") == (
        Leg("JP", "US", "us-jp-2007"),
        Leg("US", "KR", "us-kr-1987"),
    )
    assert TISA.legs("KR", "KR") == ()


def test_there_is_no_way_where_a_pact_is_missing():
    # Nobody can draw this up: parsing refuses it.
    cut = replace(TISA, text=msgspec.structs.replace(TISA.text, pacts=TISA.text.pacts[:1]))
    with pytest.raises(PassageError, match="no pact between US and JP") as caught:
        cut.legs("KR", "JP")
    assert caught.value.step == 6


def test_strangers_have_no_way():
    for ask in (TISA.neighbours, TISA.root, TISA.participant, lambda who: TISA.legs("KR", who)):
        with pytest.raises(InputError, match="'FR' is no participant"):
            ask("FR")


def test_names_in_three_languages():
    assert TISA.name("ministry", "JP", "ja") == "日本国防衛省"
    assert TISA.name("rule", "no-pact", "en").startswith("On a leg")
    with pytest.raises(NotFoundError, match="no words in 'ko' for subject 'cyber'"):
        TISA.name("subject", "cyber", "ko")


def test_equivalence():
    assert TISA.scale.own("SECRET", "KR") == "군사II급비밀"
    assert TISA.scale.own("SECRET", "US") == "SECRET"
    assert TISA.scale.own("SECRET", "JP") == "極秘"
    assert TISA.scale.rank(TISA.ceiling) < TISA.scale.rank("TOP SECRET")


def test_without_roots_it_parses_but_cannot_be_adopted():
    bare = parse_arrangement(FILES)
    with pytest.raises(InputError, match="no root public key of KR"):
        bare.require_roots()
    half = parse_arrangement(draw_up(FILES, {"KR": VKEYS["KR"], "JP": VKEYS["JP"]}))
    assert half.root("KR") == ROOTS["KR"].public
    with pytest.raises(InputError, match="no root public key of US"):
        half.require_roots()
    TISA.require_roots()


def test_two_participants_may_not_have_one_key():
    for clone in (
        SecretKey.from_seeds("jp", ROOTS["KR"].seeds()[0], bytes([9] * 32)),
        SecretKey.from_seeds("jp", bytes([9] * 32), ROOTS["KR"].seeds()[1]),
    ):
        with pytest.raises(InputError, match="same root public key"):
            parse_arrangement(draw_up(DRAWN, {"JP": clone.public.vkeys()}))


@pytest.mark.parametrize("change", [b"%s\n", b"\n%s", b"%s "])
def test_a_root_has_one_spelling(change):
    spoilt = change % DRAWN["roots/KR.vkeys"]
    with pytest.raises(InputError, match=r"roots/KR\.vkeys"):
        parse_arrangement({**DRAWN, "roots/KR.vkeys": spoilt})


def test_a_root_of_windows_lines_is_refused():
    spoilt = DRAWN["roots/KR.vkeys"].replace(b"\n", b"\r\n")
    with pytest.raises(InputError, match="one spelling"):
        parse_arrangement({**DRAWN, "roots/KR.vkeys": spoilt})
