from __future__ import annotations

import pytest

from trilogue.arrangement import parse_arrangement
from trilogue.arrangement.files import arrangement_digest, draw_up, shipped
from trilogue.errors import InputError, NotFoundError

from .drawn import DRAWN, FILES, TISA, VKEYS


def test_what_is_shipped_has_all_files_and_no_roots():
    assert sorted(FILES) == [
        "arrangement.toml",
        "rules.cedar",
        "schema.cedarschema",
        "vocabulary.en.toml",
        "vocabulary.ja.toml",
        "vocabulary.ko.toml",
    ]


def test_an_unknown_arrangement_is_named():
    with pytest.raises(NotFoundError, match="tisa-2014"):
        shipped("gsomia-2016")


def test_the_digest_does_not_depend_on_the_order_of_the_files():
    assert arrangement_digest(dict(reversed(DRAWN.items()))) == arrangement_digest(DRAWN)


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_the_digest_covers_every_byte_and_every_file(name):
    changed = {**DRAWN, name: DRAWN[name] + b"\n"}
    less = {other: data for other, data in DRAWN.items() if other != name}
    renamed = {**less, name + "2": DRAWN[name]}
    digests = {arrangement_digest(files) for files in (DRAWN, changed, less, renamed)}
    assert len(digests) == 4


def test_drawing_up_adds_the_roots_and_changes_nothing_else():
    assert {name: DRAWN[name] for name in FILES} == FILES
    assert set(DRAWN) - set(FILES) == {"roots/KR.vkeys", "roots/US.vkeys", "roots/JP.vkeys"}
    assert DRAWN["roots/KR.vkeys"].decode().splitlines() == list(VKEYS["KR"])


def test_another_delay_stands_in_the_signed_bytes():
    drawn = draw_up(FILES, VKEYS, publication_delay=0)
    assert parse_arrangement(drawn).text.publication.delay_seconds == 0
    assert arrangement_digest(drawn) != TISA.digest
    before, after = FILES["arrangement.toml"].splitlines(), drawn["arrangement.toml"].splitlines()
    assert [line for line in after if line not in before] == [b"delay_seconds = 0"]


def test_a_negative_delay_is_refused():
    with pytest.raises(InputError, match="-1 seconds"):
        draw_up(FILES, VKEYS, publication_delay=-1)


def test_a_delay_that_is_not_there_is_not_replaced():
    files = {**FILES, "arrangement.toml": b'id = "x"\n'}
    with pytest.raises(InputError, match="0 times"):
        draw_up(files, {}, publication_delay=0)
