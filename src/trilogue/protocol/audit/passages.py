"""Claims about the way that statements take: addresses, cites, consent, relays.

All of them are decided from leaves alone. What a leaf cannot tell is left open and says so.
"""

from __future__ import annotations

from functools import cache

from trilogue.arrangement.arrangement import Arrangement
from trilogue.encoding import instant
from trilogue.protocol.audit.hours import begins, ends
from trilogue.protocol.audit.reading import Entry
from trilogue.protocol.audit.record import LAG_SECONDS, Record
from trilogue.protocol.audit.report import Findings

__all__ = ["addresses", "cites", "clocks", "consent", "publication", "relays"]


def addresses(record: Record, found: Findings) -> None:
    """No statement is addressed across a missing pact, and `to` is what `for` asks for."""
    judged: dict[tuple[str, tuple[str, ...], tuple[str, ...]], str] = {}
    for entry in record.entries():
        key = (entry.speaker, entry.leaf.to, entry.leaf.for_)
        if key not in judged:
            judged[key] = _misaddressed(*key, record.arrangement)
        if judged[key]:
            found.refute(entry.where, f"a {entry.kind} {judged[key]}")


def _misaddressed(
    speaker: str, to: tuple[str, ...], for_: tuple[str, ...], arrangement: Arrangement
) -> str:
    """Return what is wrong with an address, or nothing (`trilogue.protocol.passage.address`)."""
    neighbours, hub = arrangement.neighbours(speaker), arrangement.hub
    for participant in to:
        if participant not in neighbours:
            return f"is addressed to {participant}, with whom {speaker} has no pact"
    for participant in for_:
        if participant not in arrangement.participants or participant == speaker:
            return f"concerns {participant}, who is no other participant"
    wanted = {participant if participant in neighbours else hub for participant in for_}
    if wanted != set(to):
        shown = ", ".join(to) or "nobody"
        return f"for {', '.join(for_) or 'nobody'} is addressed to {shown}"
    return ""


def cites(record: Record, found: Findings) -> None:
    """Every cite leads to the very leaf it names: so what cites came after what is cited."""
    for entry in record.entries():
        for cite in entry.leaf.cites:
            if cite.speaker not in record.logs:
                found.refute(entry.where, f"cites {cite.short}, who is no participant")
            elif cite.speaker == entry.speaker and cite.index >= entry.index:
                found.refute(entry.where, f"cites {cite.short}, which comes after it")
            elif not record.published(cite):
                found.leave(entry.where, f"cites {cite.short}, which is not published yet")
            elif record.entry(cite) is None:
                found.refute(entry.where, f"cites another {cite.short} than {cite.speaker} shows")


def publication(record: Record, found: Findings) -> None:
    """Each log shows what is older than the delay: others' cites prove what there must be."""
    delay = record.arrangement.text.publication.delay_seconds
    due = instant.plus(record.at, -delay - LAG_SECONDS)
    held_back: dict[str, tuple[int, Entry]] = {}
    for entry in record.entries():
        for cite in entry.leaf.cites:
            log = record.logs.get(cite.speaker)
            if log is None or cite.index < log.size or ends(entry.leaf.hour) > due:
                continue
            furthest, _ = held_back.get(cite.speaker, (-1, entry))
            if cite.index > furthest:
                held_back[cite.speaker] = (cite.index, entry)
    for speaker, (index, entry) in held_back.items():
        found.refute(
            speaker,
            f"does not publish entry {index}, which {entry.where} cited in the hour"
            f" {entry.leaf.hour}",
        )


def clocks(record: Record, found: Findings) -> None:
    """No statement is dated before what it cites, nor after the checkpoint that holds it."""
    skew = record.arrangement.text.deadlines.clock_skew_seconds
    signed = {who: instant.plus(log.signed, skew) for who, log in record.logs.items() if log.signed}

    @cache
    def latest(hour: str) -> str:
        return instant.plus(ends(hour), skew)

    for entry in record.entries():
        hour = entry.leaf.hour
        if begins(hour) > signed[entry.speaker]:
            found.refute(entry.where, f"is dated {hour}, after its log was signed")
        for cite in entry.leaf.cites:
            cited = record.entry(cite)
            if cited is not None and begins(cited.leaf.hour) > latest(hour):
                found.refute(entry.where, f"is dated {hour}, before {cited.where}, which it cites")


def consent(record: Record, found: Findings) -> None:
    """Only the originator grants, withdraws and reclassifies; a standing consent is its own."""
    for entry in record.entries("grant", "withdrawal", "reclassification"):
        cited = [record.entry(cite) for cite in entry.leaf.cites]
        others = [one for one in cited if one is not None and one.speaker != entry.speaker]
        own = [one for one in cited if one is not None and one.speaker == entry.speaker]
        match entry.kind:
            case "grant":
                others = [one for one in others if not _asks(one, entry.speaker)]
                good = {"report", "standing"}
                lacks = not any(one.kind == "report" for one in own)
            case "withdrawal":
                good, lacks = {"grant", "standing"}, len(own) != 1
                ended = {who for one in own for who in one.leaf.for_}
                if own and not set(entry.leaf.for_) <= ended:
                    found.refute(entry.where, f"withdraws {own[0].where} for more than it was for")
            case _:
                good, lacks = {"report"}, len(own) != 1
        for one in others:
            found.refute(
                entry.where, f"is a {entry.kind} of {one.where}, a {one.kind} of {one.speaker}"
            )
        for one in own:
            if one.kind not in good:
                found.refute(entry.where, f"is a {entry.kind} of {one.where}, a {one.kind}")
        if lacks:
            found.refute(entry.where, f"is a {entry.kind} of nothing of its own")


def _asks(entry: Entry, originator: str) -> bool:
    """Whether an entry is a request to the originator, which its grant answers."""
    return entry.kind == "request" and originator in entry.leaf.for_


def relays(record: Record, found: Findings) -> None:
    """The hub passes on what is meant for the recipient, a report only under a grant for it.

    A relay of a report cites a grant by the report's originator that cites the report and is for
    the recipient.
    """
    hub = record.arrangement.hub
    for relay in record.entries("relay"):
        if relay.speaker != hub:
            found.refute(relay.where, f"{relay.speaker} is not the hub and relays nothing")
            continue
        if len(relay.leaf.for_) != 1:
            found.refute(relay.where, f"is a relay to {', '.join(relay.leaf.for_) or 'nobody'}")
            continue
        (recipient,) = relay.leaf.for_
        known = [one for cite in relay.leaf.cites if (one := record.entry(cite)) is not None]
        granted = {
            cite
            for one in known
            if one.kind == "grant" and recipient in one.leaf.for_
            for cite in one.leaf.cites
            if cite.speaker == one.speaker
        }
        whole = len(known) == len(relay.leaf.cites)
        for one in known:
            if one.kind == "report":
                if one.cite in granted:
                    continue
                text = f"relays report {one.where} to {recipient} without a grant for it"
                if whole:
                    found.refute(relay.where, f"{text} by {one.speaker}")
                else:
                    found.leave(relay.where, f"{text}, unless it is not published yet")
            elif recipient not in one.leaf.for_:
                text = f"relays {one.kind} {one.where} to {recipient}, whom it does not concern"
                if one.kind == "grant":
                    # Whom a grant lets derive for is in its text alone (`derive_for`).
                    found.leave(relay.where, f"{text} but as evidence for a derived report")
                else:
                    found.refute(relay.where, text)
