"""Derived reports: released only where every originator behind them allows it, with evidence."""

from __future__ import annotations

import pytest
from tests.support.trio import Filed, Trio, marking, portion

from trilogue.consent.acts import GrantBody
from trilogue.errors import InputError
from trilogue.node.authoring import Refused
from trilogue.node.inputs import GrantInput, ReportInput
from trilogue.protocol.bodies import RelayBody


def derive(trio: Trio, who: str, *sources: Filed, **fields: object) -> Filed:
    """File a portion at `who` that is made from the first portions of these reports."""
    behind = tuple(one for source in sources for one in source.sources(0))
    made = portion("fused", derived_from=behind, **fields)
    return trio.submit(who, ReportInput(portions=(made,)))


def release(trio: Trio, what: Filed, *audience: str, **fields: object) -> object:
    """Grant, and return whatever the desk answers."""
    given = GrantInput(portions=what.sources(), audience=audience, purposes=("analysis",), **fields)
    return trio.act(what.speaker, lambda engine: engine.desk.grant(given, ("officer-a",)))


def test_what_every_originator_allows_goes_on_with_its_evidence(trio: Trio):
    source = trio.file("KR")
    evidence = trio.grant(source, audience=("US",), derive_for=("JP",))
    own = trio.file("US")
    trio.settle()
    derived = derive(trio, "US", source, own)
    trio.grant(derived, audience=("JP",))
    assert trio.settle() == []
    # JP holds the derived portion, counts the grant behind it, and cannot open the source.
    assert trio.held("JP") == set(derived.portions)
    assert trio["JP"].books.statement(evidence) is not None
    assert trio.faults() == []


def test_a_portion_made_from_one_other_alone_may_go_too(trio: Trio):
    source = trio.file("KR")
    trio.grant(source, audience=("US",), derive_for=("JP",))
    trio.settle()
    derived = derive(trio, "US", source)
    trio.grant(derived, audience=("JP",))
    assert trio.settle() == []
    assert trio.held("JP") == set(derived.portions)


@pytest.mark.parametrize("allowed", [(), ("KR",)], ids=["for nobody", "for another"])
def test_what_its_originator_does_not_allow_is_refused(trio: Trio, allowed: tuple[str, ...]):
    source, own = trio.file("KR"), trio.file("US")
    trio.grant(source, audience=("US",), derive_for=allowed)
    trio.settle()
    derived = derive(trio, "US", source, own)
    refused = release(trio, derived, "JP")
    assert isinstance(refused, Refused)
    assert refused.rules == ("derivation-not-permitted",)
    # Its own originator may have it: nobody needs consent to see what was made of its own.
    trio.grant(derived, audience=("KR",))
    assert trio.settle() == []
    assert set(derived.portions) <= trio.held("KR")


def test_purposes_do_not_widen_on_the_way(trio: Trio):
    source, own = trio.file("KR"), trio.file("US")
    trio.grant(source, audience=("US",), derive_for=("JP",), purposes=("warning",))
    trio.settle()
    derived = derive(trio, "US", source, own)
    assert isinstance(release(trio, derived, "JP"), Refused)


def test_a_withdrawn_source_makes_it_unreleasable(trio: Trio):
    source, own = trio.file("KR"), trio.file("US")
    grant = trio.grant(source, audience=("US",), derive_for=("JP",))
    trio.settle()
    derived = derive(trio, "US", source, own)
    trio.withdraw(grant)
    trio.settle()
    refused = release(trio, derived, "JP")
    assert isinstance(refused, Refused)
    assert refused.rules == ("derivation-not-permitted",)


def test_an_expired_source_makes_it_unreleasable(trio: Trio):
    source, own = trio.file("KR"), trio.file("US")
    trio.grant(source, audience=("US",), derive_for=("JP",), lasts_seconds=60)
    trio.settle()
    derived = derive(trio, "US", source, own)
    trio.clock.advance(61)
    assert isinstance(release(trio, derived, "JP"), Refused)


def test_only_grants_that_allow_it_are_shown(trio: Trio):
    """A grant that is none of JP's business stays out: JP would rightly refuse to hear it."""
    source, own = trio.file("KR"), trio.file("US")
    private = trio.grant(source, audience=("US",))
    shown = trio.grant(source, audience=("US",), derive_for=("JP",))
    trio.settle()
    trio.grant(derive(trio, "US", source, own), audience=("JP",))
    relayed = [i.statement for s in trio.own("US", "relay") for i in s.says(RelayBody).items]
    assert shown in relayed
    assert private not in relayed
    assert trio.settle() == []
    assert trio.failed() == []


def test_evidence_that_has_to_come_again_is_waited_for(trio: Trio):
    """After a restart the hub has forgotten how far JP has seen KR's log, but not its own."""
    source, own = trio.file("KR"), trio.file("US")
    trio.grant(source, audience=("US",), derive_for=("JP",))
    trio.settle()
    trio.restart("US")
    trio.grant(own, audience=("JP",))
    trio.settle()
    derived = derive(trio, "US", source, own)
    trio.grant(derived, audience=("JP",))
    assert trio.settle() == []
    assert set(derived.portions) <= trio.held("JP")
    assert trio.faults() == []


@pytest.mark.threat("T06")
def test_a_hub_that_releases_without_evidence_is_refused_and_accused(trio: Trio, monkeypatch):
    source, own = trio.file("KR"), trio.file("US")
    trio.grant(source, audience=("US",))
    trio.settle()
    derived = derive(trio, "US", source, own)
    evidence = trio["US"].desk._evidence
    monkeypatch.setattr(evidence, "permits", lambda *_: True)
    trio.grant(derived, audience=("JP",))
    (outcome,) = trio.settle()
    assert outcome.step == 8
    assert trio.held("JP") == set()
    (fault,) = trio.faults()
    assert (fault.speaker, fault.body["peer"], fault.body["step"]) == ("JP", "US", 8)


def test_what_another_made_from_the_hubs_own_reaches_the_third_with_the_hubs_grant(trio: Trio):
    """KR derives from US for JP: the hub shows JP its own grant, which it made to KR alone."""
    source, own = trio.file("US"), trio.file("KR")
    trio.grant(source, audience=("KR",), derive_for=("JP",))
    trio.settle()
    derived = derive(trio, "KR", source, own)
    trio.grant(derived)
    assert trio.settle() == []
    assert trio.held("JP") == set(derived.portions)


def test_a_derived_portion_is_not_marked_below_its_sources(trio: Trio):
    source, own = trio.file("KR", marking=marking("SECRET")), trio.file("US")
    trio.grant(source, audience=("US",), derive_for=("JP",))
    trio.settle()
    with pytest.raises(InputError, match="derived from SECRET cannot be marked CONFIDENTIAL"):
        derive(trio, "US", source, own)


def test_a_grant_names_all_grants_behind_what_it_releases(trio: Trio):
    source, own = trio.file("KR"), trio.file("US")
    behind = trio.grant(source, audience=("US",), derive_for=("JP",))
    trio.settle()
    derived = derive(trio, "US", source, own)
    trio.grant(derived, audience=("JP",))
    trio.settle()
    (holding,) = trio["JP"].holdings.all()
    cited = {cite for one in holding.header.derived_from for cite in one.grants}
    assert cited == {behind}
    assert trio["JP"].books.statement(behind).says(GrantBody).extent.derive_for == ("JP",)
