"""How the released Qwen3-VL models are meant to be sampled, by name.

The first two are those of the models' README, for images and screens; the others are the settings that the technical
report evaluates text with (arXiv 2511.21631). An agent that clicks is better off at temperature 0, which is what
`Sampling()` says: a click drawn at random misses.

The setting `model.sampling` names one of them, or `auto`; nothing heavy is imported here, so that settings can be
checked at once.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from perception.clients.client import Sampling

AUTO = "auto"
"""Instead of a preset: the one that suits the model, by its name."""
_LONG = 32_768
"""Tokens of a reply that may think."""

PRESETS: Mapping[str, Sampling] = MappingProxyType(
    {
        "instruct": Sampling(temperature=0.7, top_p=0.8, top_k=20, presence_penalty=1.5, max_tokens=4096),
        "thinking": Sampling(temperature=0.6, top_p=0.95, top_k=20, max_tokens=_LONG),
        "instruct-text-large": Sampling(temperature=0.7, top_p=0.8, top_k=20, presence_penalty=1.5, max_tokens=4096),
        "instruct-text-small": Sampling(temperature=1.0, top_p=1.0, top_k=40, presence_penalty=2.0, max_tokens=4096),
        "thinking-text-moe": Sampling(temperature=0.6, top_p=0.95, top_k=20, max_tokens=_LONG),
        "thinking-text-dense": Sampling(temperature=1.0, top_p=0.95, top_k=20, presence_penalty=1.5, max_tokens=_LONG),
    }
)
_SMALL = 8
"""Billions of parameters up to which a model counts as small."""


def preset(name: str, model: str = "") -> Sampling:
    """The settings of a name; `auto` means those that suit a model of this name. Raises ValueError that lists the
    names."""
    found = preset_name(model) if name == AUTO else name
    if found not in PRESETS:
        raise ValueError(f'There is no preset "{name}": known are {", ".join(PRESETS)} and {AUTO}')
    return PRESETS[found]


def drawn(name: str, model: str, base: Sampling) -> Sampling:
    """How a model's replies are drawn: as `preset` says, within the time of `base`; without a name as `base` says.

    Raises ValueError as `preset` does.
    """
    return preset(name, model).model_copy(update={"max_seconds": base.max_seconds}) if name else base


def preset_name(model: str, *, text: bool = False) -> str:
    """The preset of a released model's name, such as `Qwen3-VL-30B-A3B-Thinking`; text: for prompts without images."""
    kind = "thinking" if "thinking" in model.lower() else "instruct"
    if not text:
        return kind
    size = re.search(r"(\d+)B(-A\d+B)?", model)
    if kind == "thinking":
        return "thinking-text-moe" if size and size[2] else "thinking-text-dense"
    return "instruct-text-small" if size and int(size[1]) <= _SMALL else "instruct-text-large"
