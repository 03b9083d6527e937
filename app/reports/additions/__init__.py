"""More impact together: what one more vehicle, hour, box, partner would have rescued on recorded days, at what cost."""
