"""In force or not: the participants' stands put together.

An arrangement governs when every participant has adopted the same bytes, none has suspended it or
withdrawn, and the moment lies inside its dates. An amendment is another digest: the old one
governs until every participant has adopted the new. Notice that is given, or suspended, leaves it
in force until the effective date. What was shared under it stays protected after it ends: that is
for `trilogue.consent` and the pacts, which outlast it.

>>> from trilogue.arrangement.adoption import Act, Stand, advance
>>> stands = {who: advance(Stand(), Act("adoption", digest="D1"), "2014-12-29T00:00:00.000Z")
...           for who in ("KR", "US", "JP")}
>>> governing(stands, "2015-01-01T00:00:00.000Z")
'D1'
>>> stands["US"] = advance(stands["US"], Act("adoption", digest="D2"), "2015-02-01T00:00:00.000Z")
>>> governing(stands, "2015-02-02T00:00:00.000Z")
'D1'
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from trilogue.arrangement.adoption import Stand, State, settle
from trilogue.encoding import instant

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from trilogue.arrangement.arrangement import Arrangement
    from trilogue.arrangement.text import Lang

__all__ = ["Force", "Reason", "governing", "in_force"]


class Reason(StrEnum):
    """Why the arrangement is in force, or why not."""

    IN_FORCE = "in-force"
    NOTICE_RUNNING = "notice-running"
    BEFORE_DATES = "before-dates"
    AFTER_DATES = "after-dates"
    NOT_ADOPTED = "not-adopted"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    AMENDED = "amended"


_IN_FORCE = (Reason.IN_FORCE, Reason.NOTICE_RUNNING)


@dataclass(frozen=True)
class Force:
    """Whether an arrangement is in force, why, and because of which participants.

    `reason` is the sentence in English; `words` gives it in another language.
    """

    in_force: bool
    reason: str
    code: Reason
    who: tuple[str, ...] = ()

    def words(self, arrangement: Arrangement, lang: Lang) -> str:
        """Return the reason in `lang`, with the participants' names."""
        return _words(arrangement, self.code, self.who, lang)


def in_force(stands: Mapping[str, Stand], arrangement: Arrangement, at: str) -> Force:
    """Return whether `arrangement` is in force at `at`, given where each participant stands."""
    code, who = _reason(stands, arrangement, at)
    return Force(code in _IN_FORCE, _words(arrangement, code, who, "en"), code, who)


def governing(stands: Mapping[str, Stand], at: str) -> str | None:
    """Return the digest that governs at `at`: the last that every participant came to adopt.

    None when there is none. Dates and suspensions are not looked at here.
    """
    return _replay(stands, at)[0]


def _replay(stands: Mapping[str, Stand], at: str) -> tuple[str | None, dict[str, list[str]]]:
    """Return the digest that governs, and what each participant stands for, earliest first.

    A digest governs from the moment at which the last participant adopts it; from then on nobody
    stands any longer for what it had adopted before, so that the way back, too, takes them all.
    """
    stands = {who: settle(stand, at) for who, stand in stands.items()}
    events = [(a.at, who, a.digest) for who in sorted(stands) for a in stands[who].adoptions]
    for_what: dict[str, list[str]] = {who: [] for who in stands}
    governs: str | None = None
    # Sorting is stable: of one moment, each participant's own order is kept.
    for moment, who, digest in sorted(events, key=lambda event: event[0]):
        if moment > at:
            break
        if digest is None:
            for_what[who], governs = [], None
            continue
        for_what[who] = [one for one in for_what[who] if one != digest] + [digest]
        if all(digest in adopted for adopted in for_what.values()):
            governs = digest
            for_what = {p: adopted[adopted.index(digest) :] for p, adopted in for_what.items()}
    return governs, for_what


def _reason(
    stands: Mapping[str, Stand], arrangement: Arrangement, at: str
) -> tuple[Reason, tuple[str, ...]]:
    text, digest = arrangement.text, arrangement.digest_text
    if at < _midnight(text.effective):
        return Reason.BEFORE_DATES, ()
    if text.ends is not None and at >= _midnight(text.ends):
        return Reason.AFTER_DATES, ()
    now = {who: settle(stands.get(who, Stand()), at) for who in arrangement.participants}

    def standing(*states: State) -> tuple[str, ...]:
        return tuple(who for who, stand in now.items() if stand.state in states)

    if withdrawn := standing(State.WITHDRAWN):
        return Reason.WITHDRAWN, withdrawn
    governs, for_what = _replay(now, at)
    if governs != digest:
        missing = tuple(who for who, adopted in for_what.items() if digest not in adopted)
        once = all(any(a.digest == digest for a in stand.adoptions) for stand in now.values())
        if once and governs is not None and len(missing) == len(now):
            return Reason.AMENDED, ()
        return Reason.NOT_ADOPTED, missing
    if suspended := standing(State.SUSPENDED, State.SUSPENDED_UNDER_NOTICE):
        return Reason.SUSPENDED, suspended
    if leaving := standing(State.NOTICE_GIVEN, State.NOTICE_SUSPENDED):
        return Reason.NOTICE_RUNNING, leaving
    return Reason.IN_FORCE, ()


def _midnight(day: dt.date) -> str:
    """Return the instant at which a day begins in UTC."""
    return instant.from_datetime(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _words(arrangement: Arrangement, code: Reason, who: tuple[str, ...], lang: Lang) -> str:
    names = ", ".join(arrangement.name("participant", one, lang) for one in who)
    return arrangement.name("force", code, lang).format(who=names)
