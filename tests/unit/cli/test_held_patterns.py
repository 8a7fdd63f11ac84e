"""What a command says of portions that are not in a node's launch record."""

from __future__ import annotations

from typing import get_args

from trilogue.cli.commands.held_patterns import WHY
from trilogue.picture.record import Why


def test_every_reason_why_a_portion_is_not_in_the_record_is_told() -> None:
    assert set(WHY) == set(get_args(Why))
