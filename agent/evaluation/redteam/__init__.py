"""Attacks on runs: instructions in what is seen, and a policy that always follows them. What counts is what happens."""
