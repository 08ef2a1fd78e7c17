"""What the server counts of itself, in Prometheus' terms. Nothing leaves the machine unless somebody asks for it."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128)


class Metrics:
    """The counters of one server, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("path", "status")
        self.requests = Counter("codefavor_requests", "Requests answered.", labels, registry=self._registry)
        self.seconds = Histogram(
            "codefavor_request_seconds",
            "From a request's first byte to its answer.",
            ("path",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.active = Gauge("codefavor_requests_active", "Requests under way.", registry=self._registry)
        self.waiting = Gauge(
            "codefavor_comparisons_waiting", "Comparisons that wait for the judge.", registry=self._registry
        )
        self.verdicts = Counter("codefavor_verdicts", "Verdicts by choice.", ("choice",), registry=self._registry)
        self.dropped = Counter(
            "codefavor_comparisons_dropped", "Comparisons nobody waited for any more.", registry=self._registry
        )
        self.batches = Histogram(
            "codefavor_batch_comparisons",
            "Comparisons the judge got in one call.",
            buckets=_SIZES,
            registry=self._registry,
        )
        self.judging = Histogram(
            "codefavor_batch_seconds", "One call of the judge.", buckets=_SECONDS, registry=self._registry
        )

    def exposition(self) -> bytes:
        """Return all counters in Prometheus' text format."""
        return generate_latest(self._registry)
