"""Clients of a model: one Protocol, and one file per way of reaching a model."""
