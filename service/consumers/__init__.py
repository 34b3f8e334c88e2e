"""One file a topic: a slice of a partition in, applied; never raises."""
