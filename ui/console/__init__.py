"""The console: a page on this machine, behind a one-time link, to start, watch, answer, take over and replay runs."""
