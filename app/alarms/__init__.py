"""Alarms: what is wrong with shifts is found every minute, told step by step, taken on by somebody or cleared."""
