"""TRL's SFTTrainer as a side, with what makes it fast on a CPU.

Its own defaults would be slower: it recomputes layers unless told not to. Packing it refuses for pictures ("Packing is
not supported for vision datasets"), so a batch is padded to its longest. The records are drawn beforehand in the order
of our run, so each of its batches holds what ours does. Left out: `torch.compile`, which begins anew for nearly every
batch, since no two have the same number of patches.
"""

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from agent.evaluation.bench.tuning_side import Job, Reading, job_of, tell
from agent.evaluation.memory import session_peak_mb


def train(job: Job) -> Reading:
    """Run a job."""
    if job.packages:
        sys.path.append(job.packages)  # behind our own, so that torch and transformers are those of both sides
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer  # pyright: ignore[reportMissingImports]

    times: list[tuple[float, float]] = []

    class Clock(TrainerCallback):
        """Notes when each step has ended."""

        def on_step_end(self, *_: Any, **__: Any) -> None:
            times.append((perf_counter(), process_time()))

    config = SFTConfig(
        output_dir=job.folder,
        max_steps=job.steps,
        per_device_train_batch_size=job.batch_size,
        max_length=None,
        seed=job.seed,
        use_cpu=True,
        bf16=job.bf16,
        model_init_kwargs={"dtype": "float32"},  # of the weights, as ours are
        gradient_checkpointing=False,
        optim="adamw_torch_fused",
        learning_rate=1e-4,
        adam_beta2=0.98,
        weight_decay=0.01,
        max_grad_norm=1.0,
        lr_scheduler_type="constant",
        dataloader_num_workers=job.num_workers,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        train_sampling_strategy="sequential",
        logging_steps=job.warm_steps,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    trainer = SFTTrainer(
        model=job.model,
        args=config,
        train_dataset=_records(job),
        processing_class=_processor(job.model),
        callbacks=[Clock()],
    )
    trainer.train()
    peak = session_peak_mb(os.getpid())
    lines = [line for line in trainer.state.log_history if "loss" in line]
    (begun, cpu_begun), (ended, cpu_ended) = times[job.warm_steps - 1], times[-1]
    steps = job.steps - job.warm_steps
    spent = (ended - begun) / steps, (cpu_ended - cpu_begun) / steps
    return Reading(*spent, peak, float(lines[-1]["loss"]), int(lines[-1].get("num_tokens", 0)))


def _processor(folder: str) -> Any:
    """The model's own; without torchvision, which its video part needs, the same but for that part."""
    from transformers import AutoImageProcessor, AutoProcessor, AutoTokenizer, Qwen3VLProcessor

    if find_spec("torchvision") is not None:
        return AutoProcessor.from_pretrained(folder)

    class Stills(Qwen3VLProcessor):
        """For pictures alone."""

        def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None) -> None:
            super().__init__(image_processor, tokenizer, None, chat_template)

    template = (Path(folder) / "chat_template.jinja").read_text(encoding="utf-8")
    return Stills(AutoImageProcessor.from_pretrained(folder), AutoTokenizer.from_pretrained(folder), template)


def _records(job: Job) -> Any:
    from datasets import Dataset, Image, List  # pyright: ignore[reportMissingImports]

    path = Path(job.data)
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for record in records:
        record["images"] = [str(path.parent / name) for name in record["images"]]
    return Dataset.from_list(records).cast_column("images", List(Image()))


if __name__ == "__main__":
    tell(train(job_of(sys.argv)))
