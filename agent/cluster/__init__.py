"""Model servers that HandEye starts, watches and stops; each lives in a Python environment of its own."""
