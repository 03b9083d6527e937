"""Webhooks: what happened, posted to the addresses that organisations name."""
