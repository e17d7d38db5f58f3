"""Who watches: the command line and the console."""
