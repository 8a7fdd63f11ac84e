"""The launch record over three nodes: a report shared through the hub, a finding, a withdrawal."""

from __future__ import annotations

import pytest
from tests.support.launches import activity, launch, written
from tests.support.processes import Nodes

from trilogue.errors import TrilogueError
from trilogue.node.answers import Gone
from trilogue.node.inputs import FindingFilingInput, ReportInput
from trilogue.node.pattern_answers import FindingsAnswer, RecordAnswer

pytestmark = pytest.mark.processes


def seen(nodes: Nodes, who: str) -> tuple[RecordAnswer, FindingsAnswer]:
    """Return a node's record and what is found in it."""
    with nodes[who].client() as client:
        return client.launch_record(), client.findings()


def test_a_row_comes_with_a_grant_and_leaves_with_its_withdrawal(nodes: Nodes) -> None:
    nodes.start()
    before = seen(nodes, "JP")
    assert before[0].counts == {"launch": 0, "activity": 0}

    given = ReportInput(portions=(written(launch()), written(activity())))
    filed = nodes["KR"].submit_report(given)
    nodes.settle()
    assert seen(nodes, "JP") == before  # filed is not shared

    grant = nodes["KR"].grant(filed, derive_for=("JP", "US"))  # through US, which relays it
    nodes.settle()
    record, findings = seen(nodes, "JP")
    assert record.counts == {"launch": 1, "activity": 1}
    (row,) = [row for one in record.launches for row in one.rows if row.held is not None]
    assert row.held is not None
    assert row.source == "KR"
    assert row.held.portion == filed.sources(0)[0]
    assert row.held.mark == "(C//ORCON/TISA//REL TO JP, US)"
    assert record.banner is not None
    assert findings.sources == filed.sources(0)
    assert (findings.launches, findings.banner) == (before[1].launches + 1, record.banner)

    made = {}
    for who in ("JP", "US"):
        with nodes[who].client() as client:
            made[who] = client.file_finding(FindingFilingInput(finding="tempo"))
            (portion,) = client.report(made[who].report).portions
        assert portion.header is not None
        assert portion.header.derived_from == filed.sources(0)
        assert portion.marking is not None
        assert portion.marking.originators == ("KR",)
        assert portion.marking.releasable_to == ("JP", "US")
        assert portion.gone == ()

    withdrawal = nodes["KR"].withdraw(grant)
    nodes.settle()
    after = seen(nodes, "JP")
    assert after[0] == before[0]
    gone = (Gone(source=filed.sources(0)[0], why="withdrawn", by=withdrawal),)
    (listed,) = after[1].filed
    assert (listed.report, listed.stands, listed.gone) == (made["JP"].report, False, gone)
    assert after[1].findings == before[1].findings
    assert (after[1].launches, after[1].sources) == (before[1].launches, ())
    for who in ("JP", "US"):
        with nodes[who].client() as client:
            (portion,) = client.report(made[who].report).portions
            assert portion.gone == gone
            with pytest.raises(TrilogueError, match="stands on no report"):
                client.file_finding(FindingFilingInput(finding="tempo"))
