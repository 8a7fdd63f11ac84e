"""What must hold within a text before anyone can adopt it. Each check names the rule it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trilogue.arrangement.text import LANGUAGES
from trilogue.errors import InputError
from trilogue.signing.keys import SUITE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trilogue.arrangement.text import Claim, Text

__all__ = ["check_text"]


def check_text(text: Text) -> None:
    """Raise `InputError` for the first thing in `text` that does not hold."""
    if text.suite != SUITE:
        raise InputError(f"unknown signature suite {text.suite!r}", hint=f"known is {SUITE}")
    if text.ends is not None and text.ends <= text.effective:
        raise InputError(f"it ends on {text.ends}, before it takes effect on {text.effective}")
    _check_participants(text)
    _check_pacts(text)
    _check_levels(text)
    _check_lists(text)
    _check_sources(text)


def _check_participants(text: Text) -> None:
    ids = [participant.id for participant in text.participants]
    _distinct("participant", ids)
    _distinct("log", [participant.log for participant in text.participants])
    if text.hub not in ids:
        raise InputError(f"the hub {text.hub} is no participant", hint=f"these are: {ids}")


def _check_pacts(text: Text) -> None:
    ids = {participant.id for participant in text.participants}
    _distinct("pact", [pact.id for pact in text.pacts])
    _distinct("pair of participants with a pact", [pact.between for pact in text.pacts])
    reached = {text.hub}
    for pact in text.pacts:
        if pact.between != tuple(sorted(set(pact.between))) or not ids.issuperset(pact.between):
            raise InputError(
                f"pact {pact.id} stands between {' and '.join(pact.between)}",
                hint="name two different participants in alphabetical order",
            )
        _distinct(f"article of {pact.id}", [article.number for article in pact.articles])
        if text.hub in pact.between:
            reached.update(pact.between)
    if missing := sorted(ids - reached):
        raise InputError(
            f"{', '.join(missing)} cannot be reached: there is no pact with the hub {text.hub}",
            hint="two participants without a pact have no channel, and the hub is the only way",
        )
    fewest = min(sum(who in pact.between for pact in text.pacts) for who in ids)
    if text.quorum.cosignatures > fewest:
        raise InputError(
            f"{text.quorum.cosignatures} cosignatures are required,"
            f" but one participant has only {fewest} neighbours to give them"
        )


def _check_levels(text: Text) -> None:
    known = {level.id for level in text.levels}
    named = {"ceiling": text.ceiling.level, "two_person_above": text.two_person_above}
    for what, name in named.items():
        if name not in known:
            raise InputError(f"{what} names no level of the scale: {name!r}")
    ids = [participant.id for participant in text.participants]
    for level in text.levels:
        if outsiders := sorted(set(level.labels) - set(ids)):
            raise InputError(
                f"{level.id} has an equivalent of {outsiders[0]}, which is no participant"
            )
        for who in ids:
            if set(level.labels.get(who, {})) != set(LANGUAGES):
                raise InputError(
                    f"{level.id} lacks an equivalent of {who}",
                    hint=f"every participant has one in {', '.join(LANGUAGES)}",
                )
    for participant in text.participants:
        own = [level.labels[participant.id][participant.language] for level in text.levels]
        _distinct(f"equivalent of {participant.id}", own)


def _check_lists(text: Text) -> None:
    _distinct("subject", text.scope.subjects)
    _distinct("purpose", text.purposes)
    _distinct("caveat", text.caveats)
    _distinct("payload type", [payload.id for payload in text.payload_types])
    _distinct("paragraph", [paragraph.number for paragraph in text.paragraphs])
    _distinct("note", [note.id for note in text.notes])
    _distinct("source", text.sources)
    if not set(text.scope.trajectory_subjects) <= set(text.scope.subjects):
        raise InputError("trajectory_subjects names what is no subject of the scope")
    if text.sharing_caveat not in text.caveats:
        raise InputError(f"the sharing caveat {text.sharing_caveat!r} is not among the caveats")


def _check_sources(text: Text) -> None:
    if text.scope.region.outline not in text.sources:
        raise InputError(f"a source that is not listed: {text.scope.region.outline}")
    for claim in _claims(text):
        if unknown := sorted(set(claim.sources) - set(text.sources)):
            raise InputError(f"a source that is not listed: {', '.join(unknown)}")
        if (claim.tag == "U") == bool(claim.sources):
            raise InputError(
                f"a claim tagged {claim.tag} names {len(claim.sources)} sources",
                hint="S and P name what was read, U names nothing",
            )


def _claims(text: Text) -> Iterator[Claim]:
    yield text.ceiling
    yield text.scope
    yield from (participant.signed for participant in text.participants)
    yield from text.levels
    yield from text.paragraphs
    yield from text.notes
    for pact in text.pacts:
        yield pact
        yield from pact.articles


def _distinct(what: str, values: Iterable[object]) -> None:
    """Refuse the first of `values` that stands twice."""
    seen: set[object] = set()
    for value in values:
        if value in seen:
            raise InputError(f"{what} {value} stands twice")
        seen.add(value)
