"""Streets: travel times, lines on the road, the base map and the places of a region, from one map extract."""
