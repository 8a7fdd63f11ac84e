"""The node's launch record: from what it may read, found in, filed with its lineage, forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.launches import activity, file, launch, share
from tests.support.trio import PARTICIPANTS, Filed, Trio, marking

from trilogue.arrangement import Lang
from trilogue.errors import InputError, RefusedError
from trilogue.node import catalogue
from trilogue.node.answers import Gone
from trilogue.node.engine import Engine, raise_refused
from trilogue.node.inputs import Place, ReportInput
from trilogue.picture.record import LaunchRecord
from trilogue.reports.payloads.finding import Finding
from trilogue.reports.payloads.registry import parse_payload

EN: Lang = "en"


def record(engine: Engine, **fields: Any) -> LaunchRecord:
    """Return the record that a node has now."""
    return engine.patterning.record_of(engine.patterning.in_hand(**fields))


def said(one: LaunchRecord) -> Any:
    """Return all that a record says, but where in the logs its portions stand."""
    return (
        [[(e.source, e.line, dict(e.raw)) for e in merged.entries] for merged in one.merged],
        one.launches,
        {row: source.portion for row, source in one.rows.items()},
        one.conflicts,
        [(each.source.portion, each.seen, each.site, each.launched) for each in one.activity],
        sorted((each.source.portion, each.why) for each in one.not_entered),
    )


def file_finding(
    trio: Trio, who: str, name: Any = "salvos", reports: Any = "all"
) -> tuple[Filed, ReportInput]:
    """File a finding as the API does: found beforehand, then filed in an act."""
    engine = trio[who]
    engine.patterning.found_in(engine.patterning.in_hand(reports=reports))
    given = engine.patterning.file(name, "analysis", reports)
    return trio.submit(who, given), given


def test_what_is_shared_enters_with_lineage_and_marking(trio: Trio) -> None:
    filed = file(trio, "KR", launch(), activity())
    share(trio, filed)
    trio.settle()
    for engine in trio:
        found = record(engine)
        ((where, one),) = found.rows.items()
        assert where == ("KR", 1)
        assert one.portion == filed.portions[0]
        assert one.header.marking.originators == ("KR",)
        assert set(one.derive_for) >= set(PARTICIPANTS) - {"KR", engine.me}
        (seen,) = found.activity
        assert seen.site.site_id == "sunchon"
        assert seen.launched == "2016-08-12"
        (merged,) = [m for m in found.merged if any(e.source == "KR" for e in m.entries)]
        assert merged.first.raw["missile_id"] == "nodong"
        assert len(found.launches) == 340


def test_what_is_not_granted_changes_nothing(trio: Trio) -> None:
    before = said(record(trio["JP"]))
    share(trio, file(trio, "KR", launch()), "US")
    trio.settle()
    assert said(record(trio["JP"])) == before
    assert said(record(trio["US"])) != before


def test_a_withdrawal_leaves_no_trace(trio: Trio) -> None:
    share(trio, file(trio, "US", launch("2016-08-12T23:10:00.000Z")))
    trio.settle()
    japan = trio["JP"]
    before = said(record(japan))
    grant = share(trio, file(trio, "KR", launch(), activity()))
    trio.settle()
    assert said(record(japan)) != before
    assert len(japan.patterning.remembered) == 3
    trio.withdraw(grant)
    trio.settle()
    assert japan.patterning.remembered == frozenset()
    assert said(record(japan)) == before


def test_what_was_gathered_before_a_withdrawal_is_not_remembered_after_it(trio: Trio) -> None:
    grant = share(trio, file(trio, "KR", launch()))
    trio.settle()
    patterning = trio["JP"].patterning
    hand = patterning.in_hand()
    trio.withdraw(grant)
    trio.settle()
    patterning.record_of(hand)
    assert patterning.remembered == frozenset()


def test_for_another_purpose_only_what_was_granted_for_it(trio: Trio) -> None:
    share(trio, file(trio, "KR", launch()))
    trio.settle()
    assert record(trio["JP"], purpose="warning").rows == {}
    assert record(trio["KR"], purpose="warning").rows != {}
    with pytest.raises(InputError, match="not a purpose"):
        record(trio["JP"], purpose="targeting")


def test_one_s_own_reports_alone_and_none(trio: Trio) -> None:
    share(trio, file(trio, "KR", launch()))
    file(trio, "JP", launch("2016-08-13T01:00:00.000Z"))
    trio.settle()
    japan = trio["JP"]
    assert {source for source, _ in record(japan).rows} == {"KR", "JP"}
    assert {source for source, _ in record(japan, reports="own").rows} == {"JP"}
    assert record(japan, reports="none").rows == {}


def test_a_finding_is_filed_with_the_lineage_and_the_banner_of_its_sources(trio: Trio) -> None:
    shared = file(trio, "KR", launch())
    share(trio, shared)
    own = file(trio, "US", launch("2016-08-12T23:10:00.000Z"), marking=marking("SECRET"))
    trio.settle()
    hub = trio["US"]
    filed, given = file_finding(trio, "US", "tempo")
    (portion,) = given.portions
    assert {one.portion for one in portion.derived_from} == {*shared.portions, *own.portions}
    (holding,) = hub.holdings.of_report("US", filed.index)
    assert holding.header.marking.originators == ("KR", "US")
    assert holding.header.marking.level == "SECRET"
    payload = parse_payload("finding", hub.holdings.open(holding))
    assert isinstance(payload, Finding)
    assert (payload.finding, payload.portions, payload.public_rows) == ("tempo", 2, 339)
    assert payload.launches == 340  # both tell of one launch, at times that differ
    assert [one.language for one in payload.said] == ["en", "ko", "ja"]
    assert all(one.sentences for one in payload.said)
    assert {one.what for one in payload.quantities} >= {"rate", "change"}
    assert {(one.reason, one.launches) for one in payload.left_out} == {("month-only", 8)}
    # It goes on where every originator behind it lets it go, and is read there.
    trio.grant(filed, audience=("JP",))
    assert trio.settle() == []
    (there,) = catalogue.filed_findings(trio["JP"], "analysis", "all")
    assert (there.finding, there.stands, there.gone) == ("tempo", True, ())


def test_a_finding_goes_on_to_nobody_for_whom_a_source_does_not_allow_it(trio: Trio) -> None:
    share(trio, file(trio, "KR", launch()), "US", derive_for=())
    trio.settle()
    filed, given = file_finding(trio, "US")
    assert given.portions[0].marking.releasable_to == ("KR", "US")
    with pytest.raises(RefusedError):
        trio.grant(filed, audience=("JP",))


def test_what_stands_on_no_report_is_no_derived_report(trio: Trio) -> None:
    share(trio, file(trio, "KR", launch()))
    trio.settle()
    japan = trio["JP"]
    for reports in ("own", "none"):
        with pytest.raises(InputError, match="stands on no report"):
            japan.patterning.file("tempo", "analysis", reports)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="changed since"):
        japan.patterning.file("tempo", "analysis", "all")


def test_a_finding_says_which_portions_behind_it_were_withdrawn(trio: Trio) -> None:
    kept, gone = file(trio, "US", launch()), file(trio, "KR", launch("2016-08-13T01:00:00.000Z"))
    share(trio, kept)
    grant = share(trio, gone)
    trio.settle()
    filed, _ = file_finding(trio, "JP")
    assert whether(trio["JP"], filed) == ()
    withdrawal = trio.withdraw(grant)
    trio.settle()
    expected = Gone(
        source=gone.sources(0)[0],
        why="withdrawn",
        by=Place(speaker="KR", index=withdrawal.index),
    )
    assert whether(trio["JP"], filed) == (expected,)
    (listed,) = catalogue.filed_findings(trio["JP"], "analysis", "all")
    assert (listed.stands, listed.gone) == (False, (expected,))
    # Granted anew it stands again: nothing was written down as gone.
    share(trio, gone)
    trio.settle()
    assert whether(trio["JP"], filed) == ()


def test_a_finding_says_which_portions_behind_it_ran_out(trio: Trio) -> None:
    source = file(trio, "KR", launch())
    share(trio, source, lasts_seconds=60)
    trio.settle()
    filed, _ = file_finding(trio, "JP")
    trio.clock.advance(61)
    (one,) = whether(trio["JP"], filed)
    assert (one.why, one.by) == ("expired", None)
    trio.act("JP", lambda engine: engine.sweep())
    assert whether(trio["JP"], filed) == (one,)


def test_a_finding_says_which_portions_behind_it_were_superseded(trio: Trio) -> None:
    source = file(trio, "KR", launch())
    share(trio, source)
    trio.settle()
    filed, _ = file_finding(trio, "JP")
    newer = file(trio, "KR", launch(sd_s=1.0), supersedes=source.sources(0)[0])
    trio.settle()
    assert whether(trio["JP"], filed) == ()  # not granted: nobody knows
    grant = share(trio, newer)
    trio.settle()
    (one,) = whether(trio["JP"], filed)
    assert (one.why, one.by) == ("superseded", newer.place)
    assert record(trio["JP"]).behind[0].portion == newer.portions[0]
    trio.withdraw(grant)
    trio.settle()
    assert whether(trio["JP"], filed) == ()
    # What may not be read any more supersedes nothing, before it is destroyed.
    share(trio, newer, lasts_seconds=60)
    trio.settle()
    assert whether(trio["JP"], filed) != ()
    trio.clock.advance(61)
    assert whether(trio["JP"], filed) == ()


def whether(engine: Engine, filed: Filed) -> tuple[Gone, ...]:
    """Return what a report's only portion says of its sources."""
    (portion,) = catalogue.report(engine, filed.place, EN).portions
    return portion.gone


def test_a_record_that_changed_is_not_found_in_by_an_act(trio: Trio) -> None:
    """What takes seconds is no act's: whoever files is told to look again."""
    file(trio, "JP", launch())
    engine = trio["JP"]
    engine.patterning.found_in(engine.patterning.in_hand())
    file(trio, "JP", launch("2016-08-14T01:00:00.000Z"))
    with pytest.raises(InputError, match="changed since"):
        raise_refused(
            engine.act(lambda: engine.submit(engine.patterning.file("new", "analysis", "all")))
        )
