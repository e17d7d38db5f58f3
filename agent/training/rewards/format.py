"""The form of replies: those that are no action cost a try, and the second in a row ends the run."""

from agent.trajectory import Trajectory


def malformed(trajectory: Trajectory) -> float:
    """Share of the replies that were no action, 0 to 1; 0 without a reply."""
    replies = [reply for step in trajectory.steps for reply in step.replies]
    return sum(bool(reply.error) for reply in replies) / len(replies) if replies else 0.0
