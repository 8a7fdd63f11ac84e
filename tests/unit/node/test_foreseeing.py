"""A node that holds plots makes its picture before anybody asks; one that holds none makes none."""

import asyncio
import contextlib

import pytest
from tests.support.flights import cut, submit_plots, table
from tests.support.trio import Trio

from trilogue.errors import UnavailableError
from trilogue.node.engine import Engine
from trilogue.node.foreseeing import foresee


class Answering:
    """Answers questions as a service does, or cannot."""

    def __init__(self, engine: Engine, error: UnavailableError | None = None) -> None:
        self.engine = engine
        self.error = error

    async def ask(self, question):
        if self.error is not None:
            raise self.error
        return self.engine.ask(question)


def look_ahead(node: Answering, seconds: float, done=lambda: False) -> None:
    """Let it go on until something is done, or for some seconds; it never ends by itself."""

    async def run() -> None:
        ahead = asyncio.create_task(
            foresee(node, node.engine.contents, node.engine.picturing, after=0.0)
        )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not done():  # noqa: ASYNC110 - a thread of another does it
                    await asyncio.sleep(0.05)
        assert not ahead.done()  # the node would end with it
        ahead.cancel()

    asyncio.run(run())


@pytest.mark.slow
def test_the_first_picture_is_there_before_it_is_asked_for(trio: Trio) -> None:
    kr = trio["KR"]
    own = [one for one in cut(table(every=4)) if one.owner == "KR"]
    submit_plots(trio, own)
    hand = kr.ask(lambda: kr.picturing.in_hand("analysis"))
    assert kr.picturing.remembered == frozenset()
    look_ahead(Answering(kr), 300.0, lambda: bool(kr.picturing.remembered))
    assert kr.picturing.remembered == {one.holding.portion for one in hand.openings}


def test_a_node_that_holds_no_plots_makes_none(trio: Trio, monkeypatch) -> None:
    monkeypatch.setattr(trio["KR"].picturing, "flights_of", lambda _: pytest.fail("it was made"))
    look_ahead(Answering(trio["KR"]), 0.5)


def test_a_store_that_is_away_does_not_end_the_node(trio: Trio, caplog) -> None:
    look_ahead(Answering(trio["KR"], UnavailableError("the store is away")), 0.5)
    assert "the store is away" in caplog.text
