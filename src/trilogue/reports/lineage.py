"""Lineage: derived portions, whose consent they need, and what must not be counted twice.

A derived portion names its whole lineage, not only the last step: every portion behind it, with
the originator that stands behind each and the grants that permitted the derivation. So whoever
holds its header can tell, without any other, whose consent it needs.

- `lineage` collects it, `derived_marking` rolls up its marking, `originators` says whose it is.
- `may_release` is the rule: to X only where every originator in the lineage has a live grant to
  the author that allows derivation for X.
- `independent` keeps, of several portions, those that share nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trilogue.errors import InputError
from trilogue.marking import Marking, Scale, banner
from trilogue.reports.cite import Cite
from trilogue.reports.header import Header, Source

__all__ = [
    "DerivationGrant",
    "HeldPortion",
    "Independent",
    "Missing",
    "behind_in",
    "derived_marking",
    "independent",
    "lineage",
    "may_release",
    "originators",
    "superseded",
]


@dataclass(frozen=True, slots=True)
class HeldPortion:
    """A portion that somebody holds opened: where it stands, its digest and its header."""

    report: Cite
    digest: str
    header: Header


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivationGrant:
    """What a live grant permits, as far as derived portions go."""

    originator: str
    portions: frozenset[str]
    audience: frozenset[str]
    purposes: frozenset[str]
    derived_for: frozenset[str]
    """Participants to whom its audience may release what it derives."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A consent that is missing: by whom, for which portion, and why."""

    originator: str
    portion: str
    reason: str


@dataclass(frozen=True, slots=True)
class Independent:
    """Portions that share nothing, and those left out with the digests that they share."""

    kept: tuple[HeldPortion, ...]
    dropped: tuple[tuple[HeldPortion, frozenset[str]], ...]


def lineage(
    sources: Iterable[HeldPortion], grants: Mapping[str, Iterable[Cite]]
) -> tuple[Source, ...]:
    """Return the whole lineage of a portion made from `sources`, sorted by digest.

    `grants` gives, for a portion's digest, the grants to the author that permit the derivation;
    they replace those that an earlier author cited for itself.
    """
    behind: dict[str, tuple[Cite, tuple[str, ...]]] = {}
    for held in sources:
        behind[held.digest] = held.report, held.header.version_of
        for source in held.header.derived_from:
            behind.setdefault(source.portion, (source.report, source.version_of))
    return tuple(
        Source(
            report=report,
            portion=portion,
            grants=tuple(sorted(set(grants.get(portion, ())))),
            version_of=version_of,
        )
        for portion, (report, version_of) in sorted(behind.items())
    )


def originators(author: str, derived_from: Iterable[Source]) -> tuple[str, ...]:
    """Return whose a portion is: its author's, or its sources' when it is derived.

    The reader of a header owes the comparison with `marking.originators`.
    """
    return tuple(sorted({source.report.speaker for source in derived_from})) or (author,)


def derived_marking(sources: Iterable[HeldPortion], scale: Scale) -> Marking:
    """Return the marking of a portion made from `sources`: the banner of theirs."""
    return banner((held.header.marking for held in sources), scale)


def may_release(
    derived_from: Iterable[Source],
    grants: Mapping[Cite, DerivationGrant],
    *,
    author: str,
    recipient: str,
    purposes: Iterable[str],
) -> tuple[bool, tuple[Missing, ...]]:
    """Tell whether a derived portion may go to `recipient`, and which consents are missing.

    `grants` holds live grants alone: their windows are the caller's to check, at the moment of
    each use. The author needs no grant for what it originated itself. Raises `InputError` where
    there is no source or no purpose, since a rule over nothing would permit everything.
    """
    sources, wanted = tuple(derived_from), frozenset(purposes)
    if not sources:
        raise InputError("a portion without sources is not derived: its author alone decides")
    if not wanted:
        raise InputError("a release without purpose", hint="name at least one")
    missing = []
    for source in sources:
        originator = source.report.speaker
        if originator == author:
            continue
        cited = [grants[cite] for cite in source.grants if cite in grants]
        own = [grant for grant in cited if grant.originator == originator]
        short = [_shortfall(grant, source, author, recipient, wanted) for grant in own]
        if not short:
            missing.append(Missing(originator, source.portion, "no live grant is cited"))
        elif all(short):
            missing.append(Missing(originator, source.portion, "; ".join(short)))
    return not missing, tuple(missing)


def _shortfall(
    grant: DerivationGrant,
    source: Source,
    author: str,
    recipient: str,
    purposes: frozenset[str],
) -> str:
    """Return in which respect a grant does not permit the release; empty if it does."""
    if source.portion not in grant.portions:
        return "the grant does not cover the portion"
    if author not in grant.audience:
        return f"the grant is not to {author}"
    if recipient not in grant.derived_for:
        return f"the grant does not allow derivation for {recipient}"
    if beyond := purposes - grant.purposes:
        return f"the grant is not for {', '.join(sorted(beyond))}"
    return ""


def independent(portions: Iterable[HeldPortion]) -> Independent:
    """Return the portions that can be fused without counting anything twice.

    Two portions share something when a digest stands behind both: one is derived from the other,
    or is its tearline, translation, generalised or redacted version, or both come from a third.
    What is nearer to its sources is kept: an original before what was made of it; at equal
    distance the lower digest. What its own originator superseded is left out first.

    The outcome depends on the set of portions, not on their order.
    """
    held = {portion.digest: portion for portion in portions}
    replaced = {
        digest: portion
        for portion in held.values()
        if (digest := superseded(portion.header, portion.report.speaker)) is not None
    }
    behind = {digest: behind_in(digest, held) for digest in held}
    kept: list[HeldPortion] = []
    dropped: list[tuple[HeldPortion, frozenset[str]]] = []
    owner: set[str] = set()
    for digest in sorted(held, key=lambda d: (len(behind[d]), d)):
        if digest in replaced:
            dropped.append((held[digest], frozenset({replaced[digest].digest})))
        elif shared := behind[digest] & owner:
            dropped.append((held[digest], frozenset(shared)))
        else:
            kept.append(held[digest])
            owner |= behind[digest]
    return Independent(tuple(kept), tuple(dropped))


def superseded(header: Header, speaker: str) -> str | None:
    """Return the digest of the portion that one of this speaker's supersedes, if it does.

    Only the originator may: otherwise anyone could silence another's report.
    """
    replaced = header.supersedes
    return None if replaced is None or replaced.report.speaker != speaker else replaced.portion


def behind_in(digest: str, held: Mapping[str, HeldPortion]) -> frozenset[str]:
    """Return a portion's digest and all digests behind it, as far as the held headers tell."""
    found, open_ = set(), [digest]
    while open_:
        current = open_.pop()
        if current in found:
            continue
        found.add(current)
        if current in held:
            open_ += _parents(held[current].header)
    return frozenset(found)


def _parents(header: Header) -> list[str]:
    """Return the digests of what a portion was made from, by derivation or as another version."""
    parents = list(header.version_of)
    for source in header.derived_from:
        parents += [source.portion, *source.version_of]
    return parents
