"""The length of replies: free up to a limit, then dearer with every token (the soft punishment of DAPO, arXiv
2503.14476, section 3.4, there for one reply; here the mean of a run's)."""

from agent.trajectory import Trajectory


def overlong(trajectory: Trajectory, free: int, most: int) -> float:
    """0 for replies of up to `free` tokens, 1 for those of `most`, even between: the mean over the run's replies."""
    counts = [len(reply.token_ids) for step in trajectory.steps for reply in step.replies]
    spans = [min(1.0, max(0, count - free) / max(1, most - free)) for count in counts]
    return sum(spans) / len(spans) if spans else 0.0
