"""Training: synthetic screens, packed batches, losses and the stages that make a better model.

Needs torch, numpy, pillow, tokenizers, safetensors and pydantic and nothing else, so that it runs on a bare GPU box.
"""
