"""Counters of a server, in the text form that Prometheus reads."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from perception.clients.client import Completion
from perception.server.limits import Gate

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)


class Metrics:
    """The counters of one server; each has a registry of its own, so that several live in one process."""

    def __init__(self, gate: Gate) -> None:
        self._registry = own = CollectorRegistry()
        self._requests = Counter(
            "handeye_requests", "Requests by route and HTTP status.", ["route", "status"], registry=own
        )
        self._tokens = Counter(
            "handeye_tokens",
            "Tokens: prompt, cached (of the prompt), completion, forced.",
            ["kind"],
            registry=own,
        )
        self._endings = Counter("handeye_completions", "Replies by how they ended.", ["finish"], registry=own)
        self._seconds = Histogram("handeye_request_seconds", "From request to answer.", buckets=_SECONDS, registry=own)
        for name, text, value in (
            ("handeye_running", "Requests that are answered now.", lambda: gate.num_running),
            ("handeye_waiting", "Requests that wait for their turn.", lambda: gate.num_waiting),
        ):
            Gauge(name, text, registry=own).set_function(value)

    def note_request(self, route: str, status: int) -> None:
        """A request was answered or refused."""
        self._requests.labels(route, str(status)).inc()

    def note_completion(self, completion: Completion, seconds: float) -> None:
        """A reply is whole or was cut."""
        usage = completion.usage
        for kind, number in (
            ("prompt", usage.prompt_tokens),
            ("cached", usage.cached_tokens),
            ("completion", usage.completion_tokens),
            ("forced", usage.forced_tokens),
        ):
            self._tokens.labels(kind).inc(number)
        self._endings.labels(completion.finish).inc()
        self._seconds.observe(seconds)

    def text(self) -> bytes:
        """All of them."""
        return generate_latest(self._registry)
