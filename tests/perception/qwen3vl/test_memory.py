"""What is freed stays with the process until it is given back."""

import subprocess
import sys

from tests.perception.qwen3vl.conftest import linux

PROGRAM = """
from pathlib import Path
import torch
from perception.qwen3vl.memory import give_back, keep_freed_memory

def held():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS"))

assert keep_freed_memory()
before = held()
buffers = [torch.ones(25 << 18) for _ in range(8)]  # 8 of 25 MB
del buffers
kept = held() - before
give_back()
print(kept, held() - before)
"""


@linux
def test_freed_buffers_are_kept_and_then_given_back() -> None:
    found = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout.split()
    kept, left = map(int, found)
    assert kept > 150
    assert left < 50
