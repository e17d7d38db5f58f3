"""Losses, one file each: formula, source, code."""
