"""The joint engine on top of the compiled search: food bank, vehicle and place in the route decided together
(`engine`), days of many lots in groups (`large`, `groups`, `regions`), everything put in that has a place (`filling`),
and the last step: fuller emptiest food banks (`lift`) and CP-SAT's choice (`select`) from all routes seen (`pool`)."""
