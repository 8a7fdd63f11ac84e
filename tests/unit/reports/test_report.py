import random

import pytest

from trilogue.encoding import base64, canonical
from trilogue.encoding.digest import sha256
from trilogue.errors import FormatError, InputError
from trilogue.reports.report import MAX_PORTIONS, ReportBody, arrange, covers

from .examples import digest_text


def digests(count):
    return [sha256(b"%d" % i) for i in range(count)]


@pytest.mark.threat("T16")
@pytest.mark.parametrize(
    ("portions", "slots"), [(1, 4), (2, 4), (3, 4), (4, 8), (7, 8), (8, 16), (MAX_PORTIONS, 1024)]
)
def test_there_is_always_a_decoy_and_a_power_of_two(portions, slots):
    given = digests(portions)
    body = arrange(given)
    assert len(body.portions) == slots
    assert all(covers(body, digest) for digest in given)
    assert canonical.decode(canonical.encode(body), ReportBody) == body


@pytest.mark.threat("T16")
def test_order_is_random_and_each_place_is_equally_likely():
    given = digests(3)
    rng = random.Random(1)
    places = [arrange(given, rng).portions.index(base64.encode(given[0])) for _ in range(4000)]
    for place in range(4):
        assert 900 < places.count(place) < 1100  # 1000 expected, sd 27


def test_decoys_are_new_in_every_report():
    given = digests(2)
    known = {base64.encode(d) for d in given}
    first, second = (set(arrange(given).portions) - known for _ in range(2))
    assert not first & second


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ([], "0 portions"),
        (digests(MAX_PORTIONS + 1), "1024 portions"),
        (digests(1) * 2, "stands twice"),
        ([b"short"], "not 32 bytes"),
    ],
    ids=["none", "too-many", "twice", "short"],
)
def test_what_cannot_be_a_report_is_refused(given, rule):
    with pytest.raises(InputError, match=rule):
        arrange(given)


@pytest.mark.parametrize(
    ("portions", "rule"),
    [
        ([digest_text(i) for i in range(2)], "length >= 4"),
        ([digest_text(i) for i in range(5)], "no power of two"),
        ([digest_text(0)] * 4, "stands twice"),
        ([digest_text(i) for i in range(3)] + ["QQ=="], "length >= 44"),
        ([digest_text(i) for i in range(3)] + ["A" * 42 + "B="], "canonical base64"),
        ([digest_text(i) for i in range(3)] + [digest_text(3) + "\n"], "length <= 44"),
    ],
    ids=["two", "five", "twice", "short-digest", "unused-bits-set", "newline"],
)
def test_a_peer_s_report_of_another_shape_is_refused(portions, rule):
    with pytest.raises(FormatError, match=rule):
        canonical.decode(canonical.encode({"portions": portions}), ReportBody)
