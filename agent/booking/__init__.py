"""Documents into a form: each is read, entered by a run of its own, read back before it is sent, and accounted for."""
