"""The audit trail, read and verified."""
