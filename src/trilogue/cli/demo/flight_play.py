"""The play of the launch: standing consents for plots, and plots as they come."""

from __future__ import annotations

from trilogue.cli.demo.launch import LaunchMaterial, Stretch
from trilogue.cli.demo.play import Play

__all__ = ["FlightPlay"]


class FlightPlay:
    """Three participants let each other have what their sensors see of a launch."""

    def __init__(self, play: Play, material: LaunchMaterial) -> None:
        self._play = play
        self._material = material
        self._players = play.stage.players
        self._portions: dict[str, set[str]] = {name: set() for name in self._players}

    def standing(self) -> None:
        """Each lets its plots of launches go at once; the hub relays what KR and JP see."""
        for name in self._players:
            others = tuple(p for p in self._players if p != name)
            at = self._play.stage[name].client().status().at
            rule = self._material.standing(others, at)
            self._play.stand(name, rule, f"plots of launches to {' and '.join(others)}")

    def submit(self, stretch: Stretch) -> None:
        """Each submits what its sensors saw in a stretch; wait until all hold and confirm it."""
        for name in self._players:
            seen = stretch.of(name)
            rows = sum(len(one.plots.rows) for one in seen)
            text = f"submits {rows} simulated plots of {len(seen)} sensors, {stretch.name}"
            done = self._play.report(name, self._material.report(name, stretch), text)
            self._portions[name] |= {portion.portion for portion in done.portions}
        self._play.until(self._confirmed)

    def _confirmed(self) -> bool:
        """Say whether every originator has the receipts of both others for all its plots."""
        return all(
            {(other, portion) for other in self._players if other != name for portion in portions}
            <= self._receipts(name)
            for name, portions in self._portions.items()
        )

    def _receipts(self, name: str) -> set[tuple[str, str]]:
        """Return who confirmed which portions, as one node knows it."""
        client = self._play.stage[name].client()
        return {
            (entry.statement.speaker, item["portion"])
            for entry in client.through(client.statements, kind="receipt")
            for item in entry.body["items"]
        }
