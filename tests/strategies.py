"""Hypothesis strategies for what participants say. One file, so that every room draws alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import strategies as st

from tests.support.authenticator import Authenticator
from trilogue.consent.acts import (
    Approval,
    AssertionBody,
    Box,
    Description,
    Extent,
    GrantBody,
    GrantItem,
    RefusalBody,
    RequestBody,
    StandingBody,
    StandingRule,
    WithdrawalBody,
)
from trilogue.encoding import base64, instant
from trilogue.marking import Marking, mark
from trilogue.protocol.bodies import (
    AdoptionBody,
    Body,
    DestructionBody,
    IncidentBody,
    KeyMaterial,
    KeysBody,
    Mark,
    PaddingBody,
    ReceiptBody,
    ReceiptItem,
    ReclassificationBody,
    RelayBody,
    RelayItem,
    ReleaseKey,
    ReleasePasskey,
    StandBody,
    WithdrawalFromArrangementBody,
)
from trilogue.reports.cite import Cite, PortionRef
from trilogue.reports.report import ReportBody

Strategy = st.SearchStrategy

PARTICIPANTS = ("KR", "US", "JP")
PURPOSES = ("analysis", "verification", "warning")
LEVELS = ("UNCLASSIFIED", "CONFIDENTIAL", "SECRET", "TOP SECRET")

participants = st.sampled_from(PARTICIPANTS)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
digests = st.binary(min_size=32, max_size=32).map(base64.encode)
instants = st.datetimes(
    datetime(2014, 12, 29),  # noqa: DTZ001 - the zone comes with `timezones`
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(instant.from_datetime)
moments = instants | st.sampled_from(
    ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "2016-13-41T25:61:61.000Z"]
)
"""Instants as a stranger may write them: of the right shape, at the end of time, or of no day."""
names = st.from_regex(r"[a-z]{1,8}(-[a-z]{1,8})?", fullmatch=True)
vkeys = st.tuples(texts, texts)


def cites(speaker: Strategy[str] = participants) -> Strategy[Cite]:
    """Draw a cite into somebody's log."""
    return st.builds(Cite, speaker, st.integers(0, 2**40), digests)


def subsets(of: tuple[str, ...], least: int = 0) -> Strategy[tuple[str, ...]]:
    """Draw a sorted selection without repetition."""
    return st.sets(st.sampled_from(of), min_size=least).map(lambda found: tuple(sorted(found)))


def lists(of: Strategy, least: int = 0, most: int = 3) -> Strategy:
    """Draw a short tuple."""
    return st.lists(of, min_size=least, max_size=most).map(tuple)


def others(speaker: str) -> tuple[str, ...]:
    """Return everybody but the speaker."""
    return tuple(p for p in PARTICIPANTS if p != speaker)


@st.composite
def markings(draw: Callable) -> Marking:
    """Draw a marking of the shipped scale."""
    return mark(
        draw(st.sampled_from(LEVELS)),
        draw(subsets(PARTICIPANTS, 1)),
        releasable_to=draw(subsets(PARTICIPANTS)),
        caveats=draw(subsets(("ORCON", "TISA"))),
    )


@st.composite
def extents(draw: Callable, originator: str = "KR") -> Extent:
    """Draw an extent that an originator may give."""
    begins = draw(instants)
    lasts = draw(st.none() | st.integers(1, 10**7))
    return Extent(
        audience=draw(subsets(others(originator), 1)),
        purposes=draw(subsets(PURPOSES, 1)),
        not_before=begins,
        expires=None if lasts is None else instant.plus(begins, lasts),
        derive_for=draw(subsets(PARTICIPANTS)),
    )


@st.composite
def rules(draw: Callable, originator: str = "KR") -> StandingRule:
    """Draw the rule of a standing consent, caps and all."""
    begins = draw(instants)
    return StandingRule(
        subjects=draw(subsets(("missile-launch", "nuclear-test"), 1)),
        payload_types=draw(subsets(("assessment", "plots", "seismic-arrivals"), 1)),
        levels=draw(subsets(LEVELS, 1)),
        grid_e5=draw(st.integers(0, 10**5)),
        per_hour=draw(st.integers(1, 3600)),
        audience=draw(subsets(others(originator), 1)),
        purposes=draw(subsets(PURPOSES, 1)),
        derive_for=draw(subsets(PARTICIPANTS)),
        lasts_seconds=draw(st.none() | st.integers(1, 10**7)),
        not_before=begins,
        expires=draw(st.none() | st.integers(1, 10**7).map(lambda s: instant.plus(begins, s))),
    )


blobs = st.binary(min_size=1, max_size=200).map(base64.encode)
assertions = st.builds(
    AssertionBody, credential=blobs, authenticator_data=blobs, client_data=blobs, signature=blobs
)
approvals = st.builds(Approval, officer=names, note=texts, passkey=st.none()) | st.builds(
    Approval, officer=names, note=st.none(), passkey=assertions
)
passkeys = st.lists(
    st.builds(
        ReleasePasskey,
        officer=names,
        credential=blobs,
        key=st.binary(min_size=32, max_size=32).map(lambda s: base64.encode(Authenticator(s).key)),
        rp=st.sampled_from(["localhost", "console.kr.example"]),
    ),
    max_size=3,
    unique_by=lambda one: one.credential,
).map(lambda found: tuple(sorted(found, key=lambda one: (one.officer, one.credential))))
release_keys = st.builds(ReleaseKey, officer=names, vkeys=vkeys)


def grants(speaker: str) -> Strategy[GrantBody]:
    """Draw a grant of the speaker's own reports."""
    item = st.builds(GrantItem, report=cites(st.just(speaker)), portions=lists(digests, 1))
    return st.builds(
        GrantBody,
        items=lists(item, 1),
        extent=extents(speaker),
        boxes=lists(st.builds(Box, participant=participants, digest=digests)),
        answers=st.none() | cites(),
        under=st.none() | cites(st.just(speaker)),
        approvals=lists(approvals),
    )


def requests(speaker: str) -> Strategy[RequestBody]:
    """Draw a request to somebody else, for named portions or by description."""
    asked = {"originator": st.sampled_from(others(speaker)), "purpose": names, "because": texts}
    portions = st.builds(PortionRef, report=cites(), portion=digests)
    description = st.builds(
        Description,
        subject=st.none() | names,
        payload_type=st.none() | names,
        period=st.none() | st.tuples(moments, moments),
    )
    return st.builds(
        RequestBody, portions=lists(portions, 1), description=st.none(), **asked
    ) | st.builds(RequestBody, portions=st.just(()), description=description, **asked)


def materials(speaker: str) -> Strategy[KeyMaterial]:
    """Draw key material of the right shape; its keys are none."""
    return st.builds(
        KeyMaterial,
        participant=st.just(speaker),
        sequence=st.integers(0, 99),
        checkpoint=vkeys,
        sealing=texts,
        tls=texts,
        release=lists(release_keys),
        passkeys=passkeys,
        not_before=moments,
        expires=moments,
    )


def bodies(kind: str, speaker: str) -> Strategy[Body]:
    """Draw what a statement of this kind may say."""
    own = cites(st.just(speaker))
    receipt = st.builds(
        ReceiptItem, report=cites(), grant=cites(), portion=digests, commitment=digests
    )
    report = st.integers(2, 4).flatmap(
        lambda n: st.lists(digests, min_size=1 << n, max_size=1 << n, unique=True)
    )
    drawn: dict[str, Strategy[Body]] = {
        "keys": st.builds(KeysBody, material=materials(speaker), note=texts),
        "adoption": st.builds(AdoptionBody, digest=digests, supersedes=st.none() | digests),
        "suspension": st.builds(
            StandBody, of=st.sampled_from(["arrangement", "notice"]), reason=texts
        ),
        "resumption": st.builds(
            StandBody, of=st.sampled_from(["arrangement", "notice"]), reason=texts
        ),
        "withdrawal-from-arrangement": st.builds(
            WithdrawalFromArrangementBody, effective=moments, reason=texts
        ),
        "report": report.map(lambda found: ReportBody(portions=tuple(found))),
        "request": requests(speaker),
        "grant": grants(speaker),
        "standing": st.builds(StandingBody, rule=rules(speaker), approvals=lists(approvals)),
        "refusal": st.builds(
            RefusalBody,
            act=st.sampled_from(["submit", "request", "grant", "relay", "accept", "read"]),
            answers=st.none() | cites(st.sampled_from(others(speaker))),
            rules=lists(names),
            reason=texts,
            language=st.sampled_from(["en", "ko", "ja"]),
        )
        | st.builds(
            RefusalBody,
            act=st.just("request"),
            answers=cites(st.sampled_from(others(speaker))),
            rules=lists(names),
            reason=texts,
            language=st.sampled_from(["en", "ko", "ja"]),
            approvals=lists(approvals),
        ),
        "withdrawal": st.builds(
            WithdrawalBody, grant=own, audience=subsets(others(speaker), 1), reason=texts
        ),
        "relay": st.builds(
            RelayBody,
            recipient=st.sampled_from(others(speaker)),
            items=lists(st.builds(RelayItem, statement=cites(), pact=names), 1),
            marks=lists(st.builds(Mark, portion=digests, equivalent=texts)),
        ),
        "receipt": st.builds(ReceiptBody, items=lists(receipt, 1)),
        "destruction": st.builds(
            DestructionBody,
            grant=cites(),
            withdrawal=st.none() | cites(),
            portions=lists(digests),
        ),
        "reclassification": st.builds(
            ReclassificationBody,
            audience=subsets(others(speaker), 1),
            report=own,
            portion=digests,
            marking=markings(),
            reason=texts,
        ),
        "incident": st.builds(
            IncidentBody,
            nature=st.sampled_from(["loss", "compromise", "protocol"]),
            certainty=st.sampled_from(["actual", "possible"]),
            concerns=lists(cites()),
            findings_of=st.none() | cites(),
            peer=st.none() | st.sampled_from(others(speaker)),
            step=st.none() | st.integers(0, 10),
            text=texts,
        ),
        "padding": st.just(PaddingBody()),
    }
    return drawn[kind]


PIECES = (
    b"",
    b"\0",
    b"\n",
    b"\n\n",
    b'"',
    b"\\ud800",
    b"null",
    b"-1",
    b"1e999",
    b"1.0",
    b"9007199254740992",
    b"9223372036854775808",
    b"[[",
    b"{}",
    "— ".encode(),
    b"\xff",
    "\u0663".encode(),
    b"\r",
    b"\t",
)
"""What is put into bytes that somebody mutates: the edges of the formats that there are."""


@st.composite
def mutations(draw: Callable, seeds: tuple[bytes, ...]) -> bytes:
    """Draw one of the seeds with up to four edits, or bytes of no origin."""
    if not seeds or draw(st.integers(0, 19)) == 0:
        return draw(st.binary(max_size=200))
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = draw(st.integers(at, min(len(data), at + 64)))
        match draw(st.integers(0, 3)):
            case 0:  # cut
                data = data[:at] + data[end:]
            case 1:  # put something in its place
                data = data[:at] + draw(st.sampled_from(PIECES)) + data[end:]
            case 2:  # say it twice
                data = data[:end] + data[at:]
            case _:  # change a bit
                flipped = bytes(byte ^ (1 << draw(st.integers(0, 7))) for byte in data[at : at + 1])
                data = data[:at] + flipped + data[at + 1 :]
    return data
