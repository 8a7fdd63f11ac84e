"""Consent: what reaches whom when, what is gone from when, and the way through the hub."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.analysis.scenario.consent import reaches
from trilogue.analysis.scenario.play import Played, play
from trilogue.analysis.scenario.reading import ScenarioError
from trilogue.analysis.scenario.scenario import Scenario, load, read
from trilogue.analysis.scenario.sensors import PARTICIPANTS

BARE = re.sub(r"(?s)\[\[consent\]\].*", "", load("single").text)
TIMES = np.arange(0.0, 400.0, 7.0)


def scenario(*entries: str) -> Scenario:
    return read(BARE + "\n".join(entries), "f.toml")


def consent(owner: str, to: str, delay: float, start: float = 0.0) -> str:
    return f'[[consent]]\nfrom = "{owner}"\nto = "{to}"\ndelay_s = {delay}\nstart_s = {start}\n'


def withdraw(owner: str, to: str, at: float) -> str:
    return f'[[withdraw]]\nfrom = "{owner}"\nto = "{to}"\nat_s = {at}\n'


def owned(played: Played, owner: str) -> np.ndarray:
    plots = played.observed.plots
    return np.array([s.owner == owner for s in plots.sensors])[plots.sensor]


@pytest.mark.parametrize(("owner", "other"), [("KR", "JP"), ("JP", "KR")])
def test_without_the_hub_there_is_no_way(owner: str, other: str) -> None:
    with pytest.raises(ScenarioError, match=f"{owner} reaches {other} through US alone"):
        scenario(consent(owner, other, 4.0))
    with pytest.raises(ScenarioError, match=f"{owner} reaches {other} through US alone"):
        scenario(consent(owner, other, 4.0), consent(other, "US", 2.0), consent("US", other, 2.0))


def test_nothing_is_faster_than_the_hub_that_it_passes_through() -> None:
    with pytest.raises(
        ScenarioError, match=r"consent\[1\].delay_s is 1: KR to JP passes through US"
    ):
        scenario(consent("KR", "US", 2.0), consent("KR", "JP", 1.0))
    with pytest.raises(ScenarioError, match=r"consent\[0\].start_s is 0: .* write at least 58"):
        scenario(consent("KR", "JP", 4.0), consent("KR", "US", 2.0, start=60.0))
    scenario(consent("KR", "JP", 4.0, start=58.0), consent("KR", "US", 2.0, start=60.0))


DELAY = st.integers(0, 9).map(float)
START = st.integers(0, 20).map(lambda n: n * 11.0)
GONE = st.none() | st.integers(1, 40).map(lambda n: n * 13.0)


@given(DELAY, START, GONE, DELAY, START, GONE)
def test_what_is_let_through_never_reaches_the_end_before_the_hub(
    to_hub: float,
    hub_start: float,
    hub_gone: float | None,
    to_end: float,
    start: float,
    gone: float | None,
) -> None:
    entries = [consent("JP", "US", to_hub, hub_start), consent("JP", "KR", to_end, start)]
    entries += [] if hub_gone is None else [withdraw("JP", "US", hub_gone)]
    entries += [] if gone is None else [withdraw("JP", "KR", gone)]
    try:
        given_ = scenario(*entries).consents
    except ScenarioError:
        refused = True
    else:
        refused = False
        hub, end = (reaches(given_, "JP", to, TIMES)[0] for to in ("US", "KR"))
        assert (end >= hub).all()
    first = np.maximum(np.arange(0.0, 400.0, 0.5), hub_start) + to_hub
    then = np.maximum(np.arange(0.0, 400.0, 0.5), start) + to_end
    faster = bool((then < first).any())
    never = (hub_gone is not None and hub_gone <= hub_start) or (gone is not None and gone <= start)
    assert refused == (faster or never)


@pytest.mark.parametrize("who", PARTICIPANTS)
def test_own_plots_are_there_at_once_and_others_without_consent_never(who: str) -> None:
    played = play(scenario(), 1)
    own = owned(played, who)
    assert (played.received(who)[own] == played.observed.plots.time[own]).all()
    assert np.isinf(played.received(who)[~own]).all()
    assert np.isinf(played.withdrawn(who)).all()
    assert (played.held(who, 4e9) == own).all()


def test_plots_from_before_a_consent_come_when_it_does() -> None:
    played = play(load("late-consent"), 1)
    begin, time = played.scenario.begin, played.observed.plots.time
    theirs, early = owned(played, "KR"), time < played.scenario.begin + 240.0
    received = played.received("JP")
    assert (theirs & early).sum() > 50
    assert np.allclose(received[theirs & early], begin + 244.0)
    assert np.allclose(received[theirs & ~early], time[theirs & ~early] + 4.0)
    assert not played.held("JP", begin + 243.9)[theirs].any()
    assert played.held("JP", begin + 244.1)[theirs & early].all()
    # The hub had them all along.
    assert np.allclose(played.received("US")[theirs], time[theirs] + 2.0)


def test_after_a_withdrawal_nothing_is_left_and_nothing_comes() -> None:
    played = play(load("withdrawal"), 1)
    begin, theirs = played.scenario.begin, owned(played, "KR")
    for who, gone in (("US", 300.0), ("JP", 302.0)):
        before = played.held(who, begin + gone - 0.01)
        assert (before & theirs).sum() > 100
        for later in (gone, gone + 0.01, 5_000.0):
            assert not played.held(who, begin + later)[theirs].any()
        arrived = np.isfinite(played.received(who))
        assert np.allclose(played.withdrawn(who)[theirs & arrived], begin + gone)
        assert np.isinf(played.withdrawn(who)[theirs & ~arrived]).all()
        assert np.isinf(played.withdrawn(who)[~theirs]).all()
        assert (played.held(who, begin + 5_000.0) == ~theirs).all()
    assert played.held("KR", begin + 5_000.0).all()


def test_what_the_hub_no_longer_gets_goes_no_further() -> None:
    entries = [consent("KR", "US", 2.0), consent("KR", "JP", 30.0), withdraw("KR", "US", 200.0)]
    played = play(scenario(*entries), 1)
    at, theirs = played.observed.plots.time - played.scenario.begin, owned(played, "KR")
    received = played.received("JP")[theirs]
    assert (np.isfinite(received) == (at[theirs] + 2.0 < 200.0)).all()
    assert np.isfinite(received).any()
    # JP keeps what had passed: from JP nothing was withdrawn.
    assert np.isinf(played.withdrawn("JP")).all()


def test_a_stranger_holds_nothing_because_there_is_none() -> None:
    with pytest.raises(ValueError, match="no participant is called 'CN': KR, US, JP"):
        play(load("single"), 0).received("CN")
