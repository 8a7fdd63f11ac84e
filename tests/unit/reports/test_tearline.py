from dataclasses import replace

import pytest

from trilogue.errors import InputError
from trilogue.marking import mark
from trilogue.reports.header import Redacted
from trilogue.reports.payloads import Assessment, encode_payload
from trilogue.reports.portion import Source, seal
from trilogue.reports.tearline import tearline

from .examples import cite, digest_text, draft
from .held import SCALE, held

WHOLE = mark("SECRET", ["KR"], releasable_to=["US"], caveats=["ORCON"])
WIDER = mark("SECRET", ["KR"], releasable_to=["US", "JP"], caveats=["ORCON"])
WRITTEN = encode_payload(
    Assessment(title="Site", language="en", text="Activity is likely.", confidence="low")
)


def test_a_tearline_names_its_portion_and_keeps_its_lineage():
    source = Source(report=cite("US", 1), portion=digest_text(8), grants=(cite("US", 2),))
    whole = held(marking=WHOLE, derived_from=(source,))
    written = tearline(draft(marking=WIDER, plaintext=WRITTEN), whole.header, whole.digest, SCALE)
    assert written.tearline_of == whole.digest
    assert written.derived_from == (source,)
    assert seal(written).header.tearline_of == whole.digest


def test_a_lower_level_for_the_same_readers_goes_wider_too():
    lower = replace(
        draft(plaintext=WRITTEN), marking=mark("CONFIDENTIAL", ["KR"], releasable_to=["US"])
    )
    assert tearline(lower, held(marking=WHOLE).header, digest_text(7), SCALE).tearline_of


@pytest.mark.threat("T22")
@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"redacted": Redacted(of=None, fields=("depth",), spans=0)}, "written, not computed"),
        ({"plaintext": draft().plaintext}, "word for word"),
        (
            {"marking": mark("SECRET", ["KR", "US"], releasable_to=["JP", "KR", "US"])},
            "originators",
        ),
        ({"subject": "missile-launch"}, "subject"),
        ({"marking": WHOLE}, "goes wider"),
        ({"marking": mark("SECRET", ["KR"], releasable_to=["JP"])}, "goes wider"),
        ({"marking": mark("CONFIDENTIAL", ["KR"])}, "none fewer"),
    ],
    ids=["computed", "same-words", "whose", "subject", "same-readers", "other-readers", "fewer"],
)
def test_what_is_no_tearline_is_refused(changes, rule):
    given = replace(draft(plaintext=WRITTEN, marking=WIDER), **changes)
    with pytest.raises(InputError, match=rule):
        tearline(given, held(marking=WHOLE).header, digest_text(7), SCALE)


def test_a_tearline_is_not_above_its_portion():
    low = held(marking=mark("CONFIDENTIAL", ["KR"], releasable_to=["US"]))
    with pytest.raises(InputError, match="goes wider"):
        tearline(draft(plaintext=WRITTEN, marking=WIDER), low.header, low.digest, SCALE)
