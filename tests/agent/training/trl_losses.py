"""What TRL's GRPOTrainer makes of one batch, by its own code: the figures in `trl_losses.json`.

python -m tests.agent.training.trl_losses        where `trl` is installed; writes the file anew
"""

import json
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

PATH = Path(__file__).with_suffix(".json")


def batch(seed: int = 0) -> dict[str, Tensor]:
    """Six replies of up to nine tokens, of policies that are near, far, and the same."""
    random = torch.Generator().manual_seed(seed)
    old = -torch.rand(6, 9, generator=random) * 3
    now = old + torch.randn(6, 9, generator=random) * torch.tensor([0.0, 0.05, 0.2, 0.5, 1.0, 0.2])[:, None]
    lengths = torch.tensor([9, 4, 7, 9, 1, 6])
    mask = torch.arange(9)[None] < lengths[:, None]
    advantages = torch.tensor([1.2, -0.7, 0.4, -1.5, 0.9, 0.0])
    return {"logprobs": now, "old": old, "advantages": advantages, "mask": mask}


def theirs(kind: str, given: dict[str, Tensor]) -> dict[str, Any]:
    """The loss and its gradient by the log-probabilities."""
    from trl import GRPOTrainer  # pyright: ignore[reportMissingImports]

    logprobs = given["logprobs"].clone().requires_grad_()
    high = 0.28 if kind == "dapo" else 0.2
    args = SimpleNamespace(delta=None, sapo_temperature_pos=1.0, sapo_temperature_neg=1.05, steps_per_generation=1)
    trainer = SimpleNamespace(
        loss_type=kind, epsilon_low=0.2, epsilon_high=high, beta=0.0, args=args, top_entropy_quantile=1.0,
        off_policy_mask_threshold=None, importance_sampling_level="token", use_vllm=False, aux_loss_enabled=False,
        vllm_importance_sampling_correction=False, current_gradient_accumulation_steps=1,
        accelerator=SimpleNamespace(num_processes=1, gather=lambda x: x, reduce=lambda x, reduction: x),
        _entropy_bonus_enabled=False, model=SimpleNamespace(training=True),
        _metrics={"train": _Readings()},
        _get_per_token_logps_and_entropies=lambda *a, **k: (logprobs, torch.zeros_like(logprobs), None),
    )  # fmt: skip
    ids = torch.zeros(6, 9, dtype=torch.long)
    inputs = {
        "prompt_ids": ids[:, :1], "prompt_mask": ids[:, :1] + 1, "completion_ids": ids,
        "completion_mask": given["mask"].long(), "advantages": given["advantages"],
        "old_per_token_logps": given["old"], "num_items_in_batch": given["mask"].sum(),
    }  # fmt: skip
    loss = GRPOTrainer._compute_loss(trainer, None, inputs)  # type: ignore[arg-type]
    loss.backward()
    assert logprobs.grad is not None
    return {"loss": loss.item(), "gradient": logprobs.grad.tolist()}


class _Readings(dict[str, list[float]]):
    def __missing__(self, key: str) -> list[float]:
        return self.setdefault(key, [])


if __name__ == "__main__":
    found = {kind: theirs(kind, batch()) for kind in ("sapo", "grpo", "dapo")}
    PATH.write_text(json.dumps({"trl": version("trl"), **found}, indent=1) + "\n", encoding="utf-8")
