"""The command line: `main` chooses a verb, and each verb is one file that imports its heavy parts when it is
chosen."""
