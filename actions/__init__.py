"""What can be done: the action union, its codecs and the executors that carry it out."""
