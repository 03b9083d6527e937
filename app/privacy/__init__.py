"""Personal data: exported, erased, and forgotten when its time is over."""
