"""The stages of pre-training: which parts learn, on frames of what size, with which losses, at what rate.

After the Qwen3-VL technical report (arXiv 2511.21631, section 3), at nano's scale. `read` stands for the trained vision
tower that the report begins with. S0 `align`: the tower is frozen, mergers and decoder learn. S1 `learn`: everything
learns, on small frames. S2 `enlarge`: larger frames and longer rows. S3 `finish`: the largest frames, while the rate
falls to nothing and every loss but that of the replies fades out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from agent.training.forward import Weights
from agent.training.learner import Rates
from agent.training.screens.record import LARGE_SIZES, SIZES, Size
from agent.training.stage import Stage

READ = Weights(reply=0.0, reading=1.0, spelling=0.5, place=0.2, naming=0.5)
LEARN = Weights(reply=1.0, reading=1.0, spelling=1.0, place=0.5, naming=0.5, pointer=0.5, attention=0.5)
ALIGN = replace(LEARN, reading=0.0)
REPLIES = Weights(reply=1.0)

SMALL: Mapping[Size, float] = MappingProxyType(dict.fromkeys(SIZES, 1.0))
MEDIUM: Mapping[Size, float] = MappingProxyType({**SMALL, **dict.fromkeys(LARGE_SIZES[:4], 1.0)})
ALL: Mapping[Size, float] = MappingProxyType({**MEDIUM, **dict.fromkeys(LARGE_SIZES[4:], 0.5)})

SIGMA = (40.0, 6.0)
"""Width of the coordinates' soft labels at the start of `align` and from the middle of `learn` on."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One stage after `read`, before it is known how many steps there are."""

    name: str
    share: float
    """Of the steps after `read`."""
    sizes: Mapping[Size, float]
    """How often frames of each size come, counted in batches: a batch of larger frames holds fewer."""
    weights: Weights
    fades_to: Weights
    """What the losses' weights have become at the stage's end."""
    rate: tuple[float, float]
    """Share of the learning rate at its start and end."""
    sigma: tuple[float, float] = (SIGMA[1], SIGMA[1])
    frozen: tuple[str, ...] = ()


TOWER = ("model.visual.patch_embed.", "model.visual.pos_embed.", "model.visual.blocks.")

PHASES = (
    Phase("align", 0.1, SMALL, ALIGN, ALIGN, (1.0, 1.0), (40.0, 25.0), TOWER),
    Phase("learn", 0.6, SMALL, LEARN, LEARN, (1.0, 0.45), (25.0, 6.0)),
    Phase("enlarge", 0.15, MEDIUM, LEARN, LEARN, (0.45, 0.25)),
    Phase("finish", 0.15, ALL, LEARN, REPLIES, (0.25, 0.01)),
)
CONTINUED = (
    Phase("align", 0.05, SMALL, ALIGN, ALIGN, (0.8, 0.8), frozen=TOWER),
    Phase("learn", 0.45, MEDIUM, LEARN, LEARN, (0.8, 0.45)),
    Phase("enlarge", 0.25, ALL, LEARN, LEARN, (0.45, 0.25)),
    Phase("finish", 0.25, ALL, LEARN, REPLIES, (0.25, 0.01)),
)
"""The same for weights that can answer already: labels are narrow from the start, and larger frames come sooner."""


def stages(
    read_steps: int,
    steps: int,
    read_rates: Rates,
    learn_rates: Rates,
    sigma: float = SIGMA[1],
    auxiliary: float = 1.0,
    phases: Sequence[Phase] = PHASES,
) -> tuple[Stage, ...]:
    """`read`, then the phases, which share the steps that are left; a phase without a step is left out.

    sigma: the width that soft labels end at, 0 for none; auxiliary: times the weight of all losses but the replies'.
    """
    found = [Stage("read", 0, read_steps, read_rates, READ, READ, sizes=MEDIUM)]
    begin, passed = read_steps, 0.0
    for phase in phases:
        passed += phase.share
        end = read_steps + round((steps - read_steps) * passed)
        found.append(
            Stage(
                phase.name,
                begin,
                end,
                replace(learn_rates, start=phase.rate[0], end=phase.rate[1], decay_share=1.0),
                phase.weights.towards(REPLIES, 1 - auxiliary),
                phase.fades_to.towards(REPLIES, 1 - auxiliary),
                sizes=phase.sizes,
                sigma=_widths(phase.sigma, sigma),
                frozen=phase.frozen,
            )
        )
        begin = end
    return tuple(stage for stage in found if stage.end > stage.begin)


def _widths(usual: tuple[float, float], end: float) -> tuple[float, float]:
    """A phase's widths where soft labels end at another one than usual."""
    if not end:
        return 0.0, 0.0
    first, last = (end if width == SIGMA[1] else width for width in usual)
    return first, last
