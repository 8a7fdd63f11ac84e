"""Standing consent: what fits goes at once, together, under a cap, until it is withdrawn."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.trio import Filed, Trio, filed, marking, portion
from tests.unit.reports.payload_examples import EVENT

from trilogue.consent.acts import GrantBody, StandingRule
from trilogue.errors import (
    ConsentError,
    InputError,
)
from trilogue.node.engine import Engine, raise_refused
from trilogue.node.inputs import (
    GeneraliseInput,
    Place,
    ReportInput,
    StandingInput,
)
from trilogue.reports.cite import Cite


def place(cite: Cite) -> Place:
    return Place(speaker=cite.speaker, index=cite.index)


RULE = StandingRule(
    subjects=("nuclear-test",),
    payload_types=("assessment",),
    levels=("CONFIDENTIAL",),
    grid_e5=0,
    per_hour=2,
    audience=("JP", "US"),
    purposes=("warning",),
    derive_for=(),
    lasts_seconds=3600,
    not_before="2016-09-09T00:00:00.000Z",
    expires="2016-09-10T00:00:00.000Z",
)


def stand(trio: Trio, officers: tuple[str, ...] = ("officer-a",), **changes: object) -> Cite:
    given = StandingInput(rule=msgspec.structs.replace(RULE, **changes))
    return trio.act("KR", lambda engine: engine.desk.stand(given, officers)).cite


def test_what_fits_goes_at_once_under_the_rule(trio: Trio):
    cite = stand(trio)
    filed = trio.file("KR")
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)
    (given,) = trio.own("KR", "grant")
    body = given.says(GrantBody)
    assert (body.under, body.approvals, body.extent.purposes) == (cite, (), ("warning",))
    with pytest.raises(ConsentError):
        trio.read("JP", filed, purpose="analysis")


def test_a_standing_consent_is_capped_by_the_hour(trio: Trio):
    stand(trio)
    for _ in range(3):
        trio.file("KR")
    assert len(trio.own("KR", "grant")) == 2
    trio.clock.advance(3601)
    trio.file("KR")
    assert len(trio.own("KR", "grant")) == 3


def together(trio: Trio, *levels: str) -> tuple[Filed, ...]:
    """File reports of one portion each in one act."""
    given = [ReportInput(portions=(portion(marking=marking(level)),)) for level in levels]
    done, _ = trio.act("KR", lambda engine: engine.submit_all(given))
    return tuple(filed(raise_refused(one)) for one in done)


def test_what_is_filed_together_goes_under_one_grant(trio: Trio):
    stand(trio, per_hour=100)
    reports = together(trio, *["CONFIDENTIAL"] * 3)
    assert trio.settle() == []
    (given,) = trio.own("KR", "grant")
    body = given.says(GrantBody)
    assert [item.report.index for item in body.items] == [one.index for one in reports]
    assert len(body.boxes) == 2
    assert trio.held("JP") == {one.portions[0] for one in reports}


def test_a_grant_covers_no_more_reports_than_the_arrangement_allows(trio: Trio):
    most = trio.arrangement.text.limits.reports_per_grant
    stand(trio, per_hour=1000)
    together(trio, *["CONFIDENTIAL"] * (most + 1))
    sizes = [len(one.says(GrantBody).items) for one in trio.own("KR", "grant")]
    assert sizes == [most, 1]
    assert trio.settle() == []
    assert len(trio.held("JP")) == most + 1


def test_the_cap_counts_reports_whatever_grants_they_go_under(trio: Trio):
    stand(trio)
    together(trio, *["CONFIDENTIAL"] * 3)
    (given,) = trio.own("KR", "grant")
    assert len(given.says(GrantBody).items) == RULE.per_hour
    trio.restart("KR")
    trio.file("KR")
    assert len(trio.own("KR", "grant")) == 1
    trio.clock.advance(3601)
    together(trio, *["CONFIDENTIAL"] * 3)
    assert len(trio.own("KR", "grant")) == 2


def test_a_grant_that_was_rolled_back_does_not_count(trio: Trio):
    stand(trio)

    def fails(engine: Engine) -> None:
        engine.submit_all([ReportInput(portions=(portion(),))] * 2)
        raise InputError("the act fails after all")

    trio.file("KR")  # what was used is in memory from here on
    with pytest.raises(InputError, match="after all"):
        trio.act("KR", fails)
    trio.file("KR")
    assert len(trio.own("KR", "grant")) == 2


def test_what_needs_a_second_officer_keeps_nothing_else_back(trio: Trio):
    stand(trio, levels=("CONFIDENTIAL", "SECRET"), per_hour=100)
    first, secret, last = together(trio, "CONFIDENTIAL", "SECRET", "CONFIDENTIAL")
    assert trio.settle() == []
    assert trio.held("JP") == {first.portions[0], last.portions[0]}
    assert len(secret.portions) == 1


@pytest.mark.threat("T22")
def test_only_the_portions_that_fit_go(trio: Trio):
    stand(trio, levels=("UNCLASSIFIED",))
    given = ReportInput(
        portions=(
            portion("secret", marking=marking("SECRET")),
            portion("open", marking=marking("UNCLASSIFIED")),
        )
    )
    filed = trio.submit("KR", given)
    assert trio.settle() == []
    assert trio.held("JP") == {filed.portions[1]}


def test_coarseness_is_asked_of_the_portion_that_goes(trio: Trio):
    stand(trio, payload_types=("seismic-event",), grid_e5=10_000)
    fine = portion(
        payload_type="seismic-event",
        payload=msgspec.to_builtins(EVENT),
        language=None,
        label="fine",
    )
    coarse = portion(
        payload_type="seismic-event",
        language=None,
        generalise_of="fine",
        generalise=GeneraliseInput(position_grid=0.1),
    )
    filed = trio.submit("KR", ReportInput(portions=(fine, coarse)))
    assert trio.settle() == []
    assert trio.held("JP") == {filed.portions[1]}


def test_a_withdrawn_or_expired_rule_grants_nothing_more(trio: Trio):
    cite = stand(trio)
    trio.file("KR")
    trio.withdraw(cite)
    trio.file("KR")
    assert len(trio.own("KR", "grant")) == 1
    stand(trio, expires="2016-09-09T00:40:00.000Z")
    trio.clock.advance(3600)
    trio.file("KR")
    assert len(trio.own("KR", "grant")) == 1


def test_what_was_granted_before_a_rule_ended_still_goes(trio: Trio):
    """Its withdrawal overtakes the grant on the way; the log says which came first."""
    cite = stand(trio)
    filed = trio.file("KR")
    trio.withdraw(cite)
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)
    assert trio.faults() == []


@pytest.mark.threat("T07")
def test_a_node_that_grants_under_a_rule_that_it_ended_is_found_out(trio: Trio, monkeypatch):
    cite = stand(trio)
    trio.withdraw(cite)
    monkeypatch.setattr(trio["KR"].books, "ended", lambda *_: False)
    trio.file("KR")
    (outcome,) = trio.settle()
    assert (outcome.step, outcome.reason) == (7, f"the standing consent {cite.short} was withdrawn")


def test_a_rule_that_nobody_could_act_on_is_not_laid_down(trio: Trio):
    with pytest.raises(ConsentError, match="which must be in the audience too"):
        stand(trio, audience=("JP",))
    with pytest.raises(ConsentError, match="needs an officer"):
        stand(trio, ())
    with pytest.raises(InputError, match="without subjects"):
        stand(trio, subjects=())


def test_a_grant_that_claims_more_than_its_rule_is_refused(trio: Trio, monkeypatch):
    """A node may say that a standing consent covers it; the recipient has the rule, too."""
    stand(trio)
    real = trio["KR"].desk._give

    def wider(holdings, grant):
        purposes = ("analysis", "warning")
        extent = msgspec.structs.replace(grant.extent, purposes=purposes, expires=None)
        return real(holdings, msgspec.structs.replace(grant, extent=extent))

    monkeypatch.setattr(trio["KR"].desk, "_give", wider)
    trio.file("KR")
    (outcome,) = trio.settle()
    assert (outcome.step, outcome.reason) == (
        7,
        "the extent is not what the standing consent gives",
    )
    assert trio.held("US") == set()
