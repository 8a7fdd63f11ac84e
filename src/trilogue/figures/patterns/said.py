"""Sentences of findings: each says one thing, with its interval, and no more than is found."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping

from trilogue.analysis.patterns.findings import BACK_YEARS, Findings
from trilogue.analysis.patterns.intervals import share
from trilogue.analysis.patterns.news import ALERT_BITS, Item, News
from trilogue.analysis.patterns.reach import Reach
from trilogue.analysis.patterns.tempo import Tempo
from trilogue.figures.patterns.words import Words
from trilogue.figures.words import LANGUAGES, Language

__all__ = ["DAYS", "item", "said_in", "said_of", "sentences"]

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RECENT = "2022"


def sentences(found: Findings, words: Words) -> dict[str, list[str]]:
    """Return the sentences of each section of the report, by its name."""
    return {
        "new": _news(found, words),
        "tempo": _tempo(found.tempo["all", ""], words),
        "salvos": _salvos(found, words),
        "sites": _sites(found, words),
        "clock": _clock(found, words),
        "trajectories": _trajectories(found, words),
        "outcomes": _outcomes(found, words),
        "reach": _reach(found.reach, words),
        "nuclear": _nuclear(found, words),
    }


def said_in(language: Language, found: Findings) -> dict[str, tuple[list[str], str]]:
    """Return the sentences of each section and how it was found."""
    words = Words(language)
    return {
        name: (said, words.say(f"method.{name}")) for name, said in sentences(found, words).items()
    }


def said_of(name: str, found: Findings) -> dict[str, tuple[list[str], str]]:
    """Return the sentences of one section and how it was found, by language."""
    return {language: said_in(language, found)[name] for language in LANGUAGES}


def item(one: Item, news: News, words: Words) -> str:
    """Say one item of what is new."""
    what = words.site(one.what) if one.kind == "site" else words.missile(one.what)
    if one.kind in {"missile", "site"}:
        return words.say(f"item.{one.kind}{'_first' if one.first else ''}", what=what)
    assert one.value is not None
    assert one.usual is not None
    if one.kind in {"distance", "apogee"}:
        value, usual = (f"{metres / 1e3:,.0f}" for metres in (one.value, one.usual))
    else:
        value, usual = f"{one.value:.0f}", f"{one.usual:.1f}"
    days = (news.end - news.begin).days
    return words.say(f"item.{one.kind}", what=what, value=value, usual=usual, days=days)


def _news(found: Findings, words: Words) -> list[str]:
    news, said = found.news, []
    span = {"begin": news.begin.isoformat(), "end": found.tally.last.isoformat()}
    if not news.items:
        said.append(words.say("said.news_empty", **span))
    for one in news.alerts() or news.items[:1]:
        key = "said.news" if one.bits >= ALERT_BITS else "said.news_none"
        said.append(words.say(key, item=item(one, news, words), bits=f"{one.bits:.1f}", **span))
    back = found.backtests[ALERT_BITS]
    nothing, decided = back.for_nothing
    said.append(
        words.say(
            "said.backtest",
            first=BACK_YEARS[0],
            last=BACK_YEARS[1],
            alerted=sum(one.alerted for one in back.years),
            periods=back.periods,
            decided=decided,
            nothing=nothing,
            chance=f"{sum(one.by_chance for one in back.years):.0f}",
        )
    )
    return said


def _tempo(tempo: Tempo, words: Words) -> list[str]:
    rates = [
        {"rate": f"{r.value:.1f}", "rate_low": f"{r.low:.1f}", "rate_high": f"{r.high:.1f}"}
        for r in tempo.rates
    ]
    if not tempo.changes:
        return [words.say("said.tempo_steady", **rates[0])]
    return [
        words.say(
            "said.tempo",
            day=words.day(change.day),
            low=words.day(change.low),
            high=words.day(change.high),
            before=rates[k]["rate"],
            **rates[k + 1],
        )
        for k, change in enumerate(tempo.changes)
    ]


def _salvos(found: Findings, words: Words) -> list[str]:
    salvos = found.salvos
    occasions = sum(one.occasions for one in salvos.years)
    several = round(salvos.several.value * occasions)
    said = [
        words.say(
            "said.salvos",
            several=several,
            occasions=occasions,
            share=words.percent(salvos.several),
            largest=salvos.largest,
        )
    ]
    if salvos.gap_min is not None:
        said.append(
            words.say(
                "said.spacing",
                gap=words.interval(salvos.gap_min, digits=0),
                same=salvos.same_minute,
                of=salvos.same_minute_of,
            )
        )
    said.append(
        words.say(
            "said.together",
            days=salvos.days_several_sites,
            all=salvos.days,
            most=salvos.sites_at_most,
        )
    )
    return said


def _sites(found: Findings, words: Words) -> list[str]:
    known = [one for one in found.sites if one.away is not None]
    said = [
        words.say(
            "said.sites",
            sites=len(known),
            new=sum(one.first >= _RECENT for one in known),
        )
    ]
    if known:
        away = [one.away for one in known if one.away is not None]
        said.append(
            words.say(
                "said.coast",
                coast=f"{statistics.median(one.coast_m for one in away) / 1e3:.0f}",
                border=f"{statistics.median(min(a.south_m, a.north_m) for a in away) / 1e3:.0f}",
            )
        )
    if found.mobility:
        most = max(found.mobility, key=lambda one: one.distance_m.value)
        said.append(
            words.say(
                "said.mobility",
                missile=words.missile(most.missile_id),
                distance=words.interval(most.distance_m, 1e-3, 0),
                stayed=words.percent(most.stayed),
            )
        )
    return said


def _clock(found: Findings, words: Words) -> list[str]:
    clock = found.clock
    if clock is None:
        return []
    said = []
    if "all" in clock.daylight:
        said.append(
            words.say(
                "said.clock",
                early=words.percent(clock.early),
                daylight=words.percent(clock.daylight["all"]),
            )
        )
    most = max(range(7), key=lambda day: clock.weekdays.get(day, 0))
    said.append(
        words.say(
            "said.weekday",
            day=words.say(f"word.{DAYS[most]}"),
            p=f"{100.0 * clock.weekday_p:.1f}",
            season_p=f"{100.0 * clock.season_p:.1f}",
        )
    )
    return said


def _trajectories(found: Findings, words: Words) -> list[str]:
    shapes: Mapping[str | None, int] = Counter(one.shape for one in found.trajectories)
    judged = [one for one in found.trajectories if one.shape is not None]
    said = [
        words.say(
            "said.shapes",
            judged=len(judged),
            lofted=shapes["lofted"],
            near=shapes["minimum-energy"],
            depressed=shapes["depressed"],
        )
    ]
    lofted = [one for one in judged if one.shape == "lofted" and one.least_energy_m is not None]
    if lofted:
        last = max(lofted, key=lambda one: one.row)
        dates = {launch.row: launch.date for launch in found.launches}
        assert last.least_energy_m is not None
        assert last.distance_m is not None
        said.append(
            words.say(
                "said.energy",
                missile=words.missile(last.missile_id),
                date=dates[last.row],
                distance=f"{last.distance_m / 1e3:,.0f}",
                range=words.interval(last.least_energy_m, 1e-3, 0),
            )
        )
    return said


def _outcomes(found: Findings, words: Words) -> list[str]:
    good = sum(one.successes for one in found.outcomes)
    known = good + sum(one.failures for one in found.outcomes)
    said, whole = [], share(good, known)
    if whole is not None:
        text = words.percent(whole)
        said.append(words.say("said.outcomes", good=good, known=known, share=text))
    if found.learning:
        factor = found.learning[0].odds_factor
        key = "said.learning" if factor.low > 1.0 else "said.learning_none"
        said.append(words.say(key, factor=words.interval(factor)))
    took = found.reliability
    if took.median_days is not None:
        low, high = (
            "–" if one is None else f"{one:,.0f}" for one in (took.low_days, took.high_days)
        )
        text = words.say("page.interval", value=f"{took.median_days:,.0f}", low=low, high=high)
        said.append(
            words.say("said.reliable", reached=took.reached, classes=took.classes, days=text)
        )
    return said


def _reach(reach: tuple[Reach, ...], words: Words) -> list[str]:
    said = []
    for participant in ("KR", "JP", "US"):
        shown, estimated, areas = set(), set(), set()
        for one in reach:
            for area in one.areas:
                if area.participant != participant:
                    continue
                areas.add(area.area)
                if area.demonstrated != "not":
                    shown.add(area.area)
                if area.estimated not in {None, "not"}:
                    estimated.add(area.area)
        said.append(
            words.say(
                "said.reach",
                participant=words.say(f"word.{participant}"),
                areas=len(areas),
                shown=len(shown),
                estimated=len(estimated | shown),
            )
        )
    return said


def _nuclear(found: Findings, words: Words) -> list[str]:
    one = found.nuclear
    if not one.tests:
        return []
    return [
        words.say(
            "said.nuclear",
            near=one.near,
            expected=f"{one.expected:.1f}",
            p=f"{one.p_value:.2f}",
        )
    ]
