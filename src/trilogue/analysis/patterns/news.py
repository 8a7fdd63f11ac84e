"""What is new: what the last days brought, ranked by how little the past led one to expect it.

Each item has a probability, under a stated model of the past, of something as unusual or more; its
surprise is that in bits (the negative logarithm to base 2).

    missile, site   which class, which site: a species sampling model (Ewens, Theoretical Population
                    Biology 3, 87–112, 1972), whose chance of a new one fits how many there were;
                    as unusual is what came as rarely or more rarely, and anything new
    size            launches of an occasion: geometric, its parameter Beta-distributed
    distance,       of a class that flew before: log-normal with unknown mean and variance, so the
    apogee          predictive is Student's t, both tails
    tempo           occasions in these days: Poisson, its rate Gamma-distributed by the two years
                    before, both tails

An alert is an item of `ALERT_BITS` or more: under the model one item in 32 is one, so a busy month
has one by chance more often than a quiet one, and the back-test counts what came of them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from scipy.optimize import brentq
from scipy.special import betaln, digamma
from scipy.stats import nbinom
from scipy.stats import t as student

from trilogue.analysis.patterns.occasions import Occasion
from trilogue.analysis.patterns.tally import UNKNOWN

__all__ = ["ALERT_BITS", "Item", "Kind", "Moments", "News", "Past", "news", "past"]

ALERT_BITS = 5.0
BASELINE_DAYS = 730
_LEAST_FLIGHTS = 3
_SPREAD = (2.0, 0.15)
"""Degrees of freedom and standard deviation of logarithms that the prior on spreads is worth."""
_TEMPO_PRIOR = (0.5, 45.0)
"""Shape and days of the Gamma prior on the rate."""

Kind = Literal["missile", "site", "size", "distance", "apogee", "tempo"]


@dataclass(frozen=True, slots=True)
class Moments:
    """How many values there were, their mean and the sum of squares about it."""

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the models need of everything before a day. Counts are occasions."""

    missiles: Mapping[str, int]
    sites: Mapping[str, int]
    occasions: int
    excess: int
    """Launches beyond the first of their occasion."""
    distances: Mapping[str, Moments] = field(default_factory=dict)
    """Missile to logarithms of metres, one for each occasion, the furthest."""
    apogees: Mapping[str, Moments] = field(default_factory=dict)
    recent: int = 0
    """Occasions in the last two years before the day."""
    recent_days: int = BASELINE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that is new: of which kind, what it was, and how unusual."""

    kind: Kind
    day: date
    what: str
    """Missile, site, or the missile of a distance or apogee; empty for the others."""
    value: float | None
    """Launches, metres or occasions."""
    usual: float | None
    """What the model led one to expect: the middle of its prediction."""
    first: bool
    """Whether a missile or a site was never seen before."""
    probability: float
    rows: tuple[int, ...]

    @property
    def bits(self) -> float:
        """Surprise."""
        return -math.log2(max(self.probability, 1e-300))


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Items of a period, the most surprising first."""

    begin: date
    end: date
    items: tuple[Item, ...]

    def alerts(self, bits: float = ALERT_BITS) -> tuple[Item, ...]:
        """Return the items that are alerts."""
        return tuple(one for one in self.items if one.bits >= bits)


def past(occasions: Iterable[Occasion], at: date) -> Past:
    """Return what came before a day."""
    before = [one for one in occasions if one.day < at]
    missiles: Counter[str] = Counter()
    distances: dict[str, list[float]] = defaultdict(list)
    apogees: dict[str, list[float]] = defaultdict(list)
    for one in before:
        for missile in _missiles(one):
            missiles[missile] += 1
            for values, most in zip((distances, apogees), _most(one, missile), strict=True):
                if most is not None:
                    values[missile].append(math.log(most))
    baseline = at - timedelta(days=BASELINE_DAYS)
    return Past(
        missiles=missiles,
        sites=Counter(one.site_id for one in before if one.site_id != UNKNOWN),
        occasions=len(before),
        excess=sum(len(one.launches) - 1 for one in before),
        distances={missile: moments(values) for missile, values in distances.items()},
        apogees={missile: moments(values) for missile, values in apogees.items()},
        recent=sum(one.day >= baseline for one in before),
    )


def moments(values: Sequence[float]) -> Moments:
    """Return the moments of values."""
    if not values:
        return Moments()
    mean = sum(values) / len(values)
    return Moments(len(values), mean, sum((v - mean) ** 2 for v in values))


def news(before: Past, occasions: Sequence[Occasion], begin: date, end: date) -> News:
    """Return what occasions from `begin` to `end`, not included, bring against the past."""
    now = [one for one in occasions if begin <= one.day < end]
    items = [_tempo(before, now, begin, end)]
    for one in now:
        if before.occasions == 0:
            continue
        items += [_named("missile", before.missiles, one, what) for what in _missiles(one)]
        if one.site_id != UNKNOWN:
            items.append(_named("site", before.sites, one, one.site_id))
        items.append(_size(before, one))
        for missile in _missiles(one):
            for kind, known, most in zip(
                ("distance", "apogee"),
                (before.distances, before.apogees),
                _most(one, missile),
                strict=True,
            ):
                spread = known.get(missile)
                if most is not None and spread is not None and spread.n >= _LEAST_FLIGHTS:
                    items.append(_far(kind, spread, one, missile, most))  # type: ignore[arg-type]
    ranked = sorted(items, key=lambda item: (item.probability, item.day, item.kind, item.what))
    return News(begin=begin, end=end, items=tuple(ranked))


def _missiles(one: Occasion) -> list[str]:
    return sorted({launch.missile_id for launch in one.launches} - {UNKNOWN})


def _most(one: Occasion, missile: str) -> tuple[float | None, float | None]:
    """Return the greatest distance and apogee of a missile in an occasion, failures aside."""
    of = [x for x in one.launches if x.missile_id == missile and x.outcome != "failure"]
    return (
        max((x.distance_m for x in of if x.distance_m), default=None),
        max((x.apogee_m for x in of if x.apogee_m), default=None),
    )


def _named(kind: Kind, counts: Mapping[str, int], one: Occasion, what: str) -> Item:
    n, seen = sum(counts.values()), counts.get(what, 0)
    theta = _diversity(n, len(counts))
    rarer = sum(count for count in counts.values() if count <= seen)
    rows = tuple(x.row for x in one.launches if kind == "site" or x.missile_id == what)
    return Item(
        kind=kind, day=one.day, what=what, value=None, usual=None, first=seen == 0,
        probability=min(1.0, (theta + rarer) / (n + theta)), rows=rows,
    )  # fmt: skip


def _diversity(n: int, kinds: int) -> float:
    """Return the Ewens parameter for which so many kinds are expected among n."""
    if kinds <= 1:
        return 0.5
    if kinds >= n:
        return float(n)

    def excess(log_theta: float) -> float:
        theta = math.exp(log_theta)
        # The sum of theta / (theta + i) over i below n.
        return theta * float(digamma(theta + n) - digamma(theta)) - kinds

    return math.exp(float(brentq(excess, -12.0, 12.0)))


def _size(before: Past, one: Occasion) -> Item:
    a, b = before.occasions + 0.5, before.excess + 0.5
    size = len(one.launches)
    return Item(
        kind="size", day=one.day, what="", value=float(size),
        usual=1.0 + before.excess / max(before.occasions, 1), first=False,
        probability=float(math.exp(betaln(a, b + size - 1) - betaln(a, b))), rows=one.rows,
    )  # fmt: skip


def _far(kind: Kind, spread: Moments, one: Occasion, missile: str, most: float) -> Item:
    freedom = _SPREAD[0] + spread.n - 1
    variance = (_SPREAD[0] * _SPREAD[1] ** 2 + spread.squares) / freedom
    scaled = (math.log(most) - spread.mean) / math.sqrt(variance * (1.0 + 1.0 / spread.n))
    return Item(
        kind=kind, day=one.day, what=missile, value=most, usual=math.exp(spread.mean), first=False,
        probability=float(2.0 * student.sf(abs(scaled), freedom)),
        rows=tuple(x.row for x in one.launches if x.missile_id == missile),
    )  # fmt: skip


def _tempo(before: Past, now: Sequence[Occasion], begin: date, end: date) -> Item:
    shape = _TEMPO_PRIOR[0] + before.recent
    spell = (end - begin).days
    p = (_TEMPO_PRIOR[1] + before.recent_days) / (_TEMPO_PRIOR[1] + before.recent_days + spell)
    model = nbinom(shape, p)
    few, many = float(model.cdf(len(now))), float(model.sf(len(now) - 1))
    return Item(
        kind="tempo", day=begin, what="", value=float(len(now)), usual=float(model.mean()),
        first=False, probability=min(1.0, 2.0 * min(few, many)),
        rows=tuple(row for one in now for row in one.rows),
    )  # fmt: skip
