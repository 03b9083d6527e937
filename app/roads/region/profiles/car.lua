-- A car, as the engine's own profile has it.

local engine = os.getenv("WASL_OSRM_PROFILES")
package.path = engine .. "/?.lua;" .. package.path

return dofile(engine .. "/car.lua")
