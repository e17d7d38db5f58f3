"""Qwen3-VL in PyTorch: configuration, model, weights, tokenizer, image processor.

The dense image path of the architecture (technical report, arXiv 2511.21631). Names of tensors and files are those of
the released checkpoints, so that a folder written here loads in other programs and theirs load here.
"""
