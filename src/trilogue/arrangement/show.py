"""The arrangement as a person reads it: plain text, in one language, with nothing left out.

Everything a participant signs is there: who, between whom, about what, how high, under which
rules, how long, and where each root public key stands. Each claim shows the tag that says how it
is known.

>>> from trilogue.arrangement import parse_arrangement, shipped
>>> text = render(parse_arrangement(shipped("tisa-2014")), "en")
>>> print(text[text.index("SCOPE") :].partition("\\n\\n")[0])
SCOPE  [S]
  - nuclear test
  - nuclear site
  - nuclear programme
  - missile launch, also on a trajectory that began in the region
  - missile site
  - missile programme
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trilogue.arrangement.page import Page, columns
from trilogue.arrangement.rules import DEFAULT_DENY

if TYPE_CHECKING:
    from trilogue.arrangement.arrangement import Arrangement
    from trilogue.arrangement.text import Lang

__all__ = ["HEADINGS", "render"]

HEADINGS = (
    "participants", "hub", "signed", "paragraphs", "pacts", "scope", "trajectory", "region",
    "ring", "levels", "ceiling", "purposes", "payload-types", "states-place", "caveats",
    "sharing-caveat", "rules", "denied-when", "two-officers", "log", "cosignatures", "waits",
    "does-not-wait", "published", "deadlines", "receipt", "destruction", "clock", "limits",
    "statement-bytes", "portions", "portion-bytes", "reports-per-grant", "cites", "force",
    "effective", "ends", "notice", "roots", "no-root", "notes", "tags", "untagged", "sources",
    "digest",
)  # fmt: skip
"""The headings and set phrases that need words, beside those of the things themselves."""


def render(arrangement: Arrangement, lang: Lang) -> str:
    """Return the whole arrangement as text in `lang`, lines of at most 88 columns."""
    page = Page(arrangement, lang)
    for section in (_head, _participants, _paragraphs, _pacts, _scope, _levels, _sharing, _rules,
                    _running, _roots, _notes, _sources):  # fmt: skip
        section(page)
    return page.text()


def _head(page: Page) -> None:
    page.line(page.name("arrangement", "title"), first="")
    for key in ("short-title", "about"):
        page.line("", first="")
        page.line(page.name("arrangement", key), first="")


def _participants(page: Page) -> None:
    page.heading("participants")
    for participant in page.arrangement.text.participants:
        ministry = page.name("ministry", participant.id)
        signed = page.say("signed", date=participant.signed.on)
        page.line(ministry + signed, participant.signed, first=f"  {participant.id}  ")
    page.line(page.say("hub", who=page.name("participant", page.arrangement.hub)))


def _paragraphs(page: Page) -> None:
    page.heading("paragraphs")
    for paragraph in page.arrangement.text.paragraphs:
        number = str(paragraph.number)
        page.line(page.name("paragraph", number), paragraph, first=f"  {number}. ")


def _pacts(page: Page) -> None:
    page.heading("pacts")
    for pact in page.arrangement.text.pacts:
        signed = page.say("signed", date=pact.signed)
        between = "–".join(pact.between)
        page.line(page.name("pact", pact.id) + signed, pact, first=f"  {between}  ")
        for article in pact.articles:
            words = page.name("article", f"{pact.id}/{article.number}")
            page.line(words, article, first="    - ")


def _scope(page: Page) -> None:
    scope = page.arrangement.text.scope
    page.heading("scope", scope)

    def flying(subject: str) -> str:
        return page.say("trajectory") if subject in scope.trajectory_subjects else ""

    page.items("subject", scope.subjects, flying)
    page.heading("region")
    region = scope.region
    latitudes, longitudes = zip(*region.ring, strict=True)
    page.line(
        page.say(
            "ring",
            sea=f"{region.seaward_metres / 1000:g}",
            land=f"{region.landward_metres / 1000:g}",
            corners=len(region.ring),
            south=f"{min(latitudes) / 100:g}",
            north=f"{max(latitudes) / 100:g}",
            west=f"{min(longitudes) / 100:g}",
            east=f"{max(longitudes) / 100:g}",
        )
    )


def _levels(page: Page) -> None:
    arrangement, text = page.arrangement, page.arrangement.text
    page.heading("levels")
    who = arrangement.participants
    rows = [("   ", *who)]
    for level in reversed(text.levels):
        own = (_both(arrangement, level.id, participant, page.lang) for participant in who)
        rows.append((f"[{level.tag}]", *own))
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (w - columns(cell)) for cell, w in zip(row, widths, strict=True))
        page.preformatted("  " + "  ".join(cells))
    ceiling = arrangement.ceiling
    page.line(page.say("ceiling", level=ceiling), text.ceiling)


def _both(arrangement: Arrangement, level: str, participant: str, lang: Lang) -> str:
    own = arrangement.scale.own(level, participant)
    reading = arrangement.scale.equivalent(level, participant, lang)
    return own if own == reading else f"{own} ({reading})"


def _sharing(page: Page) -> None:
    text = page.arrangement.text
    page.heading("purposes")
    page.items("purpose", text.purposes, lambda _: "")
    page.heading("payload-types")
    placed = {payload.id for payload in text.payload_types if payload.states_place}
    page.items(
        "payload-type",
        (payload.id for payload in text.payload_types),
        lambda key: page.say("states-place") if key in placed else "",
    )
    page.heading("caveats")
    for caveat in text.caveats:
        page.line(page.name("caveat", caveat), first=f"  {caveat}: ")
    page.line(page.say("sharing-caveat", caveat=text.sharing_caveat))


def _rules(page: Page) -> None:
    page.heading("rules")
    page.items("rule", page.arrangement.policies.permits, lambda key: f" ({key})")
    page.line(page.name("rule", DEFAULT_DENY))
    page.line(page.say("denied-when"))
    page.items("rule", page.arrangement.policies.forbids, lambda key: f" ({key})")
    page.line(page.say("two-officers", level=page.arrangement.text.two_person_above))


def _running(page: Page) -> None:
    text = page.arrangement.text
    page.heading("log")
    page.line(page.say("cosignatures", number=text.quorum.cosignatures, suite=text.suite))
    page.line(page.say("waits" if text.quorum.delivery_waits else "does-not-wait"))
    readers = ", ".join(page.name("reader", reader) for reader in text.publication.readers)
    page.line(page.say("published", seconds=text.publication.delay_seconds, readers=readers))
    for participant in text.participants:
        page.line(participant.log, first=f"  {participant.id}  ")
    page.heading("deadlines")
    page.line(page.say("receipt", seconds=text.deadlines.receipt_seconds))
    page.line(page.say("destruction", seconds=text.deadlines.destruction_seconds))
    page.line(page.say("clock", seconds=text.deadlines.clock_skew_seconds))
    page.heading("limits")
    limits = text.limits
    page.line(page.say("statement-bytes", number=limits.statement_bytes))
    page.line(page.say("portions", number=limits.portions))
    page.line(page.say("portion-bytes", number=limits.portion_bytes))
    page.line(page.say("reports-per-grant", number=limits.reports_per_grant))
    page.line(page.say("cites", number=limits.cites))
    page.heading("force")
    page.line(page.say("effective", date=text.effective))
    if text.ends is not None:
        page.line(page.say("ends", date=text.ends))
    page.line(page.say("notice", days=text.notice_days))


def _roots(page: Page) -> None:
    page.heading("roots")
    for who in page.arrangement.participants:
        root = page.arrangement.roots.get(who)
        if root is None:
            page.line(page.say("no-root"), first=f"  {who}  ")
        else:
            # The long ML-DSA-44 key is named by its key ID: the digest covers all of it.
            short = ", ".join("+".join(vkey.split("+", 2)[:2]) for vkey in root.vkeys())
            page.line(short, first=f"  {who}  ")
    page.line(page.say("digest", digest=page.arrangement.digest_text))


def _notes(page: Page) -> None:
    page.heading("notes")
    for note in page.arrangement.text.notes:
        page.line(page.name("note", note.id), note, first="  - ")
    page.heading("tags")
    for tag in ("S", "P", "U"):
        page.line(page.name("tag", tag), first=f"  [{tag}] ")
    page.line(page.say("untagged"))


def _sources(page: Page) -> None:
    page.heading("sources")
    page.items("source", page.arrangement.text.sources, lambda _: "")
