"""The desk: asking, granting with officers, refusing, withdrawing, re-marking."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.trio import OFFICERS, SITE, Filed, Trio, marking, portion

from trilogue.consent.acts import Description, GrantBody, RequestBody
from trilogue.errors import (
    ConsentError,
    ConsentExpiredError,
    InputError,
    NotFoundError,
    RefusedError,
)
from trilogue.node.authoring import Refused
from trilogue.node.desk import NeedsSecondOfficer
from trilogue.node.inputs import (
    GrantInput,
    IncidentInput,
    Place,
    ReclassifyInput,
    RefusalInput,
    ReportInput,
    RequestInput,
    WithdrawalInput,
)
from trilogue.protocol.statement import Composed
from trilogue.reports.cite import Cite
from trilogue.reports.payloads.registry import PAYLOADS


def place(cite: Cite) -> Place:
    return Place(speaker=cite.speaker, index=cite.index)


def grant(trio: Trio, what: Filed, officers: tuple[str, ...], **fields: object) -> object:
    """Grant, and return whatever the desk answers."""
    given = GrantInput(
        **{
            "portions": what.sources(),
            "audience": ("JP", "US"),
            "purposes": ("analysis",),
            **fields,
        }
    )
    return trio.act(what.speaker, lambda engine: engine.desk.grant(given, officers))


def state(trio: Trio, who: str, what: str, cite: Cite, of: str) -> str:
    """Return where a request or grant stands in somebody's books."""
    return trio[who].db.q.life_of(what=what, speaker=cite.speaker, idx=cite.index, participant=of)


# Asking and answering.


def test_a_request_is_answered_by_a_grant_that_cites_it(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed, audience=("US",))
    trio.settle()
    asked = trio.request("JP", "KR")
    assert trio.settle() == []
    assert state(trio, "KR", "request", asked, "KR") == "open"
    given = trio.grant(filed, answers=place(asked))
    assert trio.settle() == []
    for who in ("KR", "US", "JP"):
        assert state(trio, who, "request", asked, "KR") == "granted"
    assert trio["JP"].books.statement(given).says(GrantBody).answers == asked


def test_a_request_is_refused_with_the_reason_and_may_be_granted_later(trio: Trio):
    asked = trio.request("JP", "KR")
    trio.settle()
    refusal = RefusalInput(request=place(asked), reason="아직 이르다", language="ko")
    trio.act("KR", lambda engine: engine.desk.refuse(refusal, OFFICERS))
    assert trio.settle() == []
    assert state(trio, "JP", "request", asked, "KR") == "refused"
    (heard,) = [s for s in trio.statements("JP", "refusal") if s.speaker == "KR"]
    assert (heard.body["reason"], heard.body["language"]) == ("아직 이르다", "ko")
    trio.grant(trio.file("KR"), answers=place(asked))
    assert trio.settle() == []
    assert state(trio, "JP", "request", asked, "KR") == "granted"


def test_only_who_was_asked_refuses(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed, audience=("US",))
    trio.settle()
    asked = trio.request("US", "KR", filed)
    trio.settle()
    refusal = RefusalInput(request=place(asked), reason="no")
    with pytest.raises(NotFoundError):
        trio.act("JP", lambda engine: engine.desk.refuse(refusal, OFFICERS))
    with pytest.raises(ConsentError, match="does not ask US"):
        trio.act("US", lambda engine: engine.desk.refuse(refusal, OFFICERS))


def test_a_request_names_or_describes_one_of_both(trio: Trio):
    nothing = RequestInput(originator="KR", purpose="analysis", because="x")
    with pytest.raises(InputError, match="one of the two"):
        trio.act("US", lambda engine: engine.desk.request(nothing))
    myself = msgspec.structs.replace(
        nothing,
        originator="US",
        description=Description(subject=None, payload_type=None, period=None),
    )
    with pytest.raises(InputError, match="no other participant"):
        trio.act("US", lambda engine: engine.desk.request(myself))


def test_there_is_no_channel_without_a_pact_and_the_refusal_says_so(trio: Trio):
    given = RequestInput(
        originator="JP",
        purpose="analysis",
        because="directly, please",
        description=Description(subject=None, payload_type=None, period=None),
        direct=True,
    )
    refused = trio.act("KR", lambda engine: engine.desk.request(given))
    assert isinstance(refused, Refused)
    assert refused.rules == ("no-pact",)
    assert refused.composed.statement.to == ()
    assert "ask through US" in refused.reason


def test_a_request_for_a_purpose_outside_the_arrangement_is_refused(trio: Trio):
    given = RequestInput(
        originator="KR",
        purpose="targeting",
        because="x",
        description=Description(subject=None, payload_type=None, period=None),
    )
    refused = trio.act("US", lambda engine: engine.desk.request(given))
    assert isinstance(refused, Refused)
    assert refused.rules == ("purpose-not-admitted",)


# Officers.


def test_without_an_officer_nothing_is_granted(trio: Trio):
    refused = grant(trio, trio.file("KR"), ())
    assert isinstance(refused, Refused)
    assert "no-officer" in refused.rules


@pytest.mark.threat("T05")
def test_above_the_level_two_officers_must_agree(trio: Trio):
    filed = trio.file("KR", marking=marking("SECRET"))
    size = trio["KR"].db.q.size_of(speaker="KR")
    waits = grant(trio, filed, ("officer-a",))
    assert isinstance(waits, NeedsSecondOfficer)
    assert waits.rules == ("two-officers",)
    # Waiting says nothing: the log stands as it was.
    assert trio["KR"].db.q.size_of(speaker="KR") == size
    assert isinstance(grant(trio, filed, ("officer-a", "officer-b")), Composed)
    assert trio.settle() == []
    assert trio.held("JP") == set(filed.portions)


@pytest.mark.threat("T05")
def test_one_officer_twice_is_one_officer(trio: Trio):
    filed = trio.file("KR", marking=marking("SECRET"))
    assert isinstance(grant(trio, filed, ("officer-a", "officer-a")), NeedsSecondOfficer)


@pytest.mark.threat("T05")
def test_what_the_originators_node_let_through_others_do_not(trio: Trio, monkeypatch):
    """A node that grants above the level with one officer is found out by whoever receives it."""
    filed = trio.file("KR", marking=marking("SECRET"))
    real = trio["KR"].desk._approvals
    monkeypatch.setattr(trio["KR"].desk, "_approvals", lambda d, officers: real(d, officers[:1]))
    grant(trio, filed, ("officer-a", "officer-b"))
    (outcome,) = trio.settle()
    assert (outcome.speaker, outcome.step) == ("KR", 8)
    assert "two-officers" in outcome.reason
    assert trio.held("US") == set()


def test_an_unknown_officer_signs_nothing(trio: Trio):
    with pytest.raises(NotFoundError, match="no release officer 'officer-z'"):
        grant(trio, trio.file("KR"), ("officer-z",))


# What may be granted.


def test_only_the_originator_grants(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed)
    trio.settle()
    given = GrantInput(portions=filed.sources(), audience=("JP",), purposes=("analysis",))
    with pytest.raises(ConsentError, match="not this node's to grant"):
        trio.act("US", lambda engine: engine.desk.grant(given, ("officer-a",)))


@pytest.mark.parametrize(
    ("fields", "error", "says"),
    [
        ({"audience": ("JP",)}, ConsentError, "through US, which must be in the audience too"),
        ({"audience": ("CN", "US")}, InputError, "not a participant"),
        ({"audience": ("KR", "US")}, InputError, "cannot grant to itself"),
        ({"answers": Place(speaker="JP", index=99)}, NotFoundError, "no request at JP/99"),
        ({"answers": Place(speaker="US", index=0)}, NotFoundError, "no request at US/0"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_grant_that_could_not_be_acted_on_is_not_made(trio: Trio, fields, error, says):
    with pytest.raises(error, match=says):
        grant(trio, trio.file("KR"), ("officer-a",), **fields)


@pytest.mark.parametrize(
    ("changes", "fields", "rule"),
    [
        ({"marking": marking(readers=["US"])}, {}, "not-releasable"),
        ({}, {"purposes": ("interception",)}, "purpose-not-admitted"),
        ({"marking": marking(readers=[])}, {}, "not-releasable"),
    ],
    ids=["not releasable", "purpose", "to nobody"],
)
def test_the_rules_refuse_and_the_refusal_stands_in_the_log(trio: Trio, changes, fields, rule):
    refused = grant(trio, trio.file("KR", **changes), ("officer-a",), **fields)
    assert isinstance(refused, Refused)
    assert rule in refused.rules
    (logged,) = trio.own("KR", "refusal")
    assert logged.body["act"] == "grant"


def test_a_grant_opens_the_portions_that_it_names_and_no_other(trio: Trio):
    filed = trio.file("KR", "one", "two", "three")
    trio.grant(filed, (0, 2))
    assert trio.settle() == []
    assert trio.held("JP") == {filed.portions[0], filed.portions[2]}


# Windows: at request, at release, at each read.


def test_a_window_is_checked_again_at_each_read(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed, lasts_seconds=60)
    trio.settle()
    assert b"seen" in trio.read("JP", filed)
    trio.clock.advance(61)
    with pytest.raises(ConsentExpiredError, match="ended at"):
        trio.read("JP", filed)
    assert list(trio["JP"].reading.live("analysis", trio["JP"].now(), PAYLOADS)) == []


@pytest.mark.threat("T04")
def test_a_purpose_that_was_not_granted_opens_nothing(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed)
    trio.settle()
    with pytest.raises(ConsentError, match="not for warning"):
        trio.read("JP", filed, purpose="warning")


def test_what_ran_out_is_destroyed_and_certified(trio: Trio):
    filed = trio.file("KR")
    given = trio.grant(filed, lasts_seconds=60)
    trio.settle()
    assert not trio["JP"].has_lapsed()
    trio.clock.advance(61)
    assert trio["JP"].has_lapsed()
    for who in ("US", "JP"):
        trio.act(who, lambda engine: engine.sweep())
        assert trio.held(who) == set()
    assert trio.settle() == []
    for who in ("US", "JP"):
        assert state(trio, "KR", "grant", given, who) == "destroyed"


def test_one_of_two_grants_ends_and_the_other_still_opens(trio: Trio):
    filed = trio.file("KR")
    first, second = trio.grant(filed), trio.grant(filed, lasts_seconds=600)
    trio.settle()
    trio.withdraw(first)
    trio.settle()
    assert b"seen" in trio.read("JP", filed)
    trio.withdraw(second)
    trio.settle()
    with pytest.raises(NotFoundError):
        trio.read("JP", filed)


@pytest.mark.threat("T04")
def test_every_read_stands_in_the_register(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed)
    trio.settle()
    trio.read("JP", filed)
    (row,) = trio["JP"].db.q.access_after(after=0, most=10)
    assert (row["officer"], row["why"]) == ("officer-a", "the morning report")
    assert (row["report_speaker"], row["portion"]) == ("KR", filed.portions[0])


# Withdrawal.


def test_a_withdrawal_destroys_everywhere_and_is_certified(trio: Trio):
    filed = trio.file("KR")
    given = trio.grant(filed)
    trio.settle()
    trio.withdraw(given)
    assert state(trio, "KR", "grant", given, "JP") == "withdrawn"  # and visibly not yet destroyed
    assert trio.settle() == []
    for who in ("US", "JP"):
        assert trio.held(who) == set()
        assert state(trio, "KR", "grant", given, who) == "destroyed"


def test_a_withdrawal_for_some_leaves_the_others(trio: Trio):
    filed = trio.file("KR")
    given = trio.grant(filed)
    trio.settle()
    trio.withdraw(given, "JP")
    assert trio.settle() == []
    assert (trio.held("US"), trio.held("JP")) == (set(filed.portions), set())


def test_nobody_withdraws_twice_for_others_or_for_strangers(trio: Trio):
    given = trio.grant(trio.file("KR"), audience=("US",))
    trio.settle()
    named = WithdrawalInput(grant=place(given), reason="x")
    with pytest.raises(ConsentError, match="is KR's to withdraw"):
        trio.act("US", lambda engine: engine.desk.withdraw(named))
    with pytest.raises(InputError, match="is not for JP"):
        trio.withdraw(given, "JP")
    trio.withdraw(given)
    with pytest.raises(ConsentError, match="withdrawn already"):
        trio.withdraw(given)


# Marking.


def reclassify(trio: Trio, filed: Filed, level: str) -> Composed:
    given = ReclassifyInput(portion=filed.sources()[0], marking=marking(level), reason="review")
    return trio.act(filed.speaker, lambda engine: engine.desk.reclassify(given))


def opening(trio: Trio, who: str, filed: Filed):
    (holding,) = trio[who].holdings.of_portion(filed.speaker, filed.index, filed.portions[0])
    return trio[who].reading.open(holding, "analysis", trio[who].now())


def test_recipients_re_mark_what_was_reclassified(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed)
    trio.settle()
    assert opening(trio, "JP", filed).equivalent == "군사III급비밀 (KR) = CONFIDENTIAL"
    done = reclassify(trio, filed, "SECRET")
    assert done.statement.for_ == ("JP", "US")
    assert trio.settle() == []
    for who in ("KR", "US", "JP"):
        assert opening(trio, who, filed).marking.level == "SECRET"
    assert opening(trio, "JP", filed).equivalent == "군사II급비밀 (KR) = SECRET"
    reclassify(trio, filed, "UNCLASSIFIED")
    assert trio.settle() == []
    assert opening(trio, "JP", filed).marking.level == "UNCLASSIFIED"


def test_what_was_raised_above_the_ceiling_is_read_no_more(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed)
    trio.settle()
    reclassify(trio, filed, "TOP SECRET")
    trio.settle()
    with pytest.raises(RefusedError, match="above-ceiling"):
        trio.read("JP", filed)


def test_a_portion_is_not_granted_under_a_marking_that_no_longer_holds(trio: Trio):
    filed = trio.file("KR")
    reclassify(trio, filed, "SECRET")
    with pytest.raises(ConsentError, match="was reclassified since it was filed"):
        grant(trio, filed, ("officer-a",))


def test_only_the_originator_reclassifies(trio: Trio):
    filed = trio.file("KR")
    trio.grant(filed)
    trio.settle()
    given = ReclassifyInput(portion=filed.sources()[0], marking=marking("SECRET"), reason="x")
    with pytest.raises(ConsentError, match="only the originator"):
        trio.act("US", lambda engine: engine.desk.reclassify(given))


def test_what_was_derived_is_not_lowered_by_its_author(trio: Trio):
    source = trio.file("KR", marking=marking("SECRET"))
    trio.grant(source, audience=("US",), derive_for=("JP",))
    trio.settle()
    derived = trio.submit(
        "US",
        ReportInput(
            portions=(portion("fused", marking=marking("SECRET"), derived_from=source.sources()),)
        ),
    )
    with pytest.raises(InputError, match="cannot be marked UNCLASSIFIED"):
        reclassify(trio, derived, "UNCLASSIFIED")


# Incidents.


def test_a_loss_is_told_to_the_originators_at_once(trio: Trio):
    filed = trio.file("KR")
    given = trio.grant(filed)
    trio.settle()
    lost = IncidentInput(
        nature="loss", certainty="possible", concerns=(place(given),), text="a laptop is missing"
    )
    told = trio.act("JP", lambda engine: engine.desk.report_incident(lost))
    assert told.statement.for_ == ("KR",)
    assert trio.settle() == []
    assert trio["KR"].books.statement(told.cite) is not None
    findings = IncidentInput(
        nature="loss",
        certainty="actual",
        concerns=(place(given),),
        findings_of=place(told.cite),
        text="it was found, and had not been opened",
    )
    trio.act("JP", lambda engine: engine.desk.report_incident(findings))
    assert trio.settle() == []
    assert len([s for s in trio.statements("KR", "incident") if s.speaker == "JP"]) == 2


def test_a_request_says_what_it_asks_for(trio: Trio):
    filed = trio.file("KR", place=SITE)
    trio.grant(filed, audience=("US",))
    trio.settle()
    asked = trio.request("US", "KR", filed)
    body = trio["US"].books.statement(asked).says(RequestBody)
    assert [one.portion for one in body.portions] == list(filed.portions)
