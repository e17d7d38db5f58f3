"""A model behind the OpenAI API: SGLang, vLLM, llama.cpp, or a hosted one.

Images travel as PNG in data URLs; the form of the reply goes along (a JSON Schema as `response_format`, a regular
expression or an EBNF in fields of SGLang, vLLM and our own server), so that the server constrains the reply as our own
engine does. What a server lacks is known from its kind or found out by the first question that it refuses for it, said
once in the log, and done without: replies without log-probabilities or token ids have them empty, replies without a
form are held to it by whoever reads them. Left out, since chat completions have no field for them: `thinking_budget`
and `loop_tokens` of `Sampling`. SGLang is a server of its own: nothing of it is imported here.
"""

import asyncio
import logging
import re
from time import perf_counter
from typing import Any

from perception.clients.capabilities import Capabilities, Kind, examine, listing
from perception.clients.client import Completion, Message, Sampling
from perception.clients.connection import Connection
from perception.clients.openai_answer import read_completion
from perception.clients.openai_payload import (
    FORM_FIELDS,
    FORM_NAMES,
    RECORDS,
    Form,
    FormKind,
    PngCache,
    chat_payload,
    form_of,
    takes,
)
from perception.errors import ClientError, ClientRefused

_log = logging.getLogger(__name__)
_REFUSALS = (400, 415, 422, 501)
_ABOUT: dict[FormKind, str] = {"schema": "schema|response_format", "regex": "regex|regular exp", "ebnf": "ebnf"}
_ABOUT_GRAMMARS = "grammar|guided|structured"
_UNKNOWN = re.compile("support|recogni|unknown|unexpected|permitted|allowed|available|extra")
_THIS_FORM = re.compile("invalid|compil|keyword|propert|pattern|constrain a reply")
"""Words of a server that has grammars and can't make one of this form: doing without is not for us to choose then."""


class OpenAIClient:
    """Answers with a model that a server runs."""

    def __init__(
        self,
        url: str,
        *,
        model: str = "",
        api_key: str = "",
        sampling: Sampling | None = None,
        constrained: bool = True,
        num_tries: int = 4,
        pause: float = 0.5,
    ) -> None:
        """url: the server's address, with or without `/v1`; model: what the server calls it, empty for the first that
        it lists; api_key: else the variable HANDEYE_API_KEY; constrained: send the form of replies; num_tries, pause:
        see `Connection`.
        """
        self._server = Connection(url, api_key=api_key, num_tries=num_tries, pause=pause)
        self._model = model
        self._sampling = sampling or Sampling(max_tokens=1024)
        self._lacking: set[FormKind] = set() if constrained else set(FORM_NAMES)
        """Forms that are not sent."""
        self._kind: Kind | None = None
        self._records: tuple[str, ...] = ()
        self._images = PngCache()
        self._said: set[str] = set()

    @property
    def name(self) -> str:
        """What the server calls the model; its address before the first answer, where no name was given."""
        return self._model or self._server.base

    async def load(self) -> None:
        """Ask the server which one it is and what it serves, so that a wrong address shows before a run begins.

        Raises ClientError when the server can't be reached, or lists no model where none was named.
        """
        async with self._server.within(self._sampling.max_seconds) as deadline:
            await self._load(deadline)

    async def capabilities(self) -> Capabilities:
        """What the server tells of itself; errors as in `load`."""
        async with self._server.within(self._sampling.max_seconds) as deadline:
            return await examine(self._server, deadline=deadline)

    async def generate(
        self,
        messages: list[Message],
        *,
        schema: dict[str, Any] | None = None,
        sampling: Sampling | None = None,
        regex: str | None = None,
        ebnf: str | None = None,
    ) -> Completion:
        """Answer the messages; see `ModelClient`.

        regex, ebnf: other forms of the reply, at most one with the schema among them. The dialect is the server's: a
        regular expression of the whole reply, and a grammar in GBNF (`root ::= …`), which all that take one read.

        Raises ClientTimeout after `sampling.max_seconds`, tries included, ClientUnreachable when the server does not
        answer, ClientRefused when it says no, and ClientError for several forms, and when it answers with something
        else than a whole chat completion.
        """
        chosen, form = sampling or self._sampling, form_of(schema, regex, ebnf)
        begun = perf_counter()
        async with self._server.within(chosen.max_seconds) as deadline:
            form, kind = await self._sent(form, await self._load(deadline), deadline)
            payload = await asyncio.to_thread(chat_payload, self._model, messages, form, chosen, kind, self._images)
            answer = await self._ask(payload, form, deadline)
        completion = read_completion(answer, self.name, (perf_counter() - begun) * 1e3)
        self._remark(completion)
        return completion

    async def close(self) -> None:
        """Closes the connections; may be called twice."""
        await self._server.close()

    async def _load(self, deadline: float) -> Kind:
        if self._kind is not None:
            return self._kind
        listed = await listing(self._server, deadline=deadline)
        if not self._model and not listed.names:
            raise ClientError(
                f"{self._server.base} lists no model: name one, as in {self._server.base}#NAME, or see whether this is "
                "the address of an OpenAI-compatible API."
            )
        self._model = self._model or listed.names[0]
        self._kind, self._records = listed.server, RECORDS[listed.server]
        return listed.server

    async def _sent(self, form: Form | None, kind: Kind, deadline: float) -> tuple[Form | None, Kind]:
        """The form, unless the server takes none of its kind, and which server it is."""
        if form is None or form.kind in self._lacking:
            return None, kind
        if not takes(kind, form):
            kind = await self._identify(kind, deadline)
        if takes(kind, form):
            return form, kind
        self._do_without(form)
        return None, kind

    async def _identify(self, kind: Kind, deadline: float) -> Kind:
        """Which server it is, where its list of models does not say so: a proxy may have written that."""
        found = (await examine(self._server, deadline=deadline)).server if kind == "unknown" else kind
        if found != kind:
            self._kind, self._records = found, RECORDS[found]
        return found

    def _do_without(self, form: Form) -> None:
        if form.kind not in self._lacking:
            self._lacking.add(form.kind)
            name = FORM_NAMES[form.kind]
            _log.warning("%s takes no %s: replies are held to it only when they are read.", self._server.base, name)

    async def _ask(self, payload: dict[str, Any], form: Form | None, deadline: float) -> dict[str, Any]:
        """The chat completion, asked for again without what the server turns out to lack."""
        address = f"{self._server.base}/chat/completions"
        while True:
            records = dict.fromkeys(self._records, True)
            try:
                return await self._server.ask_object("POST", address, payload | records, deadline=deadline)
            except ClientRefused as refusal:
                payload = self._without(payload, form, refusal)

    def _without(self, payload: dict[str, Any], form: Form | None, refusal: ClientRefused) -> dict[str, Any]:
        """The question without what was refused. Raises the refusal when that was the question itself."""
        words = refusal.words.lower()
        lacking = [name for name in self._records if name.rstrip("s") in words]
        if refusal.status not in _REFUSALS:
            raise refusal
        if lacking:
            self._records = tuple(name for name in self._records if name not in lacking)
            return payload
        if form is None or payload.keys().isdisjoint(FORM_FIELDS) or not _is_about(form.kind, words):
            raise refusal
        if _THIS_FORM.search(words) or not _UNKNOWN.search(words):
            raise ClientRefused(
                f"{self._server.base} refused the {FORM_NAMES[form.kind]} of the reply: {refusal.words} If the server "
                "can't constrain replies, set model.constrained = false (HANDEYE_MODEL__CONSTRAINED=false).",
                status=refusal.status,
                words=refusal.words,
            ) from refusal
        self._do_without(form)
        return {name: value for name, value in payload.items() if name not in FORM_FIELDS}

    def _remark(self, completion: Completion) -> None:
        """Says once what an answer lacks, and once that another model gives it."""
        lacking = {"logprobs": completion.logprobs, "token ids": completion.token_ids}
        for name in [name for name, found in lacking.items() if not found and completion.text]:
            self._say(logging.INFO, f"{self._server.base} gives no {name}: replies can't train a policy.")
        if not completion.model.startswith(self.name):
            self._say(logging.WARNING, f"{self._server.base} was asked for {self.name}; {completion.model} answers.")

    def _say(self, level: int, line: str) -> None:
        if line not in self._said:
            self._said.add(line)
            _log.log(level, line)


def _is_about(kind: FormKind, words: str) -> bool:
    """Whether a server's words, in small letters, are about a form of that kind."""
    return re.search(f"{_ABOUT[kind]}|{_ABOUT_GRAMMARS}", words) is not None
