"""The order of the scenes, and the record that they leave."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import msgspec

from trilogue.cli.demo import flight_words
from trilogue.cli.demo.flight_play import FlightPlay
from trilogue.cli.demo.flight_record import FlightView, LaunchRecord
from trilogue.cli.demo.flight_sight import FlightSight, Pictures, check_bought, pictures
from trilogue.cli.demo.launch import launch_material
from trilogue.cli.demo.material import Material, material
from trilogue.cli.demo.oversight import audit_from_outside
from trilogue.cli.demo.page import render
from trilogue.cli.demo.play import Play, StageError
from trilogue.cli.demo.record import Claim, DemoRecord, Published, Station
from trilogue.cli.demo.show import Show
from trilogue.cli.demo.sight import Sight
from trilogue.cli.demo.stage import Stage, set_up
from trilogue.errors import TrilogueError
from trilogue.protocol.audit import AuditReport

__all__ = ["perform"]


def perform(directory: Path, out: Path, event: str, *, serve: bool) -> int:
    """Play every scene; return 0 only if each did what it says."""
    show = Show()
    started = time.monotonic()
    what = material(event)
    try:
        show.scene("The stage: three nodes, each with its own keys, store and log")
        stage = set_up(directory)
        show.line(
            f"arrangement {stage.arrangement.id}, digest {stage.arrangement.digest_text};"
            " publication delay 0 s here, so that the logs can be audited at once"
        )
        spawned = multiprocessing.get_context("spawn")
        with stage.running(), ProcessPoolExecutor(1, mp_context=spawned) as beside:
            followed = beside.submit(pictures, tuple(stage.players))
            for player in stage.players.values():
                show.line(
                    f"{player.name}: neighbours at {player.settings.listen} (TLS 1.3, pinned),"
                    f" its own people at {player.url}"
                )
            record = _scenes(stage, what, show, followed)
            page = _write(record, out)
            show.line(f"page: {page}   ({time.monotonic() - started:.0f} s)")
            if serve:
                _serve(stage, show)
    except TrilogueError as error:
        show.scene("The play stopped")
        show.failure(str(error))
        return 1
    return 0 if all(claim.holds for claim in record.audit) else 1


def _scenes(stage: Stage, what: Material, show: Show, followed: Future[Pictures]) -> DemoRecord:
    play = Play(stage, what, show)
    sight = Sight(stage, what)

    show.scene("Adoption: nothing moves before all have adopted the same bytes")
    play.adopt()

    show.scene(
        f"{what.test.date}: a tremor at Punggye-ri; each submits the readings of its network"
    )
    play.standing()
    play.submit()
    before = sight.views("own readings only", own_only=True)

    show.scene("Consent: asked, granted, refused")
    play.ask_and_grant()
    play.refuse()

    show.scene("What the rules do not let through")
    play.no_direct_path()
    play.rules()

    show.scene("What sharing bought")
    after = sight.views("after sharing")
    estimates = sight.estimates("US")
    show.estimates("every coalition of the readings in hand", estimates)
    show.views("", (*before, *after))

    show.scene("Withdrawal: keys destroyed, the picture falls back")
    play.withdraw()
    fallen = sight.views("after the withdrawal")
    show.views("", fallen)
    sight.check(before, after, fallen, estimates)

    launch = _launch(stage, play, show, followed)

    show.scene("Oversight: an outsider audits the three public logs")
    report = audit_from_outside(stage)
    claims = tuple(
        Claim(
            text=claim.text,
            holds=claim.holds,
            evidence="; ".join(f"{f.where}: {f.text}" for f in (*claim.evidence, *claim.open)),
        )
        for claim in report.claims
    )
    show.claims(_in_short(report))
    if not all(claim.holds for claim in claims):
        raise StageError("the audit did not prove every claim")
    counts: dict[str, dict[str, int]] = {}
    for participant, months in report.counts.items():
        counts[participant] = {}
        for kinds in months.values():
            for kind, number in kinds.items():
                counts[participant][kind] = counts[participant].get(kind, 0) + number
    return DemoRecord(
        arrangement_id=stage.arrangement.id,
        arrangement_digest=stage.arrangement.digest_text,
        event_name=f"Nuclear test at Punggye-ri ({what.event})",
        event_time=what.test.origin_time,
        published=Published(what.test.latitude, what.test.longitude, what.test.source),
        stations=tuple(
            Station(a.network, a.station, a.position.latitude, a.position.longitude, who)
            for who, rows in what.arrivals.items()
            for a in rows.arrivals
        ),
        estimates=tuple(estimates),
        views=(*before, *after, *fallen),
        timeline=tuple(play.steps),
        audit=claims,
        counts=counts,
        checkpoints={
            participant: "\n".join(facts.note.splitlines()[:3])
            for participant, facts in report.logs.items()
        },
        names={p: stage.arrangement.name("participant", p, "en") for p in stage.players},
        launch=launch,
    )


def _launch(stage: Stage, play: Play, show: Show, followed: Future[Pictures]) -> LaunchRecord:
    """Share simulated plots of one launch, stretch by stretch; say what each node makes of it."""
    show.scene("29 November 2017: a launch, simulated sensors, real apogee and range")
    what = launch_material()
    sight, acts = FlightSight(stage, what), FlightPlay(play, what)
    show.line(
        f"simulated: a flight of {what.trajectory.apogee_m / 1000:,.0f} km apogee and"
        f" {what.trajectory.range_m / 1000:,.0f} km range, as the public record has the"
        f" {what.recorded.missile}'s; {len(what.played.scenario.sensors)} notional sensors"
    )
    acts.standing()
    drawn = followed.result()
    views: list[FlightView] = []
    for stretch in what.stretches:
        acts.submit(stretch)
        seen = sight.views(stretch)
        show.flights(f"{stretch.name} (simulated)", seen)
        views += seen
    check_bought(tuple(views), tuple(stage.players))
    record = sight.record(tuple(views), drawn)
    for sentence in flight_words.bought(record):
        show.line(sentence)
    return record


def _in_short(report: AuditReport) -> list[Claim]:
    """Return the claims to print: those about one log as one, when all of them are proven."""
    short = []
    for who in report.logs:
        own = [claim for claim in report.claims if claim.id.startswith(f"{who}/")]
        if all(claim.holds for claim in own):
            named = ", ".join(claim.id.removeprefix(f"{who}/") for claim in own)
            text = f"{who}'s log, {report.logs[who].size} entries: {named}"
            short.append(Claim(text, holds=True, evidence=""))
        else:
            short += [Claim(claim.text, claim.holds, "") for claim in own]
    rest = [claim for claim in report.claims if claim.id.partition("/")[0] not in report.logs]
    return short + [Claim(claim.text, claim.holds, "") for claim in rest]


def _write(record: DemoRecord, out: Path) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    page = out / "index.html"
    page.write_text(render(record), encoding="utf-8")
    for figure in record.launch.figures if record.launch else ():
        (out / f"{figure.name}.csv").write_text(figure.csv, encoding="utf-8", newline="")
    (out / "record.json").write_bytes(msgspec.json.format(msgspec.json.encode(record)))
    return page


def _serve(stage: Stage, show: Show) -> None:
    show.scene("The nodes stay up; interrupt to stop them")
    for player in stage.players.values():
        show.line(f"{player.name} {player.console} is the console; a link signs in once:")
        for name, link in player.links():
            show.line(f"   {name:18} {link}")
        for officer, token in player.tokens.items():
            show.line(f"   {officer:18} token {token}")
    try:
        while all(
            p.process is not None and p.process.poll() is None for p in stage.players.values()
        ):
            time.sleep(0.5)
    except KeyboardInterrupt:
        return
    raise StageError("a node ended by itself")
