"""Words: an audit's report as lines and tables for people."""

from __future__ import annotations

from collections.abc import Iterator

from trilogue.arrangement.arrangement import Arrangement
from trilogue.cli.out import print_lines, print_table
from trilogue.protocol.audit import AuditReport, Claim, Finding

__all__ = ["tell"]

SHOWN = 10
"""Findings of one claim that are printed; `--json` prints them all."""


def tell(report: AuditReport, arrangement: Arrangement) -> None:
    """Print the report: the logs, the claims with what was found, the counts, the outcome."""
    force = report.force
    since = f" Since {force.since}." if force.since else ""
    print_lines(
        f"{arrangement.name('arrangement', 'short-title', 'en')} ({arrangement.id})",
        f"{force.reason}{since} Judged for {report.at}.",
        "",
    )
    print_table(
        ("log", "entries", "signed", "cosigned by"),
        [
            (who, log.size, log.signed or "by nobody", ", ".join(log.cosigned) or "nobody")
            for who, log in report.logs.items()
        ],
        empty="",
    )
    print_lines("")
    print_table(
        ("verdict", "claim", "against", "open"),
        list(_rows(report)),
        empty="",
    )
    _tell_findings("Against:", [(claim, claim.evidence) for claim in report.claims])
    _tell_findings("Not due yet, or not to be told:", [(c, c.open) for c in report.claims])
    print_lines("")
    print_table(
        ("log", "month", "statements"),
        [
            (who, month, ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items())))
            for who, months in report.counts.items()
            for month, kinds in sorted(months.items())
        ],
        empty="The logs are empty.",
    )
    print_lines("", *_outcome(report))


def _rows(report: AuditReport) -> Iterator[tuple[object, ...]]:
    """Go through the claims; those about one log are one row when all of them are proven."""
    for who in report.logs:
        own = [claim for claim in report.claims if claim.id.startswith(f"{who}/")]
        if all(claim.holds and not claim.open for claim in own):
            said = ", ".join(claim.id.removeprefix(f"{who}/") for claim in own)
            yield "proven", f"{who}'s log is its own, whole and one ({said}).", "", ""
        else:
            yield from map(_row, own)
    yield from (_row(claim) for claim in report.claims if "/" not in claim.id)


def _row(claim: Claim) -> tuple[object, ...]:
    return claim.verdict, claim.text, len(claim.evidence) or "", len(claim.open) or ""


def _tell_findings(title: str, found: list[tuple[Claim, tuple[Finding, ...]]]) -> None:
    if not any(findings for _, findings in found):
        return
    print_lines("", title)
    for claim, findings in found:
        for one in findings[:SHOWN]:
            print_lines(f"  {claim.id}: {one.where} {one.text}")
        if len(findings) > SHOWN:
            print_lines(f"  {claim.id}: and {len(findings) - SHOWN} more (--json shows all)")


def _outcome(report: AuditReport) -> Iterator[str]:
    refuted = [claim.id for claim in report.claims if claim.verdict == "refuted"]
    unproven = [claim.id for claim in report.claims if claim.verdict == "unproven"]
    if refuted:
        yield f"Refuted: {', '.join(refuted)}."
    if unproven:
        yield f"Not proven, since a log is not: {', '.join(unproven)}."
    if not refuted and not unproven:
        yield "Proven: every claim holds."
