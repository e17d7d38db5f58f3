"""What is installed, running and listening on this machine, as the command line and the console tell it."""
