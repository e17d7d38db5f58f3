"""Stands in for easyocr, which brings torch with CUDA: the few tasks that read words in pictures ask for it."""


def __getattr__(name: str) -> object:
    raise AttributeError(f"easyocr.{name} is not here: pip install easyocr into an environment of your own.")
