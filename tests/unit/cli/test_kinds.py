"""How people write things on a command line: read strictly, refused with how to write them."""

import click
import pytest

from trilogue.cli.kinds import duration, moment, peer, place, portion, portions
from trilogue.cli.telling import name_place, name_portion
from trilogue.node.inputs import Place, SourceInput


def test_places_and_portions_are_written_as_they_are_read():
    assert place("KR/17") == Place(speaker="KR", index=17)
    assert name_place(place("KR/0")) == "KR/0"
    digest = "Jc3/+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    assert portion(f"KR/17:{digest}") == SourceInput(report=place("KR/17"), portion=digest)
    assert portions("KR/17") == SourceInput(report=place("KR/17"), portion="")
    assert portions("KR/17:Jc") == portion("KR/17:Jc")
    assert name_portion(portion(f"KR/17:{digest}")) == f"KR/17:{digest}"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("90", 90), ("90s", 90), ("90m", 5400), ("36h", 129_600), ("7d", 604_800)],
)
def test_lengths_of_time(text, seconds):
    assert duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-23", "2026-11-23T00:00:00.000Z"),
        ("2026-11-23T06:00Z", "2026-11-23T06:00:00.000Z"),
        ("2026-11-23T06:00:07Z", "2026-11-23T06:00:07.000Z"),
        ("2026-11-23T06:00:07.5Z", "2026-11-23T06:00:07.500Z"),
        ("2026-11-23T06:00:07.123Z", "2026-11-23T06:00:07.123Z"),
    ],
)
def test_moments(text, instant):
    assert moment(text) == instant


def test_peers():
    assert peer("US=node.example:7102") == ("US", "node.example:7102")


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (place, ["", "KR", "KR/", "kr/1", "KR/01", "KR/-1", "KR/٣", "KR/1 ", "K/1", "KR/1\n"]),
        (portion, ["KR/1", "KR/1:", "KR:x", ":x"]),
        (portions, ["KR", "KR/1:", "KR:x", ":x"]),
        (duration, ["", "-1", "1.5h", "1w", "07", "1 d", "٣d", "9999999999"]),
        (
            moment,
            [
                "2026-11-23T06:00",
                "2026-11-23 06:00Z",
                "2026-11-23T06:00+09:00",
                "2026-02-30",
                "2026-11-23T25:00Z",
                "2026-11-23T06:00:07.1234Z",
                "now",
            ],
        ),
        (peer, ["US", "US=", "=a:1", "us=a:1"]),
    ],
)
def test_everything_else_is_refused_with_how_to_write_it(kind, texts):
    for text in texts:
        with pytest.raises(click.BadParameter) as caught:
            kind(text)
        assert "write" in caught.value.message or "no such moment" in caught.value.message
