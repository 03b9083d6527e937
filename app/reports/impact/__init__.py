"""What a network came to over some days, with every factor beside its figure; and the reports that it publishes."""
