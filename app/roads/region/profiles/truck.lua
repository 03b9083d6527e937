-- A lorry of 12 t: sizes and weight, signs for lorries (hgv=*) before those for cars, and a lorry's own speed limits.

local engine = os.getenv("WASL_OSRM_PROFILES")
package.path = engine .. "/?.lua;" .. package.path

local truck = dofile(engine .. "/car.lua")
local car_setup = truck.setup

truck.setup = function()
  local profile = car_setup()
  profile.vehicle_height = 3.8 -- metres
  profile.vehicle_width = 2.55
  profile.vehicle_length = 10.0
  profile.vehicle_weight = 12000 -- kilograms
  profile.vehicle_max_speed = 85 -- km/h: between the limits of 80 and 90 that most countries have

  profile.access_tags_hierarchy = Sequence { 'hgv', 'motorcar', 'motor_vehicle', 'vehicle', 'access' }
  profile.restrictions = Sequence { 'hgv', 'motorcar', 'motor_vehicle', 'vehicle' }
  -- Signs that let a lorry in only where it has something to deliver there.
  for _, value in ipairs({ 'unsuitable', 'discouraged', 'local' }) do
    profile.access_tag_blacklist[value] = true
    profile.restricted_access_tag_list[value] = true
  end
  return profile
end

-- The limits that are signed for lorries count before those for everybody.
local car_weight = WayHandlers.handle_weight

local function lifted_for_deliveries(way)
  for _, key in ipairs({ 'maxweightrating:hgv:conditional', 'maxweightrating:conditional', 'maxweight:conditional' }) do
    local condition = way:get_value_by_key(key)
    if condition and condition:find('none') and (condition:find('destination') or condition:find('delivery')) then
      return true
    end
  end
  return false
end

WayHandlers.handle_weight = function(profile, way, result, data)
  local forward, backward = result.forward_mode, result.backward_mode
  car_weight(profile, way, result, data)
  local signed = Measure.get_max_weight(way:get_value_by_key('maxweightrating:hgv'))
  if signed and signed < profile.vehicle_weight then
    result.forward_mode, result.backward_mode = mode.inaccessible, mode.inaccessible
  end
  local barred = result.forward_mode ~= forward or result.backward_mode ~= backward
  if barred and lifted_for_deliveries(way) then
    result.forward_mode, result.backward_mode = forward, backward
    result.forward_restricted, result.backward_restricted = true, true
  end
end

local car_maxspeed = WayHandlers.maxspeed

WayHandlers.maxspeed = function(profile, way, result, data)
  car_maxspeed(profile, way, result, data)
  local signed = Measure.get_max_speed(way:get_value_by_key('maxspeed:hgv'))
  if signed and signed > 0 then
    result.forward_speed = math.min(result.forward_speed, signed * profile.speed_reduction)
    result.backward_speed = math.min(result.backward_speed, signed * profile.speed_reduction)
  end
end

return truck
