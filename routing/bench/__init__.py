"""Benchmarks: every engine on the same instances in the same run, every answer checked, every figure recomputed."""
