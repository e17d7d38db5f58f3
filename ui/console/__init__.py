"""The console: a page on this machine, behind a one-time link, to start, watch, stop and replay runs."""
