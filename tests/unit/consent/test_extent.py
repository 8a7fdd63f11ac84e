"""What a grant covers: every edge of its window, its audience and its purposes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import PARTICIPANTS, extents, grants, instants

from trilogue.consent.acts import Extent, GrantBody, GrantItem
from trilogue.consent.extent import check_alive, check_extent, extent_digest
from trilogue.encoding import base64
from trilogue.errors import ConsentError, ConsentExpiredError, InputError
from trilogue.reports.cite import Cite

BEGINS, ENDS = "2016-09-09T01:00:00.000Z", "2016-09-09T02:00:00.000Z"
EXTENT = Extent(
    audience=("JP", "US"),
    purposes=("analysis", "warning"),
    not_before=BEGINS,
    expires=ENDS,
    derive_for=(),
)


def but(**changes: object) -> Extent:
    return msgspec.structs.replace(EXTENT, **changes)


@pytest.mark.parametrize(
    "at", [BEGINS, "2016-09-09T01:30:00.000Z", "2016-09-09T01:59:59.999Z"], ids=str
)
def test_a_grant_is_alive_from_its_first_moment_until_before_its_last(at):
    check_alive(EXTENT, "JP", at)


def test_before_it_begins_it_is_not_alive():
    with pytest.raises(ConsentError, match="begins at") as caught:
        check_alive(EXTENT, "JP", "2016-09-09T00:59:59.999Z")
    assert not isinstance(caught.value, ConsentExpiredError)


@pytest.mark.parametrize("at", [ENDS, "2016-09-09T02:00:00.001Z", "2099-01-01T00:00:00.000Z"])
def test_its_end_is_exclusive(at):
    with pytest.raises(ConsentExpiredError, match="ended at"):
        check_alive(EXTENT, "JP", at)


def test_without_end_it_is_alive_until_withdrawn():
    check_alive(but(expires=None), "JP", "2099-01-01T00:00:00.000Z")


def test_it_is_for_nobody_else():
    with pytest.raises(ConsentError, match="is for JP, US, not for KR"):
        check_alive(EXTENT, "KR", BEGINS)


def test_it_is_for_no_other_purpose():
    check_alive(EXTENT, "JP", BEGINS, "warning")
    with pytest.raises(ConsentError, match="not for verification"):
        check_alive(EXTENT, "JP", BEGINS, "verification")


@given(extents(), instants, st.sampled_from([*PARTICIPANTS, "XX"]))
def test_alive_is_what_the_table_says(extent, at, who):
    """The rule written once more, as a table of its own."""
    alive = (
        who in extent.audience
        and extent.not_before <= at
        and (extent.expires is None or at < extent.expires)
    )
    try:
        check_alive(extent, who, at)
    except ConsentError:
        assert not alive
    else:
        assert alive


@given(extents())
def test_what_an_originator_may_give_passes(extent):
    check_extent(extent, PARTICIPANTS, "KR")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"audience": ()}, "without an audience"),
        ({"purposes": ()}, "without a purpose"),
        ({"audience": ("US", "JP")}, "must be sorted"),
        ({"audience": ("JP", "JP")}, "without repetition"),
        ({"purposes": ("warning", "analysis")}, "must be sorted"),
        ({"derive_for": ("US", "JP")}, "must be sorted"),
        ({"audience": ("CN",)}, "not a participant: 'CN'"),
        ({"derive_for": ("CN",)}, "not a participant: 'CN'"),
        ({"audience": ("JP", "KR")}, "cannot grant to itself"),
        ({"expires": BEGINS}, "would end"),
        ({"expires": "2016-09-09T00:00:00.000Z"}, "would end"),
    ],
    ids=str,
)
def test_an_extent_that_could_be_read_as_more_is_refused(changes, says):
    with pytest.raises(InputError, match=says):
        check_extent(but(**changes), PARTICIPANTS, "KR")


@given(grants("KR"), grants("KR"))
def test_officers_sign_all_of_a_grant_but_boxes_and_approvals(one, other):
    assert extent_digest(one) == extent_digest(
        msgspec.structs.replace(one, boxes=other.boxes, approvals=other.approvals)
    )
    for field in ("items", "extent", "answers", "under"):
        changed = msgspec.structs.replace(one, **{field: getattr(other, field)})
        assert (extent_digest(changed) == extent_digest(one)) == (changed == one)


def test_two_portions_and_two_reports_of_one_are_different_grants():
    leaf = base64.encode(bytes(32))
    first, second = (base64.encode(bytes([n]) * 32) for n in (1, 2))

    def digest(*items: tuple[int, tuple[str, ...]]) -> bytes:
        return extent_digest(
            GrantBody(
                items=tuple(
                    GrantItem(report=Cite("KR", index, leaf), portions=portions)
                    for index, portions in items
                ),
                extent=EXTENT,
                boxes=(),
                answers=None,
                under=None,
                approvals=(),
            )
        )

    assert digest((1, (first, second))) != digest((1, (first,)), (1, (second,)))
    assert digest((1, (first, second))) != digest((1, (second, first)))
