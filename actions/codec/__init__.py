"""Between a model's text and the action union: one Protocol, and one file per dialect (`actions.codec.codec`)."""
