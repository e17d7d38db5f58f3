"""The commands of the phone's shell, in the words and with the faults of Android 14's own."""
