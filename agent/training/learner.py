"""Optimisers, schedule, checkpoints and metrics of a training run.

Two optimisers: Muon for the matrices in the tower's blocks, and in the decoder's layers where it has a rate (in an
earlier run at 0.02, without limits on scores, it let the residual stream grow until nothing was heard in it); on the
wide mergers it costs as much as the step itself. AdamW for all else. The learning rate warms up, stays, and falls over
the last part of its stage; much of the gain comes there.
"""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from agent.training.metrics import METRICS
from agent.training.muon import Muon
from agent.training.replicas import average_gradients
from perception.errors import ModelError
from perception.qwen3vl.model import Qwen3VL

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Rates:
    """Learning rates at their height, and the shape of the schedule."""

    adam: float = 1e-3
    tower_adam: float = 1e-3
    tower_muon: float = 0.02
    """0: AdamW for the tower's matrices too."""
    muon: float = 0.0
    """The same for the decoder's matrices."""
    warmup_steps: int = 60
    decay_share: float = 0.4
    """Part of the stage, at its end, over which the rate falls."""
    start: float = 1.0
    """Share of the rate from the start on."""
    end: float = 0.01
    """Share of the rate that is left at the end."""
    weight_decay: float = 0.01
    clip: float = 1.0

    def factor(self, step: int, steps: float, since: int) -> float:
        """Share of the rate at a step of a stage of `steps`; `since` is where the warm-up began."""
        warm = min(1.0, (step - since + 1) / max(1, self.warmup_steps))
        left = min(1.0, (steps - step) / max(1.0, self.decay_share * steps))
        return warm * (self.end + (self.start - self.end) * max(0.0, left))


class Learner:
    """Owns a model's optimisers and its folder of checkpoints and metrics."""

    def __init__(
        self,
        model: Qwen3VL,
        heads: nn.Module,
        rates: Rates,
        folder: Path,
        frozen: tuple[str, ...] = (),
        *,
        whole: bool = True,
    ) -> None:
        """`heads`: learn too and are no part of the model; `frozen`: parameters whose names begin so stay as they
        are; `whole`: checkpoints hold the frozen ones too, which are not what a folder could give again."""
        self.model, self.heads, self.rates, self.folder = model, heads, rates, folder
        self._whole = whole
        self.step = self.warm_since = 0
        self._begun = time.perf_counter()
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(not name.startswith(frozen) if frozen else True)
        self._learned = [name for name, p in model.named_parameters() if p.requires_grad]
        self._parameters = [p for p in [*model.parameters(), *heads.parameters()] if p.requires_grad]
        self._optimisers = _optimisers(model, heads, rates)
        self._groups = [[len(group["params"]) for group in o.param_groups] for o in self._optimisers]
        folder.mkdir(parents=True, exist_ok=True)

    def learn(self, loss: torch.Tensor, factor: float) -> float:
        """One step downhill; gives the norm of the gradient before clipping."""
        loss.backward()
        return self.descend(factor)

    def descend(self, factor: float) -> float:
        """The step of `learn`, by the gradients that are there: of one loss, or of several parts of it."""
        average_gradients(self._parameters)
        norm = nn.utils.clip_grad_norm_([p for p in self._parameters if p.grad is not None], self.rates.clip)
        for optimiser in self._optimisers:
            for group in optimiser.param_groups:
                group["lr"] = group["initial_lr"] * factor
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.step += 1
        return float(norm)

    def log(self, **figures: Any) -> None:
        """Append one line of figures to the metrics."""
        line = {"step": self.step, "seconds": round(time.perf_counter() - self._begun, 1), **figures}
        with (self.folder / METRICS).open("a") as file:
            file.write(json.dumps(line) + "\n")

    def save(self, beside: dict[str, Any] | None = None) -> None:
        """Write a checkpoint beside the old one and put it in its place, so that a kill leaves one of the two.

        `beside`: plain data that `resume` gives back.
        """
        state = {
            "step": self.step,
            "model": self._kept(),
            "heads": self.heads.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self._optimisers],
            "learned": self._learned,
            "groups": self._groups,
            "warm_since": self.warm_since,
            "beside": beside or {},
        }
        new = self.folder / (CHECKPOINT + ".new")
        torch.save(state, new)
        os.replace(new, self.folder / CHECKPOINT)

    def resume(self) -> dict[str, Any]:
        """Take up the folder's checkpoint where there is one; optimisers only if they have the same parameters.

        With new optimisers the rate warms up anew. Gives what was saved beside; nothing without a checkpoint. Raises
        ModelError for the checkpoint of another model.
        """
        if not (self.folder / CHECKPOINT).exists():
            return {}
        state = torch.load(self.folder / CHECKPOINT, map_location=self.model.device, weights_only=True)
        try:
            if state["model"].keys() != self._kept().keys():
                raise KeyError("it has other parameters")
            self.model.load_state_dict(state["model"], strict=False)
            self.heads.load_state_dict(state["heads"])
        except (KeyError, RuntimeError) as error:
            why = str(error).splitlines()[0]
            raise ModelError(
                f"{self.folder / CHECKPOINT} is of another model or of other settings ({why}): name another folder, "
                "or go on as it was begun"
            ) from error
        if (state.get("learned"), state.get("groups")) == (self._learned, self._groups):
            for optimiser, saved in zip(self._optimisers, state["optimisers"], strict=True):
                heights = [group["initial_lr"] for group in optimiser.param_groups]
                optimiser.load_state_dict(saved)
                for group, height in zip(optimiser.param_groups, heights, strict=True):
                    group["initial_lr"] = height  # rates are those of this run's config, not the checkpoint's
            self.warm_since = state["warm_since"]
        else:
            self.warm_since = state["step"]
        self.step = state["step"]
        return state.get("beside", {})

    def _kept(self) -> dict[str, torch.Tensor]:
        """What a checkpoint holds of the model."""
        state = self.model.state_dict()
        return state if self._whole else {name: state[name] for name in self._learned}


def _optimisers(model: Qwen3VL, heads: nn.Module, rates: Rates) -> list[torch.optim.Optimizer]:
    """Muon for the matrices in blocks and layers, where it has a rate; AdamW for all else."""
    parts: dict[str, list[nn.Parameter]] = {"tower": [], "rest": [*heads.parameters()], "blocks": [], "layers": []}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        in_tower = name.startswith("model.visual.")
        if parameter.ndim == 2 and rates.tower_muon and ".blocks." in name:
            parts["blocks"].append(parameter)
        elif parameter.ndim == 2 and rates.muon and ".layers." in name:
            parts["layers"].append(parameter)
        else:
            parts["tower" if in_tower else "rest"].append(parameter)
    groups = [
        {
            "params": [p for p in parts[part] if (p.ndim > 1) == decayed],
            "lr": lr,
            "weight_decay": rates.weight_decay * decayed,
        }
        for part, lr in (("tower", rates.tower_adam), ("rest", rates.adam))
        for decayed in (True, False)
    ]
    adam = [group for group in groups if group["params"]]
    muon = [{"params": parts[part], "lr": lr} for part, lr in (("blocks", rates.tower_muon), ("layers", rates.muon))]
    found: list[torch.optim.Optimizer] = [torch.optim.AdamW(adam, betas=(0.9, 0.98), fused=True)]
    if muon := [group for group in muon if group["params"]]:
        found.append(Muon(muon, weight_decay=rates.weight_decay))
    for optimiser in found:
        for group in optimiser.param_groups:
            group["initial_lr"] = group["lr"]
    return found
