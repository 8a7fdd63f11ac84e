"""What each node says of the flight, alone and with what was shared, against what was simulated."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeAlias

from trilogue.analysis.geodesy import inverse
from trilogue.cli.demo.flight_record import Drawn, FlightView, LaunchRecord, PointObject
from trilogue.cli.demo.launch import LaunchMaterial, Stretch, launch_material
from trilogue.cli.demo.play import StageError
from trilogue.cli.demo.stage import Stage

if TYPE_CHECKING:
    from trilogue.analysis.tracking.estimate import Picture

__all__ = ["FlightSight", "check_bought", "pictures"]

Pictures: TypeAlias = "dict[tuple[str, ...], Picture]"

PURPOSE = "warning"
SAME_M = 1.0
"""What is drawn agrees with what the nodes say to this, in the place of the impact."""


class FlightSight:
    """The flight as three nodes see it."""

    def __init__(self, stage: Stage, material: LaunchMaterial) -> None:
        self._stage = stage
        self._material = material

    def views(self, stretch: Stretch) -> tuple[FlightView, ...]:
        """Return each node's picture with its own plots alone, then with all that it may read."""
        asked = [(name, own) for own in (True, False) for name in self._stage.players]
        with ThreadPoolExecutor(len(self._stage.players)) as pool:
            return tuple(pool.map(lambda one: self._read(one[0], stretch, own_only=one[1]), asked))

    def record(self, views: tuple[FlightView, ...], pictures: Pictures) -> LaunchRecord:
        """Return what is kept of the launch; the drawings show the last stretch."""
        material = self._material
        recorded, path = material.recorded, material.trajectory
        if recorded.apogee_m is None or recorded.distance_m is None:
            raise StageError(f"the record knows no apogee or no distance of {recorded.name}")
        sensors = material.played.scenario.sensors
        return LaunchRecord(
            missile=recorded.missile,
            launched=material.launched,
            scenario=material.played.scenario.id,
            seed=material.played.seed,
            recorded_apogee_m=recorded.apogee_m,
            recorded_range_m=recorded.distance_m,
            apogee_m=path.apogee_m,
            range_m=path.range_m,
            burnout_s=path.burnout_s,
            sensors={
                name: tuple(s.id for s in sensors if s.owner == name)
                for name in self._stage.players
            },
            views=views,
            figures=self._drawn(views, pictures),
        )

    def _read(self, name: str, stretch: Stretch, *, own_only: bool) -> FlightView:
        answer = self._stage[name].patient().flights(purpose=PURPOSE, own_only=own_only)
        found = [(c, f) for raid in answer.raids for c in raid.coalitions[-1:] for f in c.flights]
        if len(found) != 1:
            raise StageError(f"{name} sees {len(found)} flights {stretch.name}; one flew")
        picture, entry = found[0]
        flight, path = entry.flight, self._material.trajectory
        apogee = flight["apogee"] or {"height_m": None, "sd_m": None}
        return FlightView(
            participant=name,
            stretch=stretch.name,
            coalition=picture.coalition,
            at=flight["now"]["time"],
            plots=flight["plots"],
            phase=flight["phase"],
            launch=_point(flight["launch"], path.launch),
            impact=_point(flight["impact"], path.impact),
            apogee_m=apogee["height_m"],
            apogee_sd_m=apogee["sd_m"],
            classes=tuple((one["name"], one["probability"]) for one in flight["classes"][:2]),
            note=" ".join(flight["remarks"]),
        )

    def _drawn(self, views: tuple[FlightView, ...], pictures: Pictures) -> tuple[Drawn, ...]:
        """Draw the last pictures, estimated beside the nodes from the same plots, and compared."""
        from trilogue.cli.value.drawings import Drawing, inline
        from trilogue.figures import map_figure, profile_figure

        last = {view.coalition: view for view in views}
        for coalition, picture in pictures.items():
            _same(picture, last[coalition])
        whole = list(pictures.values())[-1]
        missile = self._material.recorded.missile
        title = f"{missile}, simulated: {views[-1].stretch}"
        figures = {
            "launch-map": map_figure(pictures, title=title, truth=[self._material.truth]),
            "launch-profile": profile_figure(
                whole, title=f"{missile}, simulated", truth=[self._material.truth]
            ),
        }
        return tuple(
            Drawn(name, inline(Drawing(name, one)), one.csv, one.text)
            for name, one in figures.items()
        )


def pictures(participants: tuple[str, ...]) -> dict[tuple[str, ...], Picture]:
    """Return the last pictures of each participant alone and of all, from the same plots.

    Estimated in a process of its own while the play goes on: what is compiled there once, for this
    machine, the three nodes find compiled.
    """
    from trilogue.analysis.tracking.tracker import track
    from trilogue.picture.plotted import of_payloads

    material = launch_material()
    found = {}
    for coalition in (*((name,) for name in participants), participants):
        for last in range(1, len(material.stretches) + 1):
            # Stretch by stretch, as the nodes will: before burnout other code runs than after.
            found[coalition] = track(
                of_payloads(
                    (one.owner, f"{one.sensor} {stretch.name}", one.plots)
                    for stretch in material.stretches[:last]
                    for one in stretch.seen
                    if one.owner in coalition
                )
            )
    return found


def check_bought(views: tuple[FlightView, ...], everybody: tuple[str, ...]) -> None:
    """Raise `StageError` unless sharing made every participant's impact ellipse smaller."""
    compared = 0
    for stretch in dict.fromkeys(view.stretch for view in views):
        here = [view for view in views if view.stretch == stretch]
        alone = {view.participant: view for view in here if view.coalition != everybody}
        shared = {view.participant: view for view in here if view.coalition == everybody}
        if set(alone) != set(everybody) or set(shared) != set(everybody):
            seen = ", ".join(f"{view.participant} sees {view.coalition}" for view in here)
            raise StageError(f"{stretch}, not each sees its own plots, and then all: {seen}")
        for name, before in alone.items():
            if not before.alone:
                raise StageError(f"{name} sees {before.coalition} alone")
            if before.impact is None:
                continue
            after = shared[name].impact
            if after is None or _area(after) >= _area(before.impact):
                raise StageError(f"sharing did not shrink {name}'s impact ellipse {stretch}")
            compared += 1
        if len({repr((view.impact, view.launch, view.apogee_m)) for view in shared.values()}) != 1:
            raise StageError(f"{stretch}, the same portions do not give the same picture to all")
    if not compared:
        raise StageError("nobody had an impact ellipse alone: there is nothing to compare")


def _area(point: PointObject) -> float:
    """Return what is compared: the product of the semi-axes, in square metres."""
    return point["ellipse"]["semi_major_m"] * point["ellipse"]["semi_minor_m"]


def _point(one: Mapping[str, Any] | None, truth: tuple[float, float]) -> PointObject | None:
    """Return a point as the node says it, measured against where it was."""
    from trilogue.analysis.tracking.consistency import inside
    from trilogue.analysis.tracking.estimate import GroundPoint, Value
    from trilogue.picture.plotted import posix

    if one is None:
        return None
    size = one["ellipse"]
    said = GroundPoint(
        one["latitude"],
        one["longitude"],
        Value(posix(one["time"]), one["time_sd_s"]),
        size["semi_major_m"],
        size["semi_minor_m"],
        size["azimuth_deg"],
        size["probability"],
    )
    distance, *_ = inverse(said.latitude, said.longitude, *truth)
    return PointObject(
        latitude=said.latitude,
        longitude=said.longitude,
        time=one["time"],
        time_sd_s=one["time_sd_s"],
        ellipse=size,
        error_m=float(distance),
        contains=bool(inside(said, *truth)),
    )


def _same(picture: Picture, view: FlightView) -> None:
    """Raise `StageError` unless a picture is the one that a node shows."""
    impacts = [flight.impact for flight in picture.flights]
    if len(impacts) != 1 or (impacts[0] is None) != (view.impact is None):
        raise StageError(f"what is drawn for {view.coalition} is not what {view.participant} sees")
    if impacts[0] is not None and view.impact is not None:
        apart, *_ = inverse(
            impacts[0].latitude,
            impacts[0].longitude,
            view.impact["latitude"],
            view.impact["longitude"],
        )
        if apart > SAME_M:
            raise StageError(
                f"what is drawn for {view.coalition} lies {float(apart):.0f} m"
                f" from what {view.participant}'s node says"
            )
