"""What the operator sees of calls at ``/metrics``: calls, people in them, and what the media engine counts."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from server.media.engine import MediaEngine
from server.signalling.parts import Parts


class CallMetrics(Collector):
    def __init__(self, engine: MediaEngine, parts: Parts) -> None:
        self._engine = engine
        self._parts = parts

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("binome_calls", "Calls that there are", value=len(self._parts.rooms()))
        yield GaugeMetricFamily("binome_call_people", "People in calls", value=len(self._parts))
        for name, value in self._engine.counters().items():
            yield CounterMetricFamily(f"binome_media_{name}", f"Media: {name.replace('_', ' ')}", value=value)
