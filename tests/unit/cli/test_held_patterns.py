"""What the commands of patterns say again of what other rooms define."""

from __future__ import annotations

from typing import get_args

from trilogue.cli.commands.held_patterns import FINDINGS, WHY
from trilogue.picture.record import Why
from trilogue.reports.payloads.finding import FindingName


def test_every_reason_why_a_portion_is_not_in_the_record_is_told() -> None:
    assert set(WHY) == set(get_args(Why))


def test_the_findings_that_may_be_filed_are_those_of_their_payload() -> None:
    assert get_args(FindingName) == FINDINGS
