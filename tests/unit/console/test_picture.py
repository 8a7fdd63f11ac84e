"""The picture: each coalition's estimate beside the others', and under its own line."""

from __future__ import annotations

import re

import pytest
from tests.support.flights import cut, grant_plots, submit_plots, table
from tests.support.office import Office
from tests.support.readings import file_readings
from tests.support.trio import PARTICIPANTS, Trio
from tests.support.visitor import Visitor

from trilogue.node.tokens import Role

Offices = dict[str, Office]

AXES = re.compile(r"± ([0-9.]+) × ([0-9.]+) km \(90 %\)")


def test_a_picture_of_nothing_says_what_to_do(office: Office) -> None:
    visitor = Visitor(office, Role.WATCH_OFFICER)
    for path in ("/picture", "/picture/flights"):
        assert "at the desk" in visitor.open(path).text


def test_an_event_is_seen_by_coalition_and_all_together_see_best(
    trio: Trio, offices: Offices
) -> None:
    for who in ("KR", "US"):
        file_readings(trio[who], "DPRK5", tuple(one for one in PARTICIPANTS if one != who))
    trio.settle()
    seen = Visitor(offices["JP"], Role.WATCH_OFFICER, "ja").open("/picture")
    axes = [float(major) * float(minor) for major, minor in AXES.findall(seen.text)]
    assert len(axes) == 3  # KR, US, and both
    assert axes[-1] == min(axes)
    assert "大韓民国, アメリカ合衆国" in seen.text
    line = "秘 (KR 군사III급비밀, US CONFIDENTIAL)//ORCON/TISA//配布先 JP, KR, US"
    assert seen.text.count(line) == 2


@pytest.mark.slow
def test_a_flight_is_seen_with_where_it_comes_down(trio: Trio, offices: Offices) -> None:
    for one in cut(table(every=4)):
        if one.sensor in ("us-ship", "kr-ground"):
            grant_plots(trio, submit_plots(trio, [one]))
    trio.settle()
    seen = Visitor(offices["KR"], Role.ANALYST, "ko").open("/picture/flights")
    rows = seen.text.partition("낙하")[2]  # past the heads of the table
    assert rows.count("중간") == 3  # KR, US, and both
    assert len(AXES.findall(seen.text)) == 6
    line = "군사III급비밀 (US CONFIDENTIAL)//ORCON/TISA//배포 대상 JP, KR, US"
    assert seen.text.count(line) == 2
