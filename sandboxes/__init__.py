"""Where it happens: environments that a task runs in."""
