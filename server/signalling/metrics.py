"""What the operator sees of calls at ``/metrics``: calls, people in them and on which rung, why rungs changed, and what
the media engine counts."""

from collections import Counter
from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from server.media.engine import MediaEngine
from server.signalling.calls import Calls
from server.signalling.rungs import RUNGS


class CallMetrics(Collector):
    def __init__(self, engine: MediaEngine, calls: Calls) -> None:
        self._engine = engine
        self._parts = calls.parts
        self._quality = calls.quality

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("binome_calls", "Calls that there are", value=len(self._parts.rooms()))
        yield GaugeMetricFamily("binome_call_people", "People in calls", value=len(self._parts))
        rungs = GaugeMetricFamily("binome_call_rungs", "People on each rung", labels=("rung", "direction"))
        told = [part.line.told for part in self._parts.all()]
        for direction, on in (("out", Counter(t.out for t in told)), ("in", Counter(t.into for t in told))):
            for rung in RUNGS:
                rungs.add_metric((rung, direction), on[rung])
        yield rungs
        changes = CounterMetricFamily("binome_call_rung_changes", "Why rungs changed", labels=("reason",))
        for reason, count in sorted(self._quality.changes.items()):
            changes.add_metric((reason,), count)
        yield changes
        for name, value in self._engine.counters().items():
            yield CounterMetricFamily(f"binome_media_{name}", f"Media: {name.replace('_', ' ')}", value=value)
