"""Claims about the arrangement: who adopted what, when it was in force, what was shared outside.

Acts about the arrangement are open statements, with their time to the millisecond; all else shows
its hour. So a participant is judged by its own acts exactly, by their order in its log, and by the
others' acts as far as hours tell. An act binds others once they can have heard of it, for which
they have as long as for a receipt; what was said between is left open.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace

from trilogue.arrangement.adoption import Stand, State, settle
from trilogue.arrangement.force import governing, in_force
from trilogue.encoding import base64, instant
from trilogue.encoding.digest import SIZE
from trilogue.errors import FormatError, InputError
from trilogue.protocol.audit.hours import begins, ends
from trilogue.protocol.audit.reading import Entry
from trilogue.protocol.audit.record import Record
from trilogue.protocol.audit.report import Findings, Force
from trilogue.protocol.bodies import AdoptionBody
from trilogue.protocol.stands import STAND_KINDS, step
from trilogue.protocol.statement import SURVIVING_KINDS

__all__ = ["Timeline", "acts", "adoptions", "sharing"]

_STOPPED = (State.NONE, State.SUSPENDED, State.SUSPENDED_UNDER_NOTICE, State.WITHDRAWN)


@dataclass(frozen=True)
class _Moment:
    """From `since` on, until the next moment: whether the arrangement is in force, and why."""

    since: str
    in_force: bool
    reason: str
    governing: str | None


class Timeline:
    """Where everybody stood, and whether the arrangement was in force, at every moment.

    An earlier version of the arrangement was in force by the same dates, as far as an audit under
    the present one can tell.
    """

    def __init__(self, record: Record) -> None:
        self._arrangement = record.arrangement
        self.faults: list[tuple[str, str]] = []
        """(place, what is wrong) of acts that cannot follow from those before."""
        self.own: dict[str, list[tuple[int, Stand]]] = {}
        """Where each participant stood after each of its own acts, by index."""
        changes: list[tuple[str, str, Stand]] = []
        for who, log in record.logs.items():
            stand, own = Stand(), []
            for index, statement in sorted(log.statements.items()):
                if statement.kind not in STAND_KINDS:
                    continue
                try:
                    if statement.kind == "adoption":
                        base64.decode(statement.says(AdoptionBody).digest, SIZE)
                    stand = step(stand, statement, record.arrangement.text.notice_days)
                except (InputError, FormatError) as error:
                    self.faults.append((f"{who} {index}", error.message))
                    continue
                own.append((index, stand))
                changes.append((statement.issued, who, stand))
            self.own[who] = own
        self._moments = self._put_together(changes, record.at)

    def at(self, at: str) -> _Moment:
        """Return how it was at a moment."""
        return self._moments[self._index(at)]

    def between(self, start: str, end: str) -> list[_Moment]:
        """Return how it was from `start` until before `end`, in order."""
        return [moment for moment in self._moments[self._index(start) :] if moment.since < end]

    def since(self, at: str) -> str | None:
        """Return since when it has been in force at `at`; None when it is not."""
        found: str | None = None
        for moment in self._moments[: self._index(at) + 1]:
            if not moment.in_force:
                found = None
            elif found is None:
                found = moment.since
        return found

    def _index(self, at: str) -> int:
        return bisect_right(self._moments, at, key=lambda moment: moment.since) - 1

    def _put_together(self, changes: list[tuple[str, str, Stand]], at: str) -> list[_Moment]:
        changes.sort(key=lambda change: change[0])
        text = self._arrangement.text
        times: set[str] = {
            f"{day}T00:00:00.000Z" for day in (text.effective, text.ends) if day is not None
        }
        for issued, _, stand in changes:
            times.add(issued)
            if stand.effective is not None:
                times.add(stand.effective)
        stands = dict.fromkeys(self._arrangement.participants, Stand())
        moments, done = [self._moment("", stands)], 0
        for time in sorted(time for time in times if time <= at):
            while done < len(changes) and changes[done][0] <= time:
                stands[changes[done][1]] = changes[done][2]
                done += 1
            moments.append(self._moment(time, stands))
        return moments

    def _moment(self, time: str, stands: dict[str, Stand]) -> _Moment:
        digest = governing(stands, time)
        version = self._arrangement
        if digest is not None and digest != version.digest_text:
            version = replace(version, digest=base64.decode(digest, SIZE))
        force = in_force(stands, version, time)
        return _Moment(time, force.in_force, force.reason, digest)

    def force(self, at: str) -> Force:
        """Return what the report says of the arrangement at a moment."""
        now = self.at(at)
        adopted: dict[str, str] = {}
        for who, own in self.own.items():
            for adoption in settle(own[-1][1], at).adoptions if own else ():
                if adoption.digest is None:
                    adopted.pop(who, None)
                elif adoption.digest == self._arrangement.digest_text:
                    adopted[who] = adoption.at
        return Force(
            in_force=now.in_force, reason=now.reason, since=self.since(at), adopted=adopted
        )


def acts(timeline: Timeline, found: Findings) -> None:
    """What each participant said about the arrangement can follow from what it said before."""
    for where, what in timeline.faults:
        found.refute(where, what)


def adoptions(record: Record, timeline: Timeline, found: Findings) -> None:
    """The arrangement of this audit is the one that participants adopted and that governs."""
    digest = record.arrangement.digest_text
    for who, own in timeline.own.items():
        adopted = sorted({a.digest for _, stand in own for a in stand.adoptions if a.digest})
        if not adopted:
            found.leave(who, "has not adopted the arrangement")
        elif digest not in adopted:
            found.refute(who, f"adopted {', '.join(adopted)}, and this audit is under another")
    now = timeline.at(record.at).governing
    if now is not None and now != digest:
        found.refute(
            ", ".join(record.logs),
            f"the version {now} governs now, and this audit is under another",
        )


def sharing(record: Record, timeline: Timeline, found: Findings) -> None:
    """Nothing was shared while the arrangement was not in force."""
    heard = record.arrangement.text.deadlines.receipt_seconds
    skew = record.arrangement.text.deadlines.clock_skew_seconds
    judged: dict[str, tuple[bool | None, str]] = {}
    untold: dict[tuple[str, str], list[int]] = defaultdict(list)
    for entry in record.entries():
        if not _shares(entry, record):
            continue
        stand = _stand_before(timeline.own[entry.speaker], entry.index)
        if stand.state in _STOPPED:
            found.refute(entry.where, f"a {entry.kind} while {entry.speaker} was {stand.state}")
            continue
        hour = entry.leaf.hour
        if hour not in judged:
            judged[hour] = _judge_hour(timeline, hour, heard + skew, skew)
        in_force, reason = judged[hour]
        if in_force is None:
            untold[entry.speaker, hour].append(entry.index)
        elif not in_force:
            found.refute(entry.where, f"a {entry.kind} in the hour {hour}: {reason}")
    for (who, hour), indices in untold.items():
        span = f"{indices[0]}" if len(indices) == 1 else f"{indices[0]} to {indices[-1]}"
        found.leave(
            f"{who} {span}",
            f"said in the hour {hour}: the arrangement was in force for a part of it, or until"
            " others could hear of a change, and a leaf tells no more than its hour",
        )


def _judge_hour(
    timeline: Timeline, hour: str, before: float, after: float
) -> tuple[bool | None, str]:
    """Return whether an hour was in force: all of it True, none of it False, some of it None.

    It counts as none only if there was none `before` seconds earlier either.
    """
    within = timeline.between(begins(hour), ends(hour))
    if all(moment.in_force for moment in within):
        return True, ""
    around = timeline.between(instant.plus(begins(hour), -before), instant.plus(ends(hour), after))
    if any(moment.in_force for moment in around):
        return None, ""
    return False, within[-1].reason


def _shares(entry: Entry, record: Record) -> bool:
    """Whether an entry shares anything, itself or by what it relays."""
    if entry.kind == "relay":
        kinds = {record.kind(cite) for cite in entry.leaf.cites}
        return any(kind is not None and kind not in SURVIVING_KINDS for kind in kinds)
    return entry.kind not in SURVIVING_KINDS


def _stand_before(own: list[tuple[int, Stand]], index: int) -> Stand:
    """Return where a participant stood by its own last act before an index of its log."""
    position = bisect_right(own, index, key=lambda one: one[0])
    return own[position - 1][1] if position else Stand()
