"""What a run may do by itself, what a person is asked for, and how the answers come."""
