from __future__ import annotations

import pytest

from trilogue.encoding import canonical
from trilogue.errors import FormatError, InputError
from trilogue.marking import Marking, mark

WIRE = b'{"caveats":["ORCON"],"level":"SECRET","originators":["KR"],"releasable_to":["JP","US"]}'


def test_it_survives_the_wire_byte_for_byte():
    marking = canonical.decode(WIRE, Marking)
    assert marking == mark("SECRET", ["KR"], releasable_to=["US", "JP"], caveats=["ORCON"])
    assert canonical.encode(marking) == WIRE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'["KR"]', b"[]"),
        (b'["KR"]', b'["KR","KR"]'),
        (b'["KR"]', b'["kr"]'),
        (b'["JP","US"]', b'["US","JP"]'),
        (b'["JP","US"]', b'["JP","JP"]'),
        (b'["JP","US"]', b'["JP","KR"]'),
        (b'["JP","US"]', b'["JP",""]'),
        (b'"SECRET"', b'""'),
        (b'"SECRET"', b'"Secret"'),
        (b'["ORCON"]', b'["ORCON "]'),
        (b'["ORCON"]', b'["OR/CON"]'),
        (b'["ORCON"]', b'["ORCON\\n"]'),
        (b'"caveats":["ORCON"],', b""),
        (b'"caveats"', b'"caveat"'),
    ],
)
def test_another_spelling_is_refused(old, new):
    assert old in WIRE
    with pytest.raises(FormatError):
        canonical.decode(WIRE.replace(old, new), Marking)


def test_no_originator_is_no_marking():
    with pytest.raises(InputError, match="without originator"):
        mark("SECRET", [])


def test_one_originator_reads_what_it_made():
    assert mark("SECRET", ["KR"]).readers == {"KR"}
    assert mark("SECRET", ["KR"], releasable_to=["KR", "US"]).releasable_to == ("US",)


def test_of_several_originators_each_reads_only_if_it_is_mentioned():
    assert mark("SECRET", ["KR", "US"]).readers == frozenset()
    assert mark("SECRET", ["KR", "US"], releasable_to=["US"]).readers == {"US"}
