"""What the report says, made from its numbers: no more than is true of them.

>>> kilometres(1_234.0), kilometres(179.7), kilometres(None), seconds(9.04)
('1.2 km', '0.18 km', 'unbounded', '9 s')
>>> share(0.8), share(1.0)
('20 % shorter', 'no shorter')
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trilogue.cli.demo.words import listed

if TYPE_CHECKING:
    from trilogue.analysis.value.added import Added
    from trilogue.cli.value.results import Results

__all__ = ["finding", "honesty", "kilometres", "seconds", "sentences", "share", "to_each"]

_ALIKE = 0.05
"""Two numbers nearer to each other than this share are called alike."""
_ALIKE_S = 0.5


def kilometres(metres: float | None) -> str:
    """Return a length with two digits that mean something; what has none is unbounded."""
    if metres is None:
        return "unbounded"
    value = metres / 1e3
    digits = 0 if value >= 9.95 else 1 if value >= 0.995 else 2
    return f"{value:,.{digits}f} km"


def seconds(value: float | None) -> str:
    """Return a time as whole seconds, `never` for none."""
    return "never" if value is None else f"{value:.0f} s"


def share(ratio: float) -> str:
    """Say how much shorter a ratio of lengths makes one."""
    if ratio <= 1.0 - _ALIKE:
        return f"{100.0 * (1.0 - ratio):.0f} % shorter"
    return "no shorter" if ratio < 1.0 + _ALIKE else f"{100.0 * (ratio - 1.0):.0f} % longer"


def finding(results: Results) -> tuple[str, ...]:
    """Say when each has a track alone and when all have one: the headline, a part a line."""
    alone = [f"{one} {seconds(results.at_last(one).first_track_s)}" for one in results.participants]
    together = seconds(results.at_last(results.everyone).first_track_s)
    if len(alone) < 2:
        return (f"First track after launch: {alone[0]}.",)
    return (f"First track after launch: {', '.join(alone)} alone;", f"{together} together.")


def sentences(results: Results) -> list[str]:
    """Return for each participant what it adds to all others together."""
    most = len(results.participants) - 1
    return [_sentence(a) for a in results.added if len(a.to.split("+")) == most]


def to_each(results: Results) -> list[str]:
    """Return for each participant what it adds to another one alone, where that is not all."""
    if len(results.participants) < 3:
        return []
    return [_sentence(a) for a in results.added if "+" not in a.to]


def _sentence(one: Added) -> str:
    to = listed(one.to.split("+"))
    parts = [_track(one), _launch(one)]
    for phase, pairs, newly, ratio in (
        ("midcourse", one.midcourse_pairs, one.midcourse_newly_known, one.midcourse_axis_ratio),
        ("the terminal phase", one.terminal_pairs, one.terminal_newly_known,
         one.terminal_axis_ratio),
    ):  # fmt: skip
        if ratio is None:
            continue
        more = f", {newly} more had no impact before" if newly else ""
        looks = "1 look" if pairs == 1 else f"{pairs} looks"
        parts.append(f"in {phase} an impact ellipse {share(ratio)} ({looks}{more})")
    return f"{one.participant} adds to {to}: {'; '.join(part for part in parts if part)}."


def _track(one: Added) -> str:
    newly = f"a track of {one.newly_tracked} flights that had none" if one.newly_tracked else ""
    earlier = one.tracked_earlier_s
    if earlier is None:
        return newly or "no track"
    # Plots of one more sensor may delay a track by making an early state less sure.
    said = (
        f"the first track {earlier:.0f} s earlier"
        if earlier >= _ALIKE_S
        else "the first track no earlier"
        if earlier > -_ALIKE_S
        else f"the first track {-earlier:.0f} s later"
    )
    return f"{said}, {newly}" if newly else said


def _launch(one: Added) -> str:
    if one.launch_error_rms_m is None:
        return ""
    before, after = one.launch_error_rms_m
    spoken = f"{kilometres(before)} to {kilometres(after)}"
    return (
        f"a launch point off by {kilometres(after)} instead of {kilometres(before)}"
        if after < before * (1.0 - _ALIKE)
        else f"a launch point no better ({spoken})"
    )


def honesty(results: Results) -> list[str]:
    """Return what a reader must know of the numbers."""
    held, known = results.held
    early, boost = results.premature
    said = []
    if known:
        said.append(
            f"Of {known} impact ellipses {held} held the impact: {100.0 * held / known:.0f} %,"
            " where 90 % is meant. Coalitions and moments share flights, so these are far fewer"
            " trials than they count."
        )
    if early:
        said.append(
            f"In {early} of {boost} looks during boost an impact was named although an engine was"
            " yet to burn: the pause between stages looks like the end. These impacts count"
            " nowhere else."
        )
    if results.failed:
        said.append(
            f"{results.failed} of {len(results.rows)} estimates broke down in their numbers;"
            " they count as nothing known."
        )
    return said
