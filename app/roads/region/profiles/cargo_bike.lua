-- A loaded cargo bike: cycle ways and quiet streets at 16 km/h at most, no steps, no trains, nothing too narrow for it.

local engine = os.getenv("WASL_OSRM_PROFILES")
package.path = engine .. "/?.lua;" .. package.path

local bike = dofile(engine .. "/bicycle.lua")
local bicycle_setup = bike.setup

bike.setup = function()
  local profile = bicycle_setup()
  profile.width = 1.0 -- metres, with its box
  profile.exclude_cargo_bike = true -- cargo_bike=no is a barrier
  profile.vehicle_max_speed = 16 -- km/h
  profile.use_public_transport = false
  profile.avoid['steps'] = true
  -- With a load it is pushed through a pedestrian street, not along pavements, piers and platforms.
  profile.pedestrian_speeds = { pedestrian = 4 }
  profile.platform_speeds = {}
  profile.man_made_speeds = {}
  -- Blocks that a bicycle slips through and a cargo bike does not.
  for _, value in ipairs({ 'cycle_barrier', 'kissing_gate', 'stile', 'turnstile', 'full-height_turnstile', 'log' }) do
    profile.barrier_blacklist[value] = true
  end
  return profile
end

local bicycle_way = bike.process_way

bike.process_way = function(profile, way, result)
  if way:get_value_by_key('highway') ~= 'steps' then
    bicycle_way(profile, way, result)
  end
end

return bike
