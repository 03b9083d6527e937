"""Duplicate effort: what was driven twice, or for little, and what pooling it would save."""
