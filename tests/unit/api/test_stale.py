"""A store that may be older than what was withdrawn since is not served, in any role."""

from __future__ import annotations

import pytest
from tests.support.office import Office

from trilogue.api.examples import GIVEN
from trilogue.api.openapi import operations
from trilogue.api.operation import EVENTS
from trilogue.api.roles import MAY

GUARDED = [
    (path, operation)
    for _, path, operation in operations()
    if not operation.public and operation.media_type != EVENTS
]


@pytest.mark.parametrize("older", [False, True])
def test_nothing_but_status_and_metrics_is_answered(office: Office, older: bool) -> None:
    sequencer = office.engine.sequencer
    if older:
        sequencer.heed_size("US", office.log_size() + 1)
    else:
        sequencer.held_back = "the node was restored, and US has not said yet"
    before = office.log_size()
    for path, operation in GUARDED:
        url = path.replace("{speaker}", "KR").replace("{index}", "0").replace("{id}", "1")
        for role in sorted(MAY[operation.name]):
            answer = office.ask(role, operation.method, url, GIVEN.get(operation.name))
            if operation.name in {"status", "metrics"}:
                assert answer.status_code == 200
            else:
                assert answer.status_code == 503, f"{operation.name} answered {role}"
                assert ("older copy" if older else "was restored") in answer.json()["detail"]
    assert office.log_size() == before
    told = office.get("administrator", "/v1/status")
    assert told["halted"]
    assert told["advice"]
