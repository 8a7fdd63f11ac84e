"""`trilogue release`: the desk, where consent is given, refused and withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from trilogue.cli.asking import as_json, asks
from trilogue.cli.kinds import duration, moment, place, portions
from trilogue.cli.lazy import LazyGroup
from trilogue.cli.out import print_json, print_lines, print_table
from trilogue.cli.reading import complete_all
from trilogue.cli.telling import name_place, name_portion, tell_logged

if TYPE_CHECKING:
    from trilogue.client import Client
    from trilogue.node.answers import Granted, GrantEntry, RequestEntry, StandingEntry, Waiting
    from trilogue.node.inputs import Place, SourceInput

__all__ = ["release"]

_TO = click.option(
    "--to", "audience", multiple=True, required=True, metavar="ID", help="Who is to hold it."
)
_FOR = click.option(
    "--for", "purposes", multiple=True, required=True, metavar="PURPOSE", help="For which use."
)
_DERIVE = click.option(
    "--derive-for",
    multiple=True,
    metavar="ID",
    help="Who may be given what is made from it; by default nobody.",
)
_FROM = click.option("--from", "begins", type=moment, help="From when on; by default now.")
_LASTS = click.option("--lasts", type=duration, help="For how long; by default until withdrawn.")
_BECAUSE = click.option("--because", required=True, help="Why. Whom it concerns reads it.")


@click.group(cls=LazyGroup)
def release() -> None:
    """Decide how far your reports go: grant, refuse, withdraw, and what stands granted."""


@release.command()
@click.argument("what", metavar="SPEAKER/INDEX[:DIGEST]…", type=portions, nargs=-1, required=True)
@_TO
@_FOR
@_DERIVE
@_FROM
@_LASTS
@click.option("--answers", type=place, metavar="SPEAKER/INDEX", help="The request that it answers.")
@asks
@as_json
def grant(
    *,
    client: Client,
    what: tuple[SourceInput, ...],
    audience: tuple[str, ...],
    purposes: tuple[str, ...],
    derive_for: tuple[str, ...],
    begins: str | None,
    lasts: int | None,
    answers: Place | None,
    as_json: bool,
) -> None:
    """Grant portions of your own reports, in your name; without DIGEST the whole report.

    Whoever is reached through the hub needs the hub in the audience, too. Above a level of the
    arrangement the grant waits for a second officer (`trilogue release approve`).
    """
    from trilogue.node.inputs import GrantInput

    given = GrantInput(
        portions=tuple(portion for one in what for portion in complete_all(client, one)),
        audience=audience,
        purposes=purposes,
        derive_for=derive_for,
        not_before=begins,
        lasts_seconds=lasts,
        answers=answers,
    )
    _tell_granted(client.grant(given), as_json=as_json)


@release.command()
@click.argument("number", metavar="NUMBER", type=click.IntRange(min=1))
@asks
@as_json
def approve(*, client: Client, number: int, as_json: bool) -> None:
    """Agree, as the second officer, to the grant that waits under NUMBER."""
    _tell_granted(client.approve(number), as_json=as_json)


@release.command()
@click.argument("number", metavar="NUMBER", type=click.IntRange(min=1))
@asks
def drop(*, client: Client, number: int) -> None:
    """Give up the grant that waits under NUMBER for a second officer."""
    client.drop_pending(number)
    print_lines(f"Nothing waits under {number} any more.")


@release.command()
@click.argument("where", metavar="SPEAKER/INDEX", type=place)
@_BECAUSE
@click.option(
    "--lang",
    type=click.Choice(["en", "ko", "ja"]),
    default="en",
    show_default=True,
    help="The language of the reason.",
)
@asks
@as_json
def refuse(*, client: Client, where: Place, because: str, lang: Any, as_json: bool) -> None:
    """Refuse the request at SPEAKER/INDEX, with the reason."""
    from trilogue.node.inputs import RefusalInput

    given = RefusalInput(request=where, reason=because, language=lang)
    tell_logged(client.refuse(given), as_json=as_json)


@release.command()
@click.argument("where", metavar="SPEAKER/INDEX", type=place)
@_BECAUSE
@click.option(
    "--from",
    "audience",
    multiple=True,
    metavar="ID",
    help="From whom; by default from everybody in it.",
)
@asks
@as_json
def withdraw(
    *, client: Client, where: Place, because: str, audience: tuple[str, ...], as_json: bool
) -> None:
    """Withdraw the grant or standing consent at SPEAKER/INDEX.

    Whoever holds what it covered destroys it, and certifies that on the record.
    """
    from trilogue.node.inputs import WithdrawalInput

    given = WithdrawalInput(grant=where, reason=because, audience=audience)
    tell_logged(client.withdraw(given), as_json=as_json)


@release.command()
@click.option("--subject", "subjects", multiple=True, required=True, help="About what.")
@click.option("--payload-type", "types", multiple=True, required=True, help="Of which type.")
@click.option("--level", "levels", multiple=True, required=True, help="Of which level.")
@_TO
@_FOR
@_DERIVE
@click.option(
    "--coarser-than",
    type=click.FloatRange(min=0, max=10),
    default=0.0,
    show_default=True,
    metavar="DEGREES",
    help="Only portions whose positions were rounded to at least so much.",
)
@click.option(
    "--per-hour",
    type=click.IntRange(min=1),
    required=True,
    help="At most so many grants in any hour.",
)
@click.option("--lasts", type=duration, help="How long each grant lasts.")
@_FROM
@click.option("--until", "ends", type=moment, help="When the standing consent ends.")
@asks
@as_json
def standing(
    *,
    client: Client,
    subjects: tuple[str, ...],
    types: tuple[str, ...],
    levels: tuple[str, ...],
    audience: tuple[str, ...],
    purposes: tuple[str, ...],
    derive_for: tuple[str, ...],
    coarser_than: float,
    per_hour: int,
    lasts: int | None,
    begins: str | None,
    ends: str | None,
    as_json: bool,
) -> None:
    """Lay down a standing consent: what fits it is granted at once, without a person.

    It is for warning data, which cannot wait. `trilogue release withdraw` ends it.
    """
    from trilogue.consent.acts import StandingRule
    from trilogue.node.inputs import StandingInput

    rule = StandingRule(
        subjects=_sorted(subjects),
        payload_types=_sorted(types),
        levels=_sorted(levels),
        grid_e5=round(coarser_than * 1e5),
        per_hour=per_hour,
        audience=_sorted(audience),
        purposes=_sorted(purposes),
        derive_for=_sorted(derive_for),
        lasts_seconds=lasts,
        not_before=begins or client.status().at,
        expires=ends,
    )
    tell_logged(client.stand(StandingInput(rule=rule)), as_json=as_json)


@release.command("list")
@click.option("--all", "whole", is_flag=True, help="Also what is answered, withdrawn or over.")
@asks
@as_json
def list_(*, client: Client, whole: bool, as_json: bool) -> None:
    """List the desk: requests that are open, grants that wait, and what stands granted."""
    state = None if whole else "open"
    requests = list(client.through(client.requests, state=state))
    pending = list(client.through(client.pending))
    standing = list(client.through(client.standing))
    grants = list(client.through(client.grants))
    if not whole:
        standing = [one for one in standing if set(one.rule.audience) - set(one.ended_for)]
        grants = [one for one in grants if any(s.state in _LIVE for s in one.states)]
    if as_json:
        print_json(
            {"requests": requests, "pending": pending, "standing": standing, "grants": grants}
        )
        return
    print_lines("Requests")
    print_table(
        ("request", "asks", "for", "what", "because", "state"),
        [_request_row(one) for one in requests],
        empty="  none",
    )
    print_lines("", "Waiting for a second officer")
    print_table(
        ("number", "first officer", "since", "to", "portions"),
        [
            (
                one.id,
                one.officer,
                one.since,
                ", ".join(one.grant.audience),
                ", ".join(map(name_portion, one.grant.portions)),
            )
            for one in pending
        ],
        empty="  none",
    )
    print_lines("", "Standing consents")
    print_table(
        ("consent", "to", "for", "subjects", "types", "per hour", "until"),
        [_standing_row(one) for one in standing],
        empty="  none",
    )
    print_lines("", "Grants")
    print_table(
        ("grant", "reports", "for", "with whom", "until"),
        [_grant_row(one) for one in grants],
        empty="  none",
    )


_LIVE = ("live", "held")


def _tell_granted(done: Granted | Waiting, *, as_json: bool) -> None:
    from trilogue.node.answers import Granted

    if as_json:
        print_json(done)
    elif isinstance(done, Granted):
        extent = done.extent
        print_lines(
            f"{name_place(done.statement)}  grant, logged at {done.issued}",
            f"  to     {', '.join(extent.audience)}",
            f"  for    {', '.join(extent.purposes)}",
            f"  until  {extent.expires or 'withdrawn'}",
            f"  by     {', '.join(done.officers)}",
        )
    else:
        print_lines(
            f"The grant waits under {done.id} for a second officer: {done.reason}",
            f"Another officer goes on with: trilogue release approve {done.id}",
        )


def _request_row(one: RequestEntry) -> tuple[object, ...]:
    if one.description is None:
        what = ", ".join(map(name_portion, one.portions))
    else:
        asked = (one.description.subject, one.description.payload_type)
        period = () if one.description.period is None else ("–".join(one.description.period),)
        what = ", ".join(part for part in (*asked, *period) if part) or "anything"
    return name_place(one.request), one.originator, one.purpose, what, one.because, one.state


def _standing_row(one: StandingEntry) -> tuple[object, ...]:
    rule = one.rule
    return (
        name_place(one.standing),
        ", ".join(who for who in rule.audience if who not in one.ended_for) or "ended",
        ", ".join(rule.purposes),
        ", ".join(rule.subjects),
        ", ".join(rule.payload_types),
        rule.per_hour,
        rule.expires or "withdrawn",
    )


def _grant_row(one: GrantEntry) -> tuple[object, ...]:
    return (
        name_place(one.grant),
        ", ".join(name_place(item.report) for item in one.items),
        ", ".join(one.extent.purposes),
        ", ".join(f"{state.participant} {state.state}" for state in one.states),
        one.extent.expires or "withdrawn",
    )


def _sorted(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
