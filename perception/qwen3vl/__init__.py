"""Qwen3-VL in PyTorch: configuration, model, weights, tokenizer, processor, and the engine that answers with it.

The whole family (technical report, arXiv 2511.21631), dense and mixture of experts, images and video. Names of tensors
and files are those of the released checkpoints, so that a folder written here loads in other programs and theirs load
here.
"""
