"""What a worker answers instead of a result: a kind, which `worker_process` makes a typed error of, and a sentence."""

from typing import Literal

Kind = Literal["invalid", "locked", "large", "failed"]


class Refusal(Exception):
    """The question can't be answered, and the worker is well."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind: Kind = kind
