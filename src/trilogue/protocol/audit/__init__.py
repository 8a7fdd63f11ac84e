"""The audit: what three public logs prove about the exchange, from outside and without a secret.

An auditor has the logs as anybody can fetch them (`trilogue.protocol.publiclog`) and the
arrangement, which pins the roots. From these alone `audit` proves or refutes:

| claim | what it says |
| --- | --- |
| `KR/keys` | the root vouches for every key in the log |
| `KR/checkpoint` | the keys in force signed the checkpoint, both of them |
| `KR/cosignatures` | as many neighbours cosigned it as the arrangement asks |
| `KR/tree` | every entry hashes into the checkpoint; every tile agrees |
| `KR/leaves` | every leaf reads strictly |
| `KR/open` | the open statements stand in the log, and none is held back |
| `KR/one-log` | the log is the one that was seen before and elsewhere |
| `acts` | what is said of the arrangement can follow from what was said before |
| `adoptions` | participants adopted the arrangement of this audit |
| `force` | nothing is shared while the arrangement is not in force |
| `addresses` | no statement is addressed across a missing pact |
| `cites` | every cite leads to the very leaf it names, which orders all logs together |
| `clocks` | hours agree with that order |
| `publication` | no log holds back what is older than the delay |
| `consent` | only originators grant, withdraw and reclassify what is theirs |
| `relays` | a report is relayed only under a grant by its originator for the recipient |
| `receipts` | each grant has a receipt, and nobody received without one |
| `destructions` | each withdrawal has its destructions |

What the public record cannot tell: what was said (only commitments show), whether the rules were
asked rightly, whom a grant lets derive for, and whether what is certified destroyed is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from trilogue.arrangement.arrangement import Arrangement
from trilogue.encoding import base64, instant
from trilogue.errors import InputError
from trilogue.protocol.audit.answers import destructions, receipts
from trilogue.protocol.audit.cosigned import cosignatures
from trilogue.protocol.audit.passages import (
    addresses,
    cites,
    clocks,
    consent,
    publication,
    relays,
)
from trilogue.protocol.audit.reading import ReadLog, read_log
from trilogue.protocol.audit.record import Record
from trilogue.protocol.audit.report import (
    AuditReport,
    Claim,
    Counts,
    Finding,
    Findings,
    Force,
    LogFacts,
)
from trilogue.protocol.audit.standing import Timeline, acts, adoptions, sharing
from trilogue.protocol.publiclog import PublicLog

__all__ = ["AuditReport", "Claim", "Counts", "Finding", "Force", "LogFacts", "audit"]


def audit(
    logs: Mapping[str, PublicLog],
    arrangement: Arrangement,
    at: str,
    earlier: Mapping[str, bytes] | None = None,
) -> AuditReport:
    """Audit the public logs of all participants at `at`.

    `earlier` are the checkpoints (notes) of a previous audit, by participant. Raises `InputError`
    when a participant's log or root is missing, or one is there of somebody else; `FormatError`
    and `NotFoundError` when a log has no checkpoint to begin with. Whatever else is wrong with the
    logs is a refuted claim and no error.
    """
    instant.parse(at)
    arrangement.require_roots()
    if set(logs) != set(arrangement.participants):
        raise InputError(
            f"an audit needs the logs of {', '.join(arrangement.participants)};"
            f" these are of {', '.join(sorted(logs)) or 'nobody'}"
        )
    seen = earlier or {}
    read = {
        who: read_log(who, logs[who], arrangement, at, seen.get(who))
        for who in arrangement.participants
    }
    record = Record(arrangement, read, at)
    timeline = Timeline(record)

    claims: list[Claim] = []
    cosigned: dict[str, dict[str, str]] = {}
    for who, log in read.items():
        claim, cosigned[who] = cosignatures(record, log)
        claims += [*log.claims[:2], claim, *log.claims[2:]]
    claims += _across(record, timeline)
    return AuditReport(
        at=at,
        arrangement=arrangement.digest_text,
        force=timeline.force(at),
        logs={who: _facts(log, cosigned[who]) for who, log in read.items()},
        claims=tuple(claims),
        counts=_counts(record),
    )


def _across(record: Record, timeline: Timeline) -> list[Claim]:
    """Judge the claims about all logs together. They rest on logs that are proven."""
    checks: tuple[tuple[str, str, Callable[[Findings], None]], ...] = (
        (
            "acts",
            "What each participant said of the arrangement can follow from what it said before.",
            partial(acts, timeline),
        ),
        (
            "adoptions",
            "The arrangement of this audit is what participants adopted.",
            partial(adoptions, record, timeline),
        ),
        (
            "force",
            "Nothing was shared while the arrangement was not in force.",
            partial(sharing, record, timeline),
        ),
        (
            "addresses",
            "No statement is addressed across a missing pact.",
            partial(addresses, record),
        ),
        (
            "cites",
            "Every cite leads to the very leaf it names, so what cites came after what is cited.",
            partial(cites, record),
        ),
        ("clocks", "The hours of all statements agree with their order.", partial(clocks, record)),
        (
            "publication",
            "No participant holds back entries that are older than the arrangement's delay.",
            partial(publication, record),
        ),
        (
            "consent",
            "Only originators granted, withdrew and reclassified what is theirs.",
            partial(consent, record),
        ),
        (
            "relays",
            "Every relay of a report cites a grant by its originator for the recipient.",
            partial(relays, record),
        ),
        (
            "receipts",
            "Each grant has its receipts, and nobody received what was not granted.",
            partial(receipts, record),
        ),
        (
            "destructions",
            "Each withdrawal has its destructions.",
            partial(destructions, record),
        ),
    )
    claims = []
    for name, text, check in checks:
        found = Findings()
        check(found)
        claims.append(found.claim(name, text, record.unproven))
    return claims


def _facts(log: ReadLog, cosigned: dict[str, str]) -> LogFacts:
    return LogFacts(
        origin=log.checkpoint.origin,
        size=log.size,
        root=base64.encode(log.checkpoint.root),
        signed=log.signed,
        cosigned=cosigned,
        proven=log.proven,
        note=log.checkpoint.note,
    )


def _counts(record: Record) -> Counts:
    counts: Counts = {who: {} for who in record.logs}
    for entry in record.entries():
        months = counts[entry.speaker]
        kinds = months.setdefault(entry.leaf.hour[:7], {})
        kinds[entry.kind] = kinds.get(entry.kind, 0) + 1
    return counts
