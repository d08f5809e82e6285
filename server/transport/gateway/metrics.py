"""What the gateway counts, as Prometheus reads it. Plain numbers on the hot path; families are made when asked for."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

# Seconds. A message should take about one commit; what takes seconds waits for a database that is away.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
UNKNOWN = "unknown"  # in the place of a name that a client made up


class Metrics(Collector):
    """Registered once for each gateway. ``sockets`` and ``connections`` are asked for at the time."""

    def __init__(self) -> None:
        self.sockets: Callable[[], int] = int
        self.connections: Callable[[], int] = int
        self.slow_consumers = 0
        self.protocol_errors = 0
        self._connects: Counter[str] = Counter()
        self._events: Counter[tuple[str, str]] = Counter()
        self._spent: dict[str, list[float]] = {}  # by event: one count for each bucket and the rest, then the sum

    def connect(self, code: str) -> None:
        """Counts an attempt to connect; ``code`` is ``ok`` or that of the refusal."""
        self._connects[code] += 1

    def event(self, name: str, code: str, seconds: float) -> None:
        """Counts an event that was answered with ``code`` after ``seconds``."""
        self._events[name, code] += 1
        spent = self._spent.get(name)
        if spent is None:
            spent = self._spent[name] = [0] * (len(_BUCKETS) + 1) + [0.0]
        spent[bisect_left(_BUCKETS, seconds)] += 1
        spent[-1] += seconds

    def collect(self) -> Iterator[Metric]:
        """See ``prometheus_client.registry.Collector``."""
        yield GaugeMetricFamily("binome_sockets", "Open sockets, signed in or not", self.sockets())
        yield GaugeMetricFamily("binome_connections", "Signed-in sockets", self.connections())
        yield CounterMetricFamily(
            "binome_slow_consumers", "Sockets cut because too much waited for them", self.slow_consumers
        )
        yield CounterMetricFamily(
            "binome_protocol_errors", "Sockets closed because they did not speak the protocol", self.protocol_errors
        )
        connects = CounterMetricFamily("binome_connects", "Attempts to connect, by outcome", labels=["code"])
        for code, count in self._connects.items():
            connects.add_metric([code], count)
        yield connects
        events = CounterMetricFamily("binome_events", "Events of clients, by outcome", labels=["event", "code"])
        for labels, count in self._events.items():
            events.add_metric(labels, count)
        yield events
        spent = HistogramMetricFamily("binome_event_seconds", "From the frame to its answer", labels=["event"])
        for name, numbers in self._spent.items():
            spent.add_metric([name], _cumulated(numbers[:-1]), sum_value=numbers[-1])
        yield spent


def _cumulated(counts: list[float]) -> list[tuple[str, float]]:
    total = 0.0
    buckets = []
    for bound, count in zip((*map(str, _BUCKETS), "+Inf"), counts, strict=True):
        total += count
        buckets.append((bound, total))
    return buckets
