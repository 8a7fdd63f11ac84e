"""Real station readings, filed and granted by the participant whose stations they are of."""

from __future__ import annotations

from importlib.resources import files

from trilogue.encoding import canonical
from trilogue.node.engine import Engine, raise_refused
from trilogue.node.inputs import (
    GrantInput,
    MarkingInput,
    Place,
    PlaceInput,
    PortionInput,
    ReportInput,
    SourceInput,
)
from trilogue.reports.csv import arrivals_from_csv, group_arrivals

__all__ = ["file_readings"]

ALL = ("JP", "KR", "US")


def file_readings(engine: Engine, event: str, audience: tuple[str, ...]) -> Place:
    """Have a participant submit and grant its readings; return where the grant stands."""
    text = (files("trilogue.data") / "seismic_arrivals.csv").read_text("utf-8")
    rows = group_arrivals(arrivals_from_csv(text))[event][engine.me]
    report = ReportInput(
        portions=(
            PortionInput(
                payload_type="seismic-arrivals",
                payload=canonical.loads(canonical.encode_payload(rows)),
                marking=MarkingInput(level="CONFIDENTIAL", releasable_to=ALL),
                subject="nuclear-test",
                place=PlaceInput(latitude=41.3, longitude=129.1),
            ),
        )
    )
    authored, _ = raise_refused(engine.act(lambda: engine.submit(report)))
    source = SourceInput(
        report=Place(speaker=engine.me, index=authored.report.index),
        portion=authored.portions[0][0],
    )
    given = GrantInput(
        portions=(source,),
        audience=audience,
        purposes=("analysis",),
        derive_for=tuple(p for p in ALL if p != engine.me),
    )
    officer = engine.keystore.officers()[0]
    grant = engine.act(lambda: engine.desk.grant(given, (officer,)))
    return Place(speaker=engine.me, index=grant.statement.index)  # type: ignore[union-attr]
