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

from labels.scheme import SCORED, Theme, Type
from service.serving.shared import Shared
from service.web.state import State
from training.loops import DECIMALS
from training.model import LABELS_OF, Array, Codes

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency histogram."""
SCORES: list[float] = np.round(np.arange(1, 11) / 10, 1).tolist()
"""Upper bounds of the histograms of scores."""
_ONE = 10**DECIMALS
_BUCKETS = np.searchsorted(SCORES, np.round(np.arange(_ONE + 1) / _ONE, DECIMALS))
"""The bucket of each score that there can be, times `_ONE`."""
_FIRSTS = np.arange(len(SCORED)) * len(SCORES)
"""The first bucket of each label."""
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
        # Codes stand for themes and type together; labels are counted from them when somebody wants to know.
        sizes = (
            len(self._endpoints) * _STATUSES,
            len(self._endpoints) * self._seconds,
            len(LABELS_OF),
            len(SCORED) * len(SCORES),
            len(SCORED),
            2,
        )
        self._shared = Shared(sum(sizes))
        self._cells = self._shared.cells
        ends = np.cumsum(sizes)
        self._parts = ends[:-1]
        _, _, self._codes, self._buckets, self._sums, self._changes = np.split(self._shared.numbers, self._parts)
        _, self._latency_place, self._codes_place, self._buckets_place, self._sums_place, _ = (ends - sizes).tolist()
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def request(
        self, endpoint: str | None, status: int, seconds: float, tags: tuple[Array, Codes] | None = None
    ) -> None:
        """Count an answer, and the scores and codes of the tags in it, which are as for `count`."""
        few: list[tuple[int, list[float]]] = []
        if tags is not None:
            scores, codes = tags
            if len(codes) > _FEW:
                self.count(scores, codes)
            else:
                few = [*zip(codes.tolist(), scores.tolist(), strict=True)]
        place = self._endpoints.get(endpoint or _NONE, len(self._endpoints) - 1)
        latency = self._latency_place + place * self._seconds
        bucket = latency + bisect_left(SECONDS, seconds)
        cells = self._cells
        with self._shared:
            cells[place * _STATUSES + status - _FIRST_STATUS] += 1
            cells[bucket] += 1
            cells[latency + self._seconds - 1] += seconds
            for code, row in few:
                cells[self._codes_place + code] += 1
                place, first = self._sums_place, self._buckets_place
                for score in row:
                    cells[place] += score
                    cells[first + bisect_left(SCORES, score)] += 1
                    place += 1
                    first += len(SCORES)

    def count(self, scores: Array, codes: Codes) -> None:
        """Count tags, which are as `Model.codes` returns them."""
        places = _BUCKETS.take((scores * _ONE + 0.5).astype(np.intp))
        places += _FIRSTS
        buckets = np.bincount(places.ravel(), minlength=len(self._buckets))
        found, sums = np.bincount(codes, minlength=len(LABELS_OF)), scores.sum(axis=0)
        with self._shared:
            self._codes += found
            self._buckets += buckets
            self._sums += sums

    def switched(self) -> None:
        """Count a change to another model."""
        with self._shared:
            self._changes[0] += 1

    def refused(self) -> None:
        """Count a model that was not taken."""
        with self._shared:
            self._changes[1] += 1

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Yield the families of metrics, as of one moment."""
        with self._shared as numbers:
            now = numbers.copy()
        requests, latency, codes, buckets, sums, (switches, refused) = np.split(now, self._parts)
        requests = requests.reshape(len(self._endpoints), -1)
        latency = latency.reshape(len(self._endpoints), -1)

        counter = CounterMetricFamily("barchasb_requests", "Answers.", labels=["endpoint", "status"])
        histogram = HistogramMetricFamily("barchasb_request_seconds", "Time to an answer.", labels=["endpoint"])
        for name, row in self._endpoints.items():
            for status in np.flatnonzero(requests[row]):
                counter.add_metric([name, str(status + _FIRST_STATUS)], requests[row, status])
            if latency[row].any():
                histogram.add_metric([name], *_buckets(SECONDS, latency[row]))
        yield counter
        yield histogram
        yield CounterMetricFamily("barchasb_sentences", "Sentences tagged.", value=codes.sum())
        counter = CounterMetricFamily("barchasb_tags", "Sentences that got a label.", labels=["label"])
        for label in (*Theme, *Type):
            given = [label in (*themes, kind) for themes, kind in LABELS_OF]
            counter.add_metric([str(label)], codes[given].sum())
        yield counter
        histogram = HistogramMetricFamily("barchasb_score", "Scores of sentences, to see drift.", labels=["label"])
        for label, counts, total in zip(SCORED, buckets.reshape(len(SCORED), -1), sums, strict=True):
            histogram.add_metric([str(label)], *_buckets(SCORES, np.append(counts, (0, total))))
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
