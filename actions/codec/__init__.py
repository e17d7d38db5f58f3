"""Between a model's text and the action union: one Protocol, and one file per dialect."""

from actions.codec.codec import Codec, codec

__all__ = ["Codec", "codec"]
