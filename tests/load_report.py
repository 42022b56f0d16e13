"""What became of the requests of `make load`, and what of that must not be."""

from dataclasses import dataclass
from statistics import quantiles

_SETTLE_SECONDS = 15.0
"""After so long nothing may be answered by the model before: the new one was loaded, old requests have finished."""
# A request that ends this long after a kill has failed for another reason; the clock is read after the signal is sent.
_KILL_SECONDS = 1.0
_SLACK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """A request's time, the version that answered, and what was wrong; `lost` is no answer at all."""

    start: float
    end: float
    version: str | None = None
    wrong: str | None = None
    lost: str | None = None


@dataclass
class Report:
    """What a load came to."""

    seconds: float
    capacity: float
    rate: float
    outcomes: list[Outcome]
    switches: list[tuple[float, str]]
    """When each version came in use; the first was there from the beginning."""
    kills: list[float]

    def faults(self) -> list[str]:
        """Return whatever must not be."""
        found = [each.wrong for each in self.outcomes if each.wrong]
        found += [f"lost though no worker was killed: {each.lost}" for each in self.outcomes if self._astray(each)]
        found += [f"{each.version} answered {self._late(each):.1f} s away from its time" for each in self._stale()]
        unseen = {version for _, version in self.switches} - {each.version for each in self.outcomes}
        found += [f"{version} was never answered" for version in unseen]
        return found

    def _astray(self, outcome: Outcome) -> bool:
        return bool(outcome.lost) and not any(
            outcome.start - _SLACK_SECONDS <= kill <= outcome.end + _SLACK_SECONDS
            and outcome.end < kill + _KILL_SECONDS
            for kill in self.kills
        )

    def _late(self, outcome: Outcome) -> float:
        """Return by how many seconds a request missed the time of its version; 0 or less if it did not."""
        after = [
            end
            for (_, version), (end, _) in zip(self.switches, [*self.switches[1:], (float("inf"), "")], strict=True)
            if version == outcome.version
        ]
        begun = [start for start, version in self.switches if version == outcome.version]
        return min(
            (max(outcome.start - end, start - outcome.end) for start, end in zip(begun, after, strict=True)),
            default=float("inf"),
        )

    def _stale(self) -> list[Outcome]:
        return [each for each in self.outcomes if each.version and self._late(each) > _SETTLE_SECONDS]

    def text(self) -> str:
        """Return the figures as lines of text."""
        done = [each for each in self.outcomes if not each.lost]
        milliseconds = [1000 * (each.end - each.start) for each in done]
        cuts = quantiles(milliseconds, n=1000)
        answers = sum(each.version is not None for each in done)
        late = max((self._late(each) for each in done if each.version), default=0.0)
        lost = [each for each in self.outcomes if each.lost]
        return (
            f"{self.seconds:g} s at {self.rate:,.0f} requests/s, {self.rate / self.capacity:.0%} of "
            f"{self.capacity:,.0f}; {len(self.switches) - 1} switches, {len(self.kills)} workers killed\n"
            f"{answers:,} answers and {len(done) - answers:,} refusals, "
            f"{sum(each.wrong is not None for each in done)} wrong; {len(lost)} lost, "
            f"{sum(map(self._astray, lost))} of them not in a killed worker\n"
            f"p50 {cuts[499]:.1f} ms, p99 {cuts[989]:.1f} ms, p99.9 {cuts[998]:.1f} ms, "
            f"longest {max(milliseconds):,.0f} ms; the old model answered at most {late:.1f} s after a switch"
        )
