"""OSWorld: any of its guests as an environment, and a guest of our own that needs no virtual machine."""
