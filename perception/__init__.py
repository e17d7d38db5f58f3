"""What is on the screen, and the model that reads it."""
