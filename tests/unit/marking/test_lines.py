from __future__ import annotations

import pytest
from hypothesis import given, settings

from trilogue.errors import InputError
from trilogue.marking import (
    banner_line,
    equivalent_mark,
    mark,
    parse_portion_mark,
    portion_mark,
)

from .scales import SCALE
from .test_banner import MARKINGS

KOREAN = mark("SECRET", ["KR"], releasable_to=["JP", "US"], caveats=["ORCON", "TISA"])
JOINT = mark("SECRET", ["KR", "US"], releasable_to=["JP"])


def test_a_portion_mark():
    assert portion_mark(KOREAN, SCALE) == "(S//ORCON/TISA//REL TO JP, US)"
    assert portion_mark(mark("TOP SECRET", ["KR"]), SCALE) == "(TS//NOT RELEASABLE)"


@settings(max_examples=60, deadline=None)
@given(MARKINGS)
def test_a_portion_mark_reads_back(marking):
    text = portion_mark(marking, SCALE)
    assert parse_portion_mark(text, SCALE, marking.originators) == marking


@pytest.mark.parametrize(
    "text",
    [
        "",
        "S//REL TO US",
        "(S)",
        "(X//REL TO US)",
        "(s//REL TO US)",
        "(S//REL TO )",
        "(S//REL TO US,JP)",
        "(S//REL TO US, JP)",
        "(S//REL TO JP, JP)",
        "(S//REL TO JP, KR)",
        "(S//REL TO KR)",
        "(S/ORCON//REL TO US)",
        "(S//TISA/ORCON//REL TO US)",
        "(S//ORCON/ORCON//REL TO US)",
        "(S//ORCON//TISA//REL TO US)",
        "(S//REL TO US//ORCON)",
        "(S//ORCON/NOT RELEASABLE)",
        "(S//REL TO US) ",
        "(S//REL TO US)\n",
        "(S//REL TO ＵＳ)",
    ],
)
def test_another_spelling_is_refused(text):
    with pytest.raises(InputError):
        parse_portion_mark(text, SCALE, ["KR"])


def test_the_originator_s_marking_is_kept_and_the_own_equivalent_added():
    assert equivalent_mark(KOREAN, SCALE, "US", "en") == "군사II급비밀 (KR) = SECRET"
    assert equivalent_mark(KOREAN, SCALE, "JP", "ja") == "군사II급비밀 (KR) = 極秘"
    assert equivalent_mark(JOINT, SCALE, "JP", "ja") == "군사II급비밀 (KR), SECRET (US) = 極秘"


def test_the_only_originator_adds_nothing_to_its_own_mark():
    assert equivalent_mark(KOREAN, SCALE, "KR", "ko") == "군사II급비밀 (KR)"
    assert equivalent_mark(JOINT, SCALE, "US", "en") == "군사II급비밀 (KR), SECRET (US) = SECRET"


def test_a_banner_line_speaks_the_participant_s_own_terms():
    assert banner_line(KOREAN, SCALE, "KR", "ko") == "군사II급비밀//ORCON/TISA//배포 대상 JP, US"
    assert (
        banner_line(KOREAN, SCALE, "US", "en")
        == "SECRET (KR 군사II급비밀)//ORCON/TISA//REL TO JP, US"
    )
    assert (
        banner_line(KOREAN, SCALE, "JP", "ja")
        == "極秘 (KR 군사II급비밀)//ORCON/TISA//配布先 JP, US"
    )
    assert banner_line(mark("SECRET", ["JP"]), SCALE, "JP", "ja") == "極秘//配布不可"
