"""The pages that demos and tests work on; training never sees them."""
