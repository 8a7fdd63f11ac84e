"""The stage on which the vectors are played: what is said there, and what JP is expected to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from tests.support.trio import OFFICERS, Filed, Trio, portion
from tests.support.wire import voice_of

from trilogue.consent.acts import GrantBody, StandingRule
from trilogue.encoding import canonical
from trilogue.node.inputs import ReportInput, StandingInput
from trilogue.protocol.delivery import Delivery, Voice
from trilogue.protocol.opening import Opened
from trilogue.protocol.relaying import make_relay
from trilogue.reports.cite import Cite

Vector = dict[str, Any]


@dataclass
class Stage:
    """A trio in which JP has seen just what `world.json` shows."""

    trio: Trio

    # What is said.

    def grant(self, filed: Filed, **fields: Any) -> Cite:
        """Grant a report in one officer's name, which keeps the vectors short."""
        return self.trio.grant(filed, **{"officers": OFFICERS[:1], **fields})

    def relay(self, *cites: Cite, **changes: Any) -> Cite:
        """Let the hub relay statements to JP, with the marks that belong to KR's grants."""
        hub = self.trio["US"]
        body = make_relay("JP", cites, self._opened(cites), self.trio.arrangement)
        body = msgspec.structs.replace(body, **changes)
        return hub.act(lambda: hub.sequencer.log("relay", body)).cite

    def _opened(self, cites: tuple[Cite, ...]) -> Iterator[Opened]:
        for cite in cites:
            statement = self.trio[cite.speaker].books.statement(cite)
            if cite.speaker != "KR" or statement is None or statement.kind != "grant":
                continue
            for item in statement.says(GrantBody).items:
                for digest in item.portions:
                    for holding in self.trio["KR"].holdings.of_portion(
                        item.report.speaker, item.report.index, digest
                    )[:1]:
                        yield Opened(
                            report=item.report,
                            grant=cite,
                            portion=digest,
                            header=holding.header,
                            header_bytes=holding.header_bytes,
                            key=holding.key,
                        )

    def standing(self, **changes: Any) -> Cite:
        rule = StandingRule(
            **{
                "subjects": ("nuclear-test",),
                "payload_types": ("assessment",),
                "levels": ("CONFIDENTIAL",),
                "grid_e5": 0,
                "per_hour": 5,
                "audience": ("JP", "US"),
                "purposes": ("warning",),
                "derive_for": (),
                "lasts_seconds": None,
                "not_before": self.trio["KR"].now(),
                "expires": None,
                **changes,
            }
        )
        given = StandingInput(rule=rule)
        return self.trio.act("KR", lambda engine: engine.desk.stand(given, OFFICERS)).cite

    def under_standing(self, **changes: Any) -> Cite:
        """File a report that the standing consent covers; return the grant that was made."""
        self.trio.file("KR", **changes)
        grant = self.trio.own("KR", "grant")[-1]
        cite = self.trio["KR"].books.cite("KR", grant.index)
        assert cite is not None
        return cite

    def reports_of(self, grant: Cite) -> tuple[Cite, ...]:
        statement = self.trio[grant.speaker].books.statement(grant)
        assert statement is not None
        return tuple(item.report for item in statement.says(GrantBody).items)

    # What is delivered.

    def passed_on(self, *grants: Cite, before: tuple[Cite, ...] = (), **changes: Any) -> bytes:
        """Return the delivery in which the hub passes on grants of KR with their reports."""
        cites = tuple(
            cite for grant in grants for cite in (*before, *self.reports_of(grant), grant)
        )
        return self.delivery(*cites, self.relay(*cites, **changes))

    def delivery(self, *cites: Cite) -> bytes:
        """Put a delivery together: these statements, and whatever boxes and content there are."""
        voices = tuple(
            self._voice(speaker, sorted({c.index for c in cites if c.speaker == speaker}))
            for speaker in ("KR", "US")
            if any(cite.speaker == speaker for cite in cites)
        )
        boxes, ciphertexts = [], []
        for cite in cites:
            statement = self.trio[cite.speaker].books.statement(cite)
            if statement is not None and statement.kind == "grant":
                engine, grant = self.trio[cite.speaker], statement.says(GrantBody)
                boxes += [
                    engine.db.q.box_of(digest=box.digest)
                    for box in grant.boxes
                    if box.participant == "JP"
                ]
                named = ((item.report, one) for item in grant.items for one in item.portions)
                for report, digest in named:
                    held = engine.holdings.of_portion(report.speaker, report.index, digest)[:1]
                    ciphertexts += [engine.holdings.ciphertext(one) for one in held]
        return canonical.encode(
            Delivery(
                v=1,
                sender="US",
                voices=voices,
                ciphertexts=tuple(ciphertexts),
                boxes=tuple(boxes),
            )
        )

    def _voice(self, speaker: str, indices: list[int]) -> Voice:
        seen = self.trio["JP"].books.seen(speaker)
        assert seen is not None
        return voice_of(self.trio[speaker], indices, seen[0])

    # What is expected.

    def accept(self, rule: str, data: bytes, **fields: Any) -> Vector:
        return {
            "rule": rule,
            "expect": "accept",
            "step": None,
            "of": None,
            "holds": 0,
            "at": self.trio["JP"].now(),
            "before": [],
            "made_of": None,
            **fields,
            "delivery": data.decode(),
        }

    def refuse(self, step: int, of: Cite, rule: str, data: bytes, **fields: Any) -> Vector:
        place = [of.speaker, of.index]
        return self.accept(rule, data, **{"expect": "refuse", "step": step, "of": place, **fields})

    def wait(self, step: int, of: Cite, rule: str, data: bytes, **fields: Any) -> Vector:
        return self.refuse(step, of, rule, data, expect="wait", **fields)


def derived(stage: Stage) -> tuple[Cite, Cite]:
    """Let US release what it made of KR's; return KR's grant and its own."""
    trio = stage.trio
    source, own = trio.file("KR"), trio.file("US")
    behind = stage.grant(source, audience=("US",), derive_for=("JP",))
    for _ in range(3):
        trio.carry("KR", "US")
    made = portion("fused", derived_from=(*source.sources(), *own.sources()))
    released = trio.submit("US", ReportInput(portions=(made,)))
    return behind, stage.grant(released, audience=("JP",))
