"""Where a participant stands with the arrangement, as one table of transitions.

Rule 1: every change of state is a row of `TRANSITIONS`; what is not there cannot happen.
Rule 2: this module does not know which participant it looks at, nor what the others do:
`trilogue.arrangement.force` puts the participants together.

Notice given ends a participant's adoption on its effective date, and not before. A participant
may stop that clock and let it run on, or adopt again and so take the notice back. What Korea did
in August and November 2019 and in March 2023 with its agreement of 2016 with Japan (article 21) is

    adopted → notice-given → notice-suspended → adopted

A suspension of the arrangement itself stops everything at once; it may go with a running notice.

>>> stand = advance(Stand(), Act("adoption", digest="D1"), "2014-12-29T00:00:00.000Z")
>>> notice = Act("withdrawal-from-arrangement", effective="2019-11-23T00:00:00.000Z")
>>> stand = advance(stand, notice, "2019-08-22T00:00:00.000Z")
>>> stand.state, settle(stand, "2019-11-23T00:00:00.000Z").state
(<State.NOTICE_GIVEN: 'notice-given'>, <State.WITHDRAWN: 'withdrawn'>)
>>> stand = advance(stand, Act("suspension", of="notice"), "2019-11-22T00:00:00.000Z")
>>> settle(stand, "2023-03-21T00:00:00.000Z").state
<State.NOTICE_SUSPENDED: 'notice-suspended'>
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from trilogue.encoding import instant
from trilogue.errors import InputError

__all__ = ["TRANSITIONS", "Act", "Adoption", "Stand", "State", "advance", "diagram", "settle"]


class State(StrEnum):
    """Where one participant stands."""

    NONE = "none"
    ADOPTED = "adopted"
    SUSPENDED = "suspended"
    NOTICE_GIVEN = "notice-given"
    NOTICE_SUSPENDED = "notice-suspended"
    SUSPENDED_UNDER_NOTICE = "suspended-under-notice"
    WITHDRAWN = "withdrawn"


_S = State
TRANSITIONS: dict[tuple[State, str], State] = {
    (_S.NONE, "adoption"): _S.ADOPTED,
    (_S.ADOPTED, "adoption"): _S.ADOPTED,
    (_S.ADOPTED, "suspension of arrangement"): _S.SUSPENDED,
    (_S.ADOPTED, "withdrawal-from-arrangement"): _S.NOTICE_GIVEN,
    (_S.SUSPENDED, "resumption of arrangement"): _S.ADOPTED,
    (_S.SUSPENDED, "withdrawal-from-arrangement"): _S.SUSPENDED_UNDER_NOTICE,
    (_S.NOTICE_GIVEN, "adoption"): _S.ADOPTED,
    (_S.NOTICE_GIVEN, "suspension of notice"): _S.NOTICE_SUSPENDED,
    (_S.NOTICE_GIVEN, "suspension of arrangement"): _S.SUSPENDED_UNDER_NOTICE,
    (_S.NOTICE_GIVEN, "effective date"): _S.WITHDRAWN,
    (_S.NOTICE_SUSPENDED, "adoption"): _S.ADOPTED,
    (_S.NOTICE_SUSPENDED, "resumption of notice"): _S.NOTICE_GIVEN,
    (_S.SUSPENDED_UNDER_NOTICE, "resumption of arrangement"): _S.NOTICE_GIVEN,
    (_S.SUSPENDED_UNDER_NOTICE, "effective date"): _S.WITHDRAWN,
    (_S.WITHDRAWN, "adoption"): _S.ADOPTED,
}
"""(state, what happened) → state. Only "effective date" is not an act: it is time that passes."""

ActKind = Literal["adoption", "suspension", "resumption", "withdrawal-from-arrangement"]

_DAY = 86_400


@dataclass(frozen=True)
class Act:
    """What a participant says about where it stands.

    `digest` (base64) belongs to an adoption, `of` to a suspension or resumption, `effective` to
    a withdrawal from the arrangement.
    """

    kind: ActKind
    of: Literal["arrangement", "notice"] = "arrangement"
    digest: str | None = None
    effective: str | None = None

    @property
    def event(self) -> str:
        """The act's name in `TRANSITIONS`."""
        if self.kind in ("suspension", "resumption"):
            return f"{self.kind} of {self.of}"
        return self.kind


@dataclass(frozen=True)
class Adoption:
    """The digest of the files that a participant adopted, in base64, and when.

    Without a digest it is the withdrawal, from which nothing is adopted any more.
    """

    digest: str | None
    at: str


@dataclass(frozen=True)
class Stand:
    """Where one participant stands since `since`; `Stand()` is one that has said nothing yet.

    `adoptions` are all there ever were, in the order of time: an amendment is one more.
    `effective` is when a running notice ends; `remaining` how many seconds it still had when it
    was suspended.
    """

    state: State = State.NONE
    adoptions: tuple[Adoption, ...] = ()
    since: str | None = None
    effective: str | None = None
    remaining: float | None = None


def advance(stand: Stand, act: Act, at: str, *, notice_days: int = 90) -> Stand:
    """Return where a participant stands after `act`, issued at `at`.

    `notice_days` is the arrangement's. Raises `InputError` when the act cannot follow, when it
    lies before the last one, or when what belongs to it is missing or too soon.
    """
    if stand.since is not None and at < stand.since:
        raise InputError(f"{act.event} at {at}, but the last act was at {stand.since}")
    stand = settle(stand, at)
    state = TRANSITIONS.get((stand.state, act.event))
    if state is None:
        can = ", ".join(event for was, event in TRANSITIONS if was == stand.state)
        raise InputError(
            f"{act.event} cannot follow: the participant's state is {stand.state}",
            hint=f"what can follow is {can}",
        )
    after = replace(stand, state=state, since=at)
    match act.event:
        case "adoption":
            return replace(after, adoptions=_adopt(stand, act, at), effective=None, remaining=None)
        case "withdrawal-from-arrangement":
            return replace(after, effective=_notice(act, at, notice_days))
        case "suspension of notice":
            assert stand.effective is not None
            left = instant.seconds_between(at, stand.effective)
            return replace(after, effective=None, remaining=left)
        case "resumption of notice":
            assert stand.remaining is not None
            return replace(after, effective=instant.plus(at, stand.remaining), remaining=None)
        case _:
            return after


def settle(stand: Stand, at: str) -> Stand:
    """Return where a participant stands at `at`, when nothing but time has passed."""
    state = TRANSITIONS.get((stand.state, "effective date"))
    if state is None or stand.effective is None or at < stand.effective:
        return stand
    adoptions = (*stand.adoptions, Adoption(None, stand.effective))
    return replace(stand, state=state, since=stand.effective, adoptions=adoptions, effective=None)


def diagram() -> str:
    """Return `TRANSITIONS` as a Mermaid state diagram, for the documentation."""
    ids = {state: state.name.lower() for state in State}
    lines = ["stateDiagram-v2", f"    [*] --> {ids[State.NONE]}"]
    lines += [f'    state "{state}" as {ids[state]}' for state in State if ids[state] != state]
    lines += [f"    {ids[a]} --> {ids[b]}: {event}" for (a, event), b in TRANSITIONS.items()]
    return "\n".join(lines) + "\n"


def _adopt(stand: Stand, act: Act, at: str) -> tuple[Adoption, ...]:
    """Return the adoptions with one more. To adopt again what stands already says nothing new."""
    if not act.digest:
        raise InputError("an adoption names no digest")
    repeated = bool(stand.adoptions) and stand.adoptions[-1].digest == act.digest
    if repeated and stand.state is State.ADOPTED:
        raise InputError("this arrangement is adopted already")
    if repeated:  # a notice taken back: the adoption goes on from when it began
        return stand.adoptions
    return (*stand.adoptions, Adoption(act.digest, at))


def _notice(act: Act, at: str, notice_days: int) -> str:
    """Return the effective date of a notice, which may not come sooner than the text allows."""
    if act.effective is None:
        raise InputError("a withdrawal from the arrangement names no effective date")
    earliest = instant.plus(at, notice_days * _DAY)
    if instant.parse(act.effective) < earliest:
        raise InputError(
            f"notice until {act.effective} is shorter than {notice_days} days",
            hint=f"the earliest effective date is {earliest}",
        )
    return act.effective
