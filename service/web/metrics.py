"""What Prometheus reads: one set of numbers for all workers.

The multiprocess mode of prometheus_client keeps files for every process that ever lived, which grow with every
killed worker, and costs a write for every bucket of every label. Here the numbers lie in memory that the workers
share; prometheus_client gives them their form.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from labels.scheme import SCORED
from service.bulk import COUNTED, counted
from service.serving.shared import Shared
from service.web.state import State
from training.model import LABELS_OF, Array, Codes

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency histogram."""
SCORES = np.round(np.arange(1, 11) / 10, 1)
"""Upper bounds of the histograms of scores."""
_BOUNDS: list[float] = SCORES.tolist()
_FEW = 4
"""Sentences up to which counting one by one is quicker than with arrays."""

_FIRST_STATUS, _STATUSES = 100, 500
_NONE = "none"
"""What answered where no endpoint did: an unknown address, or a request that was turned away unread."""


class Metrics(Collector):
    """Counts what the service does; `endpoints` are the names that can answer."""

    def __init__(self, state: State, endpoints: Iterable[str]) -> None:
        self._state = state
        self._endpoints = {name: place for place, name in enumerate((*sorted(endpoints), _NONE))}
        self._seconds = len(SECONDS) + 2
        sizes = (
            len(self._endpoints) * _STATUSES,
            len(self._endpoints) * self._seconds,
            len(COUNTED),
            len(SCORED) * (len(SCORES) + 1),
            3,
        )
        self._shared = Shared(sum(sizes))
        ends = np.cumsum(sizes)
        numbers = self._shared.numbers
        self._requests, seconds, self._tags, scores, self._counts = np.split(numbers, ends[:-1])
        self._latency = seconds.reshape(len(self._endpoints), self._seconds)
        self._scores = scores.reshape(len(SCORED), len(SCORES) + 1)
        self._cells = self._shared.cells
        _, self._latency_place, tags_place, self._scores_place, self._counts_place = (ends - sizes).tolist()
        self._tag_places = [
            [tags_place + COUNTED.index(label) for label in (*themes, kind)] for themes, kind in LABELS_OF
        ]
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def request(self, endpoint: str | None, status: int, seconds: float) -> None:
        """Count an answer."""
        place = self._endpoints.get(endpoint or _NONE, len(self._endpoints) - 1)
        latency = self._latency_place + place * self._seconds
        bucket = latency + bisect_left(SECONDS, seconds)
        cells = self._cells
        with self._shared:
            cells[place * _STATUSES + status - _FIRST_STATUS] += 1
            cells[bucket] += 1
            cells[latency + self._seconds - 1] += seconds

    def count(self, scores: Array, codes: Codes) -> None:
        """Count tags, which are as `Model.codes` returns them."""
        if len(codes) <= _FEW:
            self._count_each(scores.tolist(), codes.tolist())
            return
        places = np.searchsorted(SCORES, scores) + np.arange(len(SCORED)) * len(SCORES)
        found = np.bincount(places.ravel(), minlength=len(SCORED) * len(SCORES)).reshape(len(SCORED), -1)
        tags, sums = counted(codes), scores.sum(axis=0)
        with self._shared:
            self._counts[0] += len(codes)
            self._tags += tags
            self._scores[:, :-1] += found
            self._scores[:, -1] += sums

    def _count_each(self, rows: Sequence[Sequence[float]], codes: Sequence[int]) -> None:
        cells, width = self._cells, len(SCORES) + 1
        with self._shared:
            cells[self._counts_place] += len(codes)
            for code, row in zip(codes, rows, strict=True):
                for place in self._tag_places[code]:
                    cells[place] += 1
                place = self._scores_place
                for score in row:
                    cells[place + bisect_left(_BOUNDS, score)] += 1
                    place += width
                    cells[place - 1] += score

    def switched(self) -> None:
        """Count a change to another model."""
        with self._shared:
            self._counts[1] += 1

    def refused(self) -> None:
        """Count a model that was not taken."""
        with self._shared:
            self._counts[2] += 1

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Yield the families of metrics, as of one moment."""
        with self._shared as numbers:
            now = numbers.copy()
        requests = now[: self._requests.size].reshape(len(self._endpoints), _STATUSES)
        place = self._requests.size
        latency = now[place : place + self._latency.size].reshape(self._latency.shape)
        place += self._latency.size
        tags = now[place : place + self._tags.size]
        place += self._tags.size
        scores = now[place : place + self._scores.size].reshape(self._scores.shape)
        sentences, switches, refused = now[-3:]

        counter = CounterMetricFamily("barchasb_requests", "Answers.", labels=["endpoint", "status"])
        histogram = HistogramMetricFamily("barchasb_request_seconds", "Time to an answer.", labels=["endpoint"])
        for name, row in self._endpoints.items():
            for status in np.flatnonzero(requests[row]):
                counter.add_metric([name, str(status + _FIRST_STATUS)], requests[row, status])
            if latency[row].any():
                histogram.add_metric([name], *_buckets(SECONDS, latency[row]))
        yield counter
        yield histogram
        yield CounterMetricFamily("barchasb_sentences", "Sentences tagged.", value=sentences)
        counter = CounterMetricFamily("barchasb_tags", "Sentences that got a label.", labels=["label"])
        for label, count in zip(COUNTED, tags, strict=True):
            counter.add_metric([str(label)], count)
        yield counter
        histogram = HistogramMetricFamily("barchasb_score", "Scores of sentences, to see drift.", labels=["label"])
        for label, score in zip(SCORED, scores, strict=True):
            histogram.add_metric([str(label)], *_buckets(_BOUNDS, np.insert(score, -1, 0)))
        yield histogram
        yield CounterMetricFamily("barchasb_model_switches", "Changes to another model.", value=switches)
        yield CounterMetricFamily("barchasb_model_refused", "Models that were not taken.", value=refused)
        yield GaugeMetricFamily("barchasb_ready", "Whether requests should be sent here.", value=self._state.ready)
        gauge = GaugeMetricFamily("barchasb_model_info", "The version that answers.", labels=["version"])
        if self._state.tagger is not None:
            gauge.add_metric([self._state.tagger.version], 1)
        yield gauge


def _buckets(bounds: Sequence[float], row: np.ndarray) -> tuple[list[tuple[str, float]], float]:
    """Return cumulative counts and the sum, of a row of counts, those above the last bound, and the sum."""
    counts = np.cumsum(row[:-1])
    return [(str(bound), count) for bound, count in zip((*bounds, "+Inf"), counts, strict=True)], row[-1]
