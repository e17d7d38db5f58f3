"""Who is answered when: requests wait, enter while others are being decoded, and leave when they end.

A step reads a chunk of waiting prompts, then decodes one pass for all rows that run; so a long prompt holds nobody up
for longer than a chunk, and a short reply does not wait for a long one.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from perception.clients.client import Timings
from perception.qwen3vl.decoding import Decoding, Row
from perception.qwen3vl.reply import Reply

Stopped = Callable[[], bool]


@dataclass(slots=True, eq=False)
class Ticket:
    """One request on its way."""

    reply: Reply
    listener: Callable[["Ticket"], None] | None = None
    """Called after each pass in which the reply grew, and when it is over."""
    stopped: Stopped | None = None
    """Asked before every pass; when it says True, the reply ends with what there is, as cut by time."""
    begun: float = field(default_factory=perf_counter)
    row: Row | None = None
    filled: float | None = None
    """When the prompt had been read."""
    ended: float | None = None
    error: Exception | None = None
    """What ended the request instead of a reply."""
    num_told: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.ended is not None

    @property
    def num_cached(self) -> int:
        """Tokens of the prompt that were known before."""
        return self.row.num_cached if self.row else 0

    @property
    def timings(self) -> Timings:
        """Vision and prefill are the request's own; decoding and the whole are by the clock, others' passes and the
        time of waiting included."""
        ended = perf_counter() if self.ended is None else self.ended
        vision, prefill = (self.row.vision_s, self.row.prefill_s) if self.row else (0.0, 0.0)
        decode = 0.0 if self.filled is None else ended - self.filled
        return Timings(
            vision_ms=vision * 1e3,
            prefill_ms=prefill * 1e3,
            decode_ms=decode * 1e3,
            total_ms=(ended - self.begun) * 1e3,
        )


class Schedule:
    """The queue and the rows of one model; for one thread."""

    def __init__(self, decoding: Decoding, *, chunk: int, max_rows: int) -> None:
        """chunk: tokens of prompts that are read between two decoding passes; max_rows: replies side by side."""
        self._decoding = decoding
        self._chunk = chunk
        self._max_rows = max_rows
        self._waiting: deque[Ticket] = deque()
        self._seated: list[Ticket] = []
        """Those that have a row; what the rows are, the tickets know."""

    @property
    def busy(self) -> bool:
        """Whether a step would do something."""
        return bool(self._waiting or self._seated)

    def add(self, ticket: Ticket) -> None:
        """Lets a request wait for its row; one whose reply is fixed already is answered at once."""
        if ticket.reply.finish is None:
            self._waiting.append(ticket)
        else:
            self._end(ticket)

    def step(self) -> bool:
        """Ends who is late, reads a chunk, decodes one pass; says whether there is more to do. What goes wrong is kept
        in the tickets that it concerns."""
        self._cut_late()
        budget = self._chunk
        while budget > 0 and self._seat():
            budget -= self._fill(budget)
        if self._decoding.num_running:
            self._decode()
        return self.busy

    def _seat(self) -> bool:
        """Whether there is a prompt to read: the one that was begun, else the next that waits."""
        while not self._decoding.filling:
            if not self._waiting or len(self._seated) >= self._max_rows:
                return False
            ticket = self._waiting.popleft()
            try:
                ticket.row = self._decoding.admit(ticket.reply)
                self._seated.append(ticket)
            except Exception as error:  # whatever it is, the one who asked has to hear it, and nobody else
                self._end(ticket, error)
        return True

    def _fill(self, budget: int) -> int:
        ticket = self._seated[-1]
        try:
            used = self._decoding.fill(budget)
        except Exception as error:
            self._leave([ticket], error)
            return budget
        if not self._decoding.filling:
            ticket.filled = perf_counter()
            self._tell([ticket])
        return used

    def _decode(self) -> None:
        running = [ticket for ticket in self._seated if ticket.filled is not None]
        try:
            self._decoding.decode()
        except Exception as error:
            self._leave(running, error)
            return
        self._tell(running)

    def _tell(self, tickets: list[Ticket]) -> None:
        """Says what is new, and lets those go whose reply is whole."""
        for ticket in tickets:
            reply, row = ticket.reply, ticket.row
            if row is not None and row.error is not None:
                self._leave([ticket], row.error)
            elif reply.finish is not None:
                self._leave([ticket])
            elif ticket.listener is not None and len(reply.token_ids) > ticket.num_told:
                ticket.num_told = len(reply.token_ids)
                ticket.listener(ticket)

    def _cut_late(self) -> None:
        """Ends replies whose time is over, or that nobody waits for any more."""
        now = perf_counter()
        for ticket in [*self._seated, *self._waiting]:
            late = now - ticket.begun >= ticket.reply.request.sampling.max_seconds
            if late or (ticket.stopped is not None and ticket.stopped()):
                ticket.reply.finish = "time"
                if ticket.row is None:
                    self._waiting.remove(ticket)
                    self._end(ticket)
                else:
                    self._leave([ticket])

    def _leave(self, tickets: list[Ticket], error: Exception | None = None) -> None:
        """Frees rows; after an error, what they hold is not to be relied on."""
        for ticket in tickets:
            index = next(index for index, row in enumerate(self._decoding.rows) if row is ticket.row)
            self._decoding.leave(index, keep=error is None)
            self._seated.remove(ticket)
            self._end(ticket, error)

    def _end(self, ticket: Ticket, error: Exception | None = None) -> None:
        ticket.error = error
        ticket.ended = perf_counter()
        if ticket.listener is not None:
            ticket.listener(ticket)
