"""Runs out to the files that other projects train on, and such files back in to runs; one file a format."""
