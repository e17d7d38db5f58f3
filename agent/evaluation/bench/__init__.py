"""What a step costs in the model, beside `transformers` and SGLang: one table from one run. `make bench`."""
