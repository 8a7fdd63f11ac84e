"""JP's node as the vectors of acceptance find it: `world.json`, brought to life."""

from __future__ import annotations

from pathlib import Path

from tests.support.trio import TEMPLATE
from tests.vectors.acceptance import generate

from trilogue.encoding import base64
from trilogue.node.engine import Engine
from trilogue.node.keystore import write_private
from trilogue.protocol.delivery import Ack

__all__ = ["Japan", "bring_to_life"]


class Japan:
    """JP's node as `world.json` describes it, with a clock that stands where it is set."""

    def __init__(self, directory: Path, at: str) -> None:
        self.at = at
        self.engine = Engine(directory, "JP", TEMPLATE, lambda: self.at)

    def receive(self, delivery: str, at: str) -> Ack:
        self.at = at
        return self.engine.act(lambda: self.engine.receiving.receive(delivery.encode()))

    def holds(self) -> int:
        return len({holding.portion for holding in self.engine.holdings.all()})

    def faults(self) -> int:
        return self.engine.db.q.count_of_kind(kind="incident", speaker="JP", since="")


def bring_to_life(directory: Path) -> Japan:
    """Bring JP to where every vector begins, in a directory of its own."""
    given = generate.read("world")
    for name, data in given["keys"].items():
        write_private(directory / "keys" / name, base64.decode(data))
    japan = Japan(directory, given["at"])
    engine, governing = japan.engine, japan.engine.governing
    keys = engine.keystore.working(0)
    engine.sequencer.commit([lambda: governing.publish_keys(0)], keys)
    engine._load_keys()
    files = {name: text.encode() for name, text in given["arrangement"].items()}
    engine.act(lambda: governing.take_arrangement(files))
    for card in given["cards"].values():
        engine.act(lambda card=card: governing.take_card(card.encode()))
    engine.act(governing.adopt)
    for delivery in given["deliveries"]:
        japan.receive(delivery, given["at"])
    assert engine.books.force(given["at"]).in_force
    assert japan.faults() == 0
    return japan
