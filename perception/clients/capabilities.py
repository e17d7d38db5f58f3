"""What a server can do, read from its own words: the addresses where it tells of itself, never a completion.

GET /v1/models     what it serves, and how long prompts may be; `owned_by` names HandEye, SGLang, vLLM and llama.cpp
GET /server_info   HandEye: version; SGLang: version, grammar backend
GET /model_info    SGLang: which weights; also where a proxy has rewritten the list of models
GET /workers       the router of SGLang, which drops what it does not know, token ids among it
GET /version       vLLM
GET /props         llama.cpp
"""

from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from perception.clients.connection import Connection
from perception.errors import ClientError, ClientRefused, ClientTimeout, ClientUnreachable

Kind = Literal["HandEye", "SGLang", "vLLM", "llama.cpp", "unknown"]
_OWNERS: dict[str, Kind] = {"handeye": "HandEye", "sglang": "SGLang", "vllm": "vLLM", "llamacpp": "llama.cpp"}
_KEY_IS_WRONG = (401, 403)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Which server it is, and what it offers; None where only a question would show it."""

    server: Kind
    version: str = ""
    routed: bool = False
    """Whether a router stands before it."""
    models: tuple[str, ...] = ()
    """What it serves, in its own order."""
    context: int | None = None
    """Tokens that the first of them takes, prompt and reply together, where the server says so."""
    weights: str = ""
    """The version of the weights, where the server keeps one."""
    schema: bool | None = None
    regex: bool | None = None
    ebnf: bool | None = None
    logprobs: bool | None = None
    token_ids: bool | None = None
    reload: bool | None = None
    """Whether `SGLangAdmin` can give it new weights."""

    @property
    def summary(self) -> str:
        """One line for a person."""
        abilities = {
            "schema": self.schema,
            "regex": self.regex,
            "ebnf": self.ebnf,
            "logprobs": self.logprobs,
            "token ids": self.token_ids,
            "reload": self.reload,
        }
        name = " ".join(filter(None, (self.server, self.version, "behind a router" if self.routed else "")))
        groups = {"has": True, "lacks": False, "not known": None}
        lists = {word: [part for part, has in abilities.items() if has is state] for word, state in groups.items()}
        return "; ".join([name, *(f"{word} {', '.join(names)}" for word, names in lists.items() if names)])


_ABLE = Capabilities("SGLang", schema=True, regex=True, ebnf=True, logprobs=True, token_ids=True, reload=True)


class Listing(NamedTuple):
    """What `/v1/models` says."""

    names: tuple[str, ...]
    server: Kind
    context: int | None = None


async def listing(server: Connection, *, deadline: float) -> Listing:
    """The models of a server and its kind; empty and unknown where it has no list.

    Raises ClientRefused where the key is not right, and otherwise as `Connection.ask_object`.
    """
    data = None
    try:
        data = (await server.ask_object("GET", f"{server.base}/models", deadline=deadline)).get("data")
    except ClientRefused as refusal:
        if refusal.status in _KEY_IS_WRONG:
            raise
    models = [model for model in data if isinstance(model, dict)] if isinstance(data, list) else []
    # SGLang's router lists "unknown" for servers that it has not asked yet.
    names = tuple(str(model["id"]) for model in models if model.get("id") not in (None, "", "unknown"))
    owner = str(models[0].get("owned_by")).lower() if models else ""
    return Listing(names, _OWNERS.get(owner, "unknown"), _context(models[0]) if models else None)


async def examine(server: Connection, *, deadline: float) -> Capabilities:
    """All that a server tells of itself, in at most five short questions; errors as in `listing`."""
    listed = await listing(server, deadline=deadline)
    return replace(await _abilities(server, listed, deadline), models=listed.names, context=listed.context)


async def _abilities(server: Connection, listed: Listing, deadline: float) -> Capabilities:
    kind = listed.server
    if kind == "HandEye":
        told = await _told(server, f"{server.root}/server_info", deadline)
        return replace(_ABLE, server="HandEye", version=_word(told, "version"))
    if kind in ("SGLang", "unknown"):
        model = await _told(server, f"{server.root}/model_info", deadline)
        routed = bool(await _told(server, f"{server.root}/workers", deadline))
        if kind == "SGLang" or routed or "is_generation" in model:
            return await _sglang(server, model, routed, deadline)
    if kind == "vLLM":
        version = _word(await _told(server, f"{server.root}/version", deadline), "version")
        return replace(_ABLE, server="vLLM", version=version, reload=False)
    told = await _told(server, f"{server.root}/props", deadline)
    if kind == "llama.cpp" or "default_generation_settings" in told:
        version = _word(told, "build_info")
        # Its grammars are of a dialect of their own (GBNF), and there is no field for a regular expression.
        return replace(_ABLE, server="llama.cpp", version=version, regex=False, ebnf=False, reload=False)
    return Capabilities("unknown", regex=False, ebnf=False, reload=False)


async def _sglang(server: Connection, model: dict[str, Any], routed: bool, deadline: float) -> Capabilities:
    told = await _told(server, f"{server.root}/server_info", deadline)
    grammar = told.get("grammar_backend") != "none"
    return replace(
        _ABLE,
        version=_word(told, "version"),
        routed=routed,
        weights=_word(model, "weight_version"),
        schema=grammar,
        regex=grammar,
        ebnf=grammar,
        token_ids=not routed,
        reload=not routed,
    )


async def _told(server: Connection, address: str, deadline: float) -> dict[str, Any]:
    """What an address says; an empty object where there is nothing of the kind."""
    try:
        return await server.ask_object("GET", address, deadline=deadline)
    except (ClientUnreachable, ClientTimeout):
        raise
    except ClientError:  # refused, or an answer of something else
        return {}


def _context(model: dict[str, Any]) -> int | None:
    """SGLang and vLLM say max_model_len; llama.cpp keeps it in its `meta`."""
    meta = model.get("meta")
    found = model.get("max_model_len") or (meta.get("n_ctx_train") if isinstance(meta, dict) else None)
    return found if type(found) is int and found > 0 else None


def _word(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
