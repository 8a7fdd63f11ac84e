"""Lineage: whose consent a derived portion needs, and what shares nothing with what."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.errors import InputError
from trilogue.marking import mark
from trilogue.reports.header import Generalised
from trilogue.reports.lineage import (
    DerivationGrant,
    Missing,
    derived_marking,
    independent,
    lineage,
    may_release,
    originators,
)
from trilogue.reports.portion import PortionRef, Source

from .examples import cite, digest_text
from .held import SCALE, held

KR, JP = cite("KR", 17), cite("JP", 3)
KR_GRANT, JP_GRANT = cite("KR", 18), cite("JP", 4)


def source(portion, report=KR, *grants):
    return Source(report=report, portion=portion, grants=grants)


def derived(speaker, index, *sources, **changes):
    """Return a portion made from held ones."""
    return held(speaker, index, derived_from=lineage(sources, {}), **changes)


# Whose it is


def test_a_lineage_is_the_whole_of_it_sorted_with_the_author_s_own_grants():
    a, b = held("KR", 1), held("JP", 2)
    c = held("US", 3, derived_from=lineage([a], {a.digest: [KR_GRANT]}))
    found = lineage([b, c], {a.digest: [JP_GRANT, KR_GRANT, KR_GRANT], b.digest: [JP_GRANT]})
    assert [s.portion for s in found] == sorted([a.digest, b.digest, c.digest])
    by_portion = {s.portion: s for s in found}
    assert by_portion[a.digest] == source(a.digest, cite("KR", 1), JP_GRANT, KR_GRANT)
    assert by_portion[c.digest].grants == ()
    assert originators("JP", found) == ("JP", "KR", "US")


def test_what_is_not_derived_is_its_author_s():
    assert originators("US", ()) == ("US",)


def test_the_marking_of_a_derived_portion_is_the_banner_of_its_sources():
    a = held("KR", 1, marking=mark("SECRET", ["KR"], releasable_to=["US"], caveats=["ORCON"]))
    b = held("US", 2, marking=mark("CONFIDENTIAL", ["US"], releasable_to=["JP", "KR"]))
    assert derived_marking([a, b], SCALE) == mark(
        "SECRET", ["KR", "US"], releasable_to=["KR", "US"], caveats=["ORCON"]
    )
    with pytest.raises(InputError, match="empty means deny"):
        derived_marking([], SCALE)


# Release

PORTION = digest_text(1)
GRANT = DerivationGrant(
    originator="KR",
    portions=frozenset({PORTION}),
    audience=frozenset({"US"}),
    purposes=frozenset({"warning", "analysis"}),
    derived_for=frozenset({"JP"}),
)


def decide(grant, sources=None, recipient="JP", purposes=("warning",)):
    grants = {KR_GRANT: grant} if grant else {}
    return may_release(
        sources or [source(PORTION, KR, KR_GRANT)],
        grants,
        author="US",
        recipient=recipient,
        purposes=purposes,
    )


def test_a_live_grant_that_allows_derivation_permits():
    assert decide(GRANT) == (True, ())


@pytest.mark.parametrize(
    ("grant", "reason"),
    [
        (None, "no live grant is cited"),
        (replace(GRANT, originator="JP"), "no live grant is cited"),
        (replace(GRANT, portions=frozenset()), "does not cover the portion"),
        (replace(GRANT, audience=frozenset({"JP"})), "is not to US"),
        (replace(GRANT, derived_for=frozenset()), "does not allow derivation for JP"),
        (replace(GRANT, purposes=frozenset({"analysis"})), "is not for warning"),
    ],
    ids=["none", "other-originator", "other-portion", "other-author", "no-derivation", "purpose"],
)
def test_each_condition_alone_denies(grant, reason):
    permit, missing = decide(grant)
    assert not permit
    (one,) = missing
    assert (one.originator, one.portion) == ("KR", PORTION)
    assert reason in one.reason


def test_a_live_grant_that_the_portion_does_not_cite_permits_nothing():
    assert not decide(GRANT, [source(PORTION, KR, cite("KR", 99))])[0]


def test_every_originator_counts_and_each_that_is_missing_is_named():
    sources = [source(PORTION, KR, KR_GRANT), source(digest_text(2), JP)]
    permit, missing = decide(GRANT, sources)
    assert not permit
    assert missing == (Missing("JP", digest_text(2), "no live grant is cited"),)


def test_one_of_several_grants_is_enough():
    sources = [source(PORTION, KR, KR_GRANT, cite("KR", 30))]
    grants = {KR_GRANT: replace(GRANT, audience=frozenset()), cite("KR", 30): GRANT}
    ask = {"author": "US", "recipient": "JP", "purposes": ["warning"]}
    assert may_release(sources, grants, **ask)[0]
    # Two halves are not a whole: each grant must permit by itself.
    grants[cite("KR", 30)] = replace(GRANT, purposes=frozenset({"analysis"}))
    assert not may_release(sources, grants, **ask)[0]


def test_the_author_needs_no_grant_from_itself():
    own = source(digest_text(5), cite("US", 9))
    assert decide(GRANT, [source(PORTION, KR, KR_GRANT), own])[0]


def test_a_withdrawn_source_ends_what_is_derived_from_it_at_any_depth():
    a = held("KR", 1)
    b = held("JP", 2, derived_from=lineage([a], {a.digest: [KR_GRANT]}))
    sources = lineage([b], {a.digest: [KR_GRANT], b.digest: [JP_GRANT]})
    allow = {"purposes": frozenset({"warning"}), "derived_for": frozenset({"JP"})}
    grants = {
        cited: DerivationGrant(
            originator=cited.speaker,
            portions=frozenset({portion.digest}),
            audience=frozenset({"US"}),
            **allow,
        )
        for cited, portion in ((KR_GRANT, a), (JP_GRANT, b))
    }
    ask = {"author": "US", "recipient": "JP", "purposes": ["warning"]}
    assert may_release(sources, grants, **ask) == (True, ())
    del grants[KR_GRANT]
    permit, missing = may_release(sources, grants, **ask)
    assert not permit
    assert [m.originator for m in missing] == ["KR"]


@pytest.mark.parametrize(
    ("sources", "purposes", "rule"),
    [([], ["warning"], "without sources"), ([source(PORTION)], [], "without purpose")],
    ids=["no-source", "no-purpose"],
)
def test_a_rule_over_nothing_is_no_permit(sources, purposes, rule):
    with pytest.raises(InputError, match=rule):
        may_release(sources, {}, author="US", recipient="JP", purposes=purposes)


# Nothing twice


def kept(portions):
    return set(independent(portions).kept)


def test_what_is_derived_from_another_is_left_out_at_any_depth():
    a, b = held("KR", 1), held("JP", 2)
    c = derived("US", 3, a)
    d = derived("KR", 4, c)
    assert kept([a, b, c, d]) == {a, b}
    assert kept([a, d]) == {a}
    assert kept([b, d]) == {b, d}


def test_two_that_come_from_an_absent_third_are_counted_once():
    a = held("KR", 1)
    c, d = derived("US", 3, a), derived("JP", 4, a)
    found = independent([c, d])
    assert len(found.kept) == 1
    ((left, shared),) = found.dropped
    assert {found.kept[0], left} == {c, d}
    assert shared == {a.digest}


def test_versions_of_one_portion_are_counted_once():
    a = held("KR", 1)
    rounded = Generalised(
        of=a.digest,
        fields=("epicentre",),
        position_grid_e5=1,
        position_sd_m=1,
        time_grid_ms=None,
        time_sd_ms=None,
    )
    versions = [
        held("KR", 1, tearline_of=a.digest),
        held("KR", 1, translation_of=a.digest),
        held("KR", 1, generalised=rounded),
    ]
    assert kept([a, *versions]) == {a}
    assert len(kept(versions)) == 1
    assert len(kept([derived("US", 2, versions[0]), a])) == 1


def test_what_its_originator_superseded_is_left_out():
    old = held("KR", 1)
    new = held("KR", 2, supersedes=PortionRef(report=old.report, portion=old.digest))
    assert kept([old, new]) == {new}
    assert independent([old, new]).dropped == ((old, frozenset({new.digest})),)


def test_nobody_supersedes_another_s_report():
    old = held("KR", 1)
    other = held("JP", 2, supersedes=PortionRef(report=old.report, portion=old.digest))
    assert kept([old, other]) == {old, other}


def test_the_same_portion_twice_is_once():
    a = held("KR", 1)
    assert independent([a, a]).kept == (a,)
    assert independent([]).kept == ()


POOL = [held("KR", index) for index in range(3)]
POOL += [derived("US", 3, POOL[0]), derived("US", 4, POOL[1], POOL[2])]
POOL += [derived("JP", 5, POOL[3], POOL[4]), held("JP", 6)]


@given(st.sets(st.sampled_from(range(len(POOL)))))
def test_kept_portions_share_nothing_and_no_dropped_one_could_be_added(chosen):
    found = independent(POOL[i] for i in chosen)
    behind = {p.digest: {p.digest, *(s.portion for s in p.header.derived_from)} for p in POOL}
    counted = [digest for portion in found.kept for digest in behind[portion.digest]]
    assert len(counted) == len(set(counted))
    for portion, shared in found.dropped:
        assert shared
        assert shared <= behind[portion.digest] & set(counted)
    assert len(found.kept) + len(found.dropped) == len(chosen)


def test_the_outcome_does_not_depend_on_the_order():
    outcomes = {independent(order) for order in permutations(POOL[1:6])}
    assert len(outcomes) == 1
