"""What each node sees, read from the nodes, and whether sharing bought what it should."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trilogue.analysis.geodesy import inverse
from trilogue.cli.demo.material import Material
from trilogue.cli.demo.play import StageError
from trilogue.cli.demo.record import EstimateObject, View
from trilogue.cli.demo.stage import Stage

__all__ = ["Sight"]

GOOD_ERROR_M = 2000.0
BOUGHT = 20.0
"""How many times smaller the ellipse of all is than that of KR's or JP's readings alone."""


class Sight:
    """The pictures of three nodes, measured against the published place."""

    def __init__(self, stage: Stage, material: Material) -> None:
        self._stage = stage
        self._material = material

    def views(self, phase: str, *, own_only: bool = False) -> tuple[View, ...]:
        """Return what each node sees now, from all that it may read."""
        views = []
        for name in self._stage.players:
            estimates = self._read(name, own_only=own_only)
            best = estimates[-1]
            views.append(
                View(
                    participant=name,
                    phase=phase,
                    coalition=tuple(best["coalition"]),
                    error_m=best["error_m"],
                    ellipse=best["ellipse"],
                    stations=len(best["stations_used"]),
                    latitude=best["latitude"],
                    longitude=best["longitude"],
                )
            )
        return tuple(views)

    def estimates(self, name: str) -> list[EstimateObject]:
        """Return every coalition's estimate, as one node computes it."""
        return self._read(name)

    def check(
        self,
        before: tuple[View, ...],
        after: tuple[View, ...],
        fallen: tuple[View, ...],
        estimates: list[EstimateObject],
    ) -> None:
        """Raise `StageError` unless sharing bought what the play says it does."""
        by_coalition = {tuple(one["coalition"]): one for one in estimates}
        everybody = tuple(self._stage.players)
        best = by_coalition[everybody]
        if best["error_m"] is None or best["error_m"] > GOOD_ERROR_M or not best["contains"]:
            raise StageError("all three together do not find the published place")
        for name in ("KR", "JP"):
            alone = by_coalition[(name,)]
            if alone["ellipse"] is None or best["ellipse"] is None:
                raise StageError(f"{name} alone, or all together, have no ellipse")
            ratio = _area(alone["ellipse"]) / _area(best["ellipse"])
            if ratio < BOUGHT:
                raise StageError(f"sharing shrank {name}'s ellipse by {ratio:.1f} only")
        for one in estimates:
            if not one["contains"] and not one["note"]:
                raise StageError(f"{one['coalition']}: not the place, and no word why")
        for view in after:
            if view.coalition != everybody:
                raise StageError(f"{view.participant} sees {view.coalition} after sharing")
        for view in before:
            if view.coalition != (view.participant,):
                raise StageError(f"{view.participant} sees {view.coalition} alone")
        for view in fallen:
            expected = (
                everybody if view.participant == "KR" else tuple(p for p in everybody if p != "KR")
            )
            if view.coalition != expected:
                raise StageError(f"{view.participant} sees {view.coalition} after the withdrawal")

    def _read(self, name: str, *, own_only: bool = False) -> list[EstimateObject]:
        events = self._stage[name].client().picture(own_only=own_only).events
        if len(events) != 1:
            raise StageError(f"{name} sees {len(events)} events; one happened")
        return [self._measure(one) for one in events[0].estimates]

    def _measure(self, one: Mapping[str, Any]) -> EstimateObject:
        test = self._material.test
        error = contains = None
        if one["latitude"] is not None:
            distance, *_ = inverse(one["latitude"], one["longitude"], test.latitude, test.longitude)
            error = float(distance)
            contains = _contains(one, test.latitude, test.longitude)
        return EstimateObject(
            coalition=one["coalition"],
            latitude=one["latitude"],
            longitude=one["longitude"],
            origin_time=one["origin_time"],
            ellipse=one["ellipse"],
            stations_used=one["stations_used"],
            stations_left_out=one["stations_left_out"],
            error_m=error,
            contains=contains,
            note=one.get("reason") or "; ".join(one.get("notes", ())),
        )


def _area(ellipse: Mapping[str, Any]) -> float:
    """Return what is compared: the product of the semi-axes, in square metres."""
    return float(ellipse["semi_major_m"] * ellipse["semi_minor_m"])


def _contains(one: Mapping[str, Any], latitude: float, longitude: float) -> bool:
    from trilogue.analysis.seismology.ellipse import Ellipse

    size = one["ellipse"]
    return Ellipse(
        latitude=one["latitude"],
        longitude=one["longitude"],
        semi_major_m=size["semi_major_m"],
        semi_minor_m=size["semi_minor_m"],
        azimuth_deg=size["azimuth_deg"],
        probability=size["probability"],
    ).contains(latitude, longitude)
