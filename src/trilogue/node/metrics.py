"""Metrics: what a monitor reads of a node, in the format of Prometheus.

`METRICS` is the whole list; `docs/guide/operations.md` shows it. What happens is counted as it
happens (`logged`, `committed`, `answered`, `asked`); how the node is is read from its `Status` when
a monitor asks. Labels are participants, kinds, operations, steps and statuses: few, and known
beforehand. Nothing that a participant or a caller wrote becomes a label.

>>> metrics = Metrics("KR")
>>> metrics.logged(["report", "report", "grant"])
>>> b'trilogue_statements_logged_total{kind="report"} 2.0' in metrics.text()
True
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import prometheus_client as prometheus
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from trilogue import __version__
from trilogue.encoding import instant
from trilogue.node.condition import Status
from trilogue.protocol.delivery import Ack

__all__ = ["MEDIA_TYPE", "METRICS", "Metric", "Metrics"]

MEDIA_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_STEPS = range(10)
"""The acceptance steps at which something of a peer's can fail."""
_ACTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True)
class Metric:
    """One metric: its name, its sort, its labels, and what it says.

    The name of a counter is followed by `_total` where it is read.
    """

    name: str
    sort: type[Any]
    labels: tuple[str, ...]
    says: str
    buckets: tuple[float, ...] = ()

    @property
    def shown(self) -> str:
        """The name as a monitor reads it."""
        return f"{self.name}_total" if self.sort is prometheus.Counter else self.name


def _counter(name: str, says: str, *labels: str) -> Metric:
    return Metric(f"trilogue_{name}", prometheus.Counter, labels, says)


def _gauge(name: str, says: str, *labels: str) -> Metric:
    return Metric(f"trilogue_{name}", prometheus.Gauge, labels, says)


def _histogram(name: str, says: str, buckets: tuple[float, ...], *labels: str) -> Metric:
    return Metric(f"trilogue_{name}", prometheus.Histogram, labels, says, buckets)


METRICS: tuple[Metric, ...] = (
    _gauge("info", "1, with whose node it is and its version", "participant", "version"),
    _gauge("in_force", "1 while the arrangement is in force"),
    _gauge("halted", "1 while nothing can be logged"),
    _gauge("forked_logs", "participants whose log forked"),
    _counter("statements_logged", "statements that this node logged", "kind"),
    _counter("statements_accepted", "statements of a delivery that count here", "peer"),
    _counter(
        "statements_refused", "statements of a delivery that failed a step for good", "peer", "step"
    ),
    _counter(
        "statements_deferred", "statements of a delivery that have to come again", "peer", "step"
    ),
    _counter("deliveries_malformed", "deliveries without a shape, which fail step 0", "peer"),
    _histogram("group_acts", "acts that were committed together", _ACTS),
    _histogram("commit_seconds", "how long a group took, sync included", _SECONDS),
    _gauge("queue_acts", "acts that wait for their group"),
    _gauge("log_statements", "statements in this participant's log: size of its checkpoint"),
    _gauge("counted_statements", "statements that count here, own and heard"),
    _gauge("checkpoint_age_seconds", "age of the newest checkpoint"),
    _gauge("cosignature_lag_statements", "statements that a witness has not cosigned yet", "peer"),
    _gauge("outbox_statements", "statements that wait for a neighbour", "peer"),
    _gauge("outbox_oldest_seconds", "age of the oldest of them; 0 when none waits", "peer"),
    _gauge("outbox_failed", "statements that a neighbour did not accept", "peer"),
    _gauge("neighbour_reachable", "1 when the last attempt reached a neighbour", "peer"),
    _gauge("neighbour_heard_timestamp_seconds", "when a neighbour was last heard", "peer"),
    _gauge("keys_until_timestamp_seconds", "when the working keys run out", "participant"),
    _gauge("lapsed_grants", "grants that ran out while something is held under them"),
    _gauge("overdue_destructions", "destructions that were owed and not certified in time"),
    _gauge("incidents", "incidents that are known here, own and heard"),
    _gauge("disk_free_bytes", "what is left on the disk under the node's directory"),
    _counter("api_requests", "requests to the API", "operation", "status"),
    _histogram("api_request_seconds", "how long an operation took", _SECONDS, "operation"),
)
"""Every metric of a node, but those of its process (`process_*`) that the library names itself."""


class Metrics:
    """The metrics of one node. Counting is safe from any thread."""

    def __init__(self, participant: str) -> None:
        # Otherwise each counter has a series beside it that nobody reads.
        prometheus.disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = prometheus.CollectorRegistry()
        self._by_name = {metric.name: self._make(metric) for metric in METRICS}
        self._under: dict[tuple[str, tuple[str, ...]], Any] = {}
        prometheus.ProcessCollector(registry=self._registry)
        self._of("info", participant, __version__).set(1)
        self._participant = participant

    # What happens.

    def logged(self, kinds: Iterable[str]) -> None:
        """Count statements that were logged."""
        for kind, count in Counter(kinds).items():
            self._of("statements_logged", kind).inc(count)

    def committed(self, acts: int, seconds: float) -> None:
        """Count a group that is on disk."""
        self._of("group_acts").observe(acts)
        self._of("commit_seconds").observe(seconds)

    def answered(self, peer: str, ack: Ack) -> None:
        """Count what became of the statements of a neighbour's delivery."""
        counts = Counter((one.step, one.again) for one in ack.outcomes)
        for (step, again), count in counts.items():
            if step is None:
                self._of("statements_accepted", peer).inc(count)
            else:
                sort = "statements_deferred" if again else "statements_refused"
                self._of(sort, peer, str(step)).inc(count)

    def malformed(self, peer: str) -> None:
        """Count a delivery that has no shape."""
        self._of("deliveries_malformed", peer).inc()

    def asked(self, operation: str, status: int, seconds: float | None) -> None:
        """Count a request to the API; `seconds` None for one that lasts as long as it is wanted."""
        self._of("api_requests", operation, str(status)).inc()
        if seconds is not None:
            self._of("api_request_seconds", operation).observe(seconds)

    # How the node is.

    def show(self, status: Status) -> bytes:
        """Return all metrics as text, those of how the node is as `status` says."""
        for name, value in (
            ("in_force", status.force.in_force),
            ("halted", bool(status.halted)),
            ("forked_logs", len(status.forks)),
            ("queue_acts", status.queued or 0),
            ("log_statements", status.log_size),
            ("counted_statements", status.position),
            ("checkpoint_age_seconds", _age(status.signed, status.at)),
            ("lapsed_grants", status.lapsed),
            ("overdue_destructions", len(status.overdue)),
            ("incidents", status.incidents),
            ("disk_free_bytes", status.free_bytes),
        ):
            self._of(name).set(value)
        failed = Counter(one.neighbour for one in status.failed)
        for one in status.neighbours:
            peer = one.participant
            # A rate needs a 0 before the first that is counted.
            self._of("statements_accepted", peer)
            for step in _STEPS:
                self._of("statements_refused", peer, str(step))
            for name, value in (
                ("cosignature_lag_statements", max(0, status.log_size - one.cosigned)),
                ("outbox_statements", one.waiting),
                ("outbox_oldest_seconds", _age(one.oldest, status.at)),
                ("outbox_failed", failed[peer]),
                ("neighbour_reachable", one.reachable is True),
                ("neighbour_heard_timestamp_seconds", _timestamp(one.heard)),
            ):
                self._of(name, peer).set(value)
            self._of("keys_until_timestamp_seconds", peer).set(_timestamp(one.keys_until))
        until = None if status.keys is None else status.keys.until
        self._of("keys_until_timestamp_seconds", self._participant).set(_timestamp(until))
        return self.text()

    def text(self) -> bytes:
        """Return all metrics as text (Prometheus text exposition format)."""
        return prometheus.generate_latest(self._registry)

    def _of(self, name: str, *labels: str) -> Any:
        """Return a metric under its labels; the library looks for these anew each time."""
        found = self._under.get((name, labels))
        if found is None:
            found = self._by_name[f"trilogue_{name}"]
            found = found.labels(*labels) if labels else found
            self._under[name, labels] = found
        return found

    def _make(self, metric: Metric) -> Any:
        more = {"buckets": metric.buckets} if metric.buckets else {}
        return metric.sort(metric.name, metric.says, metric.labels, registry=self._registry, **more)


def _age(since: str | None, at: str) -> float:
    """Seconds from an instant until now; 0 for none, and for one that is ahead of this clock."""
    return 0.0 if since is None else max(0.0, instant.seconds_between(since, at))


def _timestamp(when: str | None) -> float:
    """Return an instant in seconds since 1970; 0 for none."""
    return 0.0 if when is None else instant.to_datetime(when).timestamp()
