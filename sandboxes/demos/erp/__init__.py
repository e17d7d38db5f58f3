"""A small program for booking invoices, as offices have them: pages over SQLite, and a checker that
reads SQLite alone."""
