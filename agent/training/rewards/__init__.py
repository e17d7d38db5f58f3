"""Rewards of reinforcement learning by rule, one file each: what a run was worth, read from its record.

The checker sees the world and not the model's words; all else takes something off.
"""
