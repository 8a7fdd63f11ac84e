from __future__ import annotations

import pytest

from trilogue.arrangement import LANGUAGES, parse_arrangement
from trilogue.arrangement.adoption import Act, Stand, advance
from trilogue.arrangement.files import draw_up
from trilogue.arrangement.force import Reason, governing, in_force
from trilogue.encoding import instant

from .drawn import DRAWN, TISA, VKEYS

START = "2015-01-01T00:00:00.000Z"
AMENDED = parse_arrangement(draw_up(DRAWN, VKEYS, publication_delay=0))


def day(number: float) -> str:
    return instant.plus(START, number * 86_400)


def adopt(arrangement) -> Act:
    return Act("adoption", digest=arrangement.digest_text)


def all_adopted() -> dict[str, Stand]:
    return {who: advance(Stand(), adopt(TISA), day(n)) for n, who in enumerate(TISA.participants)}


def act(stands: dict[str, Stand], who: str, act: Act, number: float) -> None:
    stands[who] = advance(stands[who], act, day(number))


def code(stands: dict[str, Stand], number: float, arrangement=TISA) -> tuple[bool, Reason, tuple]:
    force = in_force(stands, arrangement, day(number))
    return force.in_force, force.code, force.who


def test_in_force_once_the_last_participant_has_adopted():
    stands = all_adopted()
    assert code(stands, 1.9) == (False, Reason.NOT_ADOPTED, ("JP",))
    assert code(stands, 2) == (True, Reason.IN_FORCE, ())


def test_nobody_or_some_is_not_all():
    assert code({}, 2) == (False, Reason.NOT_ADOPTED, ("KR", "US", "JP"))
    stands = all_adopted()
    del stands["US"]
    assert code(stands, 2) == (False, Reason.NOT_ADOPTED, ("US",))


def test_other_bytes_are_another_arrangement():
    stands = all_adopted()
    stands["US"] = advance(Stand(), adopt(AMENDED), day(1))
    assert code(stands, 9) == (False, Reason.NOT_ADOPTED, ("US",))
    assert code(stands, 9, AMENDED) == (False, Reason.NOT_ADOPTED, ("KR", "JP"))


def test_dates():
    early = {who: advance(Stand(), adopt(TISA), day(-30)) for who in TISA.participants}
    assert in_force(early, TISA, "2014-12-28T23:59:59.999Z").code is Reason.BEFORE_DATES
    assert in_force(early, TISA, "2014-12-29T00:00:00.000Z").in_force
    text = DRAWN["arrangement.toml"].replace(b"notice_days", b"ends = 2020-01-01\nnotice_days", 1)
    ending = parse_arrangement({**DRAWN, "arrangement.toml": text})
    stands = {who: advance(Stand(), adopt(ending), day(0)) for who in TISA.participants}
    assert in_force(stands, ending, "2019-12-31T23:59:59.999Z").in_force
    assert in_force(stands, ending, "2020-01-01T00:00:00.000Z").code is Reason.AFTER_DATES


def test_one_suspension_stops_it_for_all():
    stands = all_adopted()
    act(stands, "KR", Act("suspension"), 10)
    assert code(stands, 10) == (False, Reason.SUSPENDED, ("KR",))
    act(stands, "KR", Act("resumption"), 11)
    assert code(stands, 11) == (True, Reason.IN_FORCE, ())


def test_notice_keeps_it_in_force_until_its_date():
    stands = all_adopted()
    act(stands, "KR", Act("withdrawal-from-arrangement", effective=day(100)), 10)
    assert code(stands, 99.9) == (True, Reason.NOTICE_RUNNING, ("KR",))
    assert code(stands, 100) == (False, Reason.WITHDRAWN, ("KR",))


def test_a_suspended_notice_keeps_it_in_force():
    stands = all_adopted()
    act(stands, "KR", Act("withdrawal-from-arrangement", effective=day(100)), 10)
    act(stands, "KR", Act("suspension", of="notice"), 99)
    assert code(stands, 4000) == (True, Reason.NOTICE_RUNNING, ("KR",))


def test_a_suspension_under_notice_stops_it_at_once():
    stands = all_adopted()
    act(stands, "KR", Act("withdrawal-from-arrangement", effective=day(100)), 10)
    act(stands, "KR", Act("suspension"), 11)
    assert code(stands, 11) == (False, Reason.SUSPENDED, ("KR",))


def test_the_old_governs_until_every_participant_has_adopted_the_new():
    stands = all_adopted()
    for number, who in enumerate(TISA.participants, start=20):
        assert code(stands, number)[0]
        assert not code(stands, number, AMENDED)[0]
        assert governing(stands, day(number)) == TISA.digest_text
        act(stands, who, adopt(AMENDED), number)
    assert code(stands, 22) == (False, Reason.AMENDED, ())
    assert code(stands, 22, AMENDED) == (True, Reason.IN_FORCE, ())
    assert governing(stands, day(22)) == AMENDED.digest_text
    assert governing(stands, day(21.9)) == TISA.digest_text


def test_going_back_to_the_old_takes_all_three_again():
    stands = all_adopted()
    for who in TISA.participants:
        act(stands, who, adopt(AMENDED), 20)
    for number, who in enumerate(TISA.participants, start=30):
        assert governing(stands, day(number)) == AMENDED.digest_text
        act(stands, who, adopt(TISA), number)
    assert governing(stands, day(32)) == TISA.digest_text


def test_an_adoption_ahead_of_the_others_is_kept():
    stands = all_adopted()
    act(stands, "KR", Act("adoption", digest="D2"), 20)
    act(stands, "KR", Act("adoption", digest="D3"), 21)
    for digest, number in (("D2", 22), ("D3", 24)):
        for who in ("US", "JP"):
            assert governing(stands, day(number)) != digest
            act(stands, who, Act("adoption", digest=digest), number)
        assert governing(stands, day(number)) == digest


def test_who_withdrew_comes_back_only_to_what_the_others_stand_for():
    stands = all_adopted()
    for who in TISA.participants:
        act(stands, who, adopt(AMENDED), 20)
    act(stands, "KR", Act("withdrawal-from-arrangement", effective=day(120)), 30)
    assert governing(stands, day(120)) is None
    act(stands, "KR", adopt(TISA), 130)
    assert code(stands, 130) == (False, Reason.NOT_ADOPTED, ("US", "JP"))
    act(stands, "KR", adopt(AMENDED), 131)
    assert code(stands, 131, AMENDED) == (True, Reason.IN_FORCE, ())


def test_nothing_governs_among_nobody():
    assert governing({}, day(0)) is None
    assert governing({"KR": Stand()}, day(0)) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_reason_is_a_sentence_with_names(lang):
    stands = all_adopted()
    act(stands, "KR", Act("suspension"), 10)
    force = in_force(stands, TISA, day(10))
    assert TISA.name("participant", "KR", lang) in force.words(TISA, lang)
    assert force.reason == "Not in force: suspended by Republic of Korea."
