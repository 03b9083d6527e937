-- A panel van of 3.5 t with a high roof: the car's streets without those that are too low, too narrow or too weak for it.

local engine = os.getenv("WASL_OSRM_PROFILES")
package.path = engine .. "/?.lua;" .. package.path

local van = dofile(engine .. "/car.lua")
local car_setup = van.setup

van.setup = function()
  local profile = car_setup()
  profile.vehicle_height = 2.6 -- metres
  profile.vehicle_width = 2.1
  profile.vehicle_length = 6.0
  profile.vehicle_weight = 3500 -- kilograms
  return profile
end

return van
