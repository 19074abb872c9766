--- scenario.lua: a whole call whose allocations fail one after the other, from loading the core to
--- closing the client.
--
-- Run by oom.c once for every k. Allocations count and fail only inside `host.attempt`; everything
-- else here has memory. After a failure in a step, the step must have raised "not enough memory"
-- (or succeeded without), the job must be unchanged or completely new, and the same step and all
-- later ones must work as if nothing had happened.
local host <const> = ...

local world <const> = {} -- what the steps share: bytenite, client, job, text, value

local function is_equal(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return rawequal(a, b) and math.type(a) == math.type(b) end
  for name, value in next, a do
    if not is_equal(value, rawget(b, name)) then return false end
  end
  for name in next, b do
    if rawget(a, name) == nil then return false end
  end
  return true
end

local function copy(value)
  if type(value) ~= "table" then return value end
  local twin <const> = {}
  for name, member in next, value do
    twin[name] = copy(member)
  end
  return twin
end

local steps <const> = assert(loadfile "spec/oom/steps.lua")(host, world, is_equal)

-- Other errors that a lack of memory in libcurl may become while Lua has some left: libcurl reports
-- an address that cannot be resolved, or, if the next allocation succeeds, a header that is too
-- large. All others are wrong.
local honest <const> = { connection = true, too_large = host.plan == "once" }

local function judge_error(problem)
  assert(honest[problem.kind], ("an error that is not what happened: %s"):format(tostring(problem)))
  return true, ("gave nil and an error of kind %s"):format(problem.kind)
end

-- Judges a step in which an allocation failed. Returns whether it must be repeated, and the result
-- in words.
local function judge(step, succeeded, value, problem)
  if not succeeded then
    if type(value) == "table" then return judge_error(value) end -- from an assert
    assert(type(value) == "string" and value:find "not enough memory$", ("raised %s"):format(tostring(value)))
    return true, "raised"
  end
  if value == nil then return judge_error(problem) end
  if step.is_refused and not value.problem.status then return judge_error(value.problem) end
  if step.is_caught and value[1] == false and tostring(value[2]):find "not enough memory$" then
    return true, "raised"
  end
  return false, "went on"
end

local verdict = nil -- the result of the allocation that failed

local function run(step)
  local before <const> = copy(world.job)
  local succeeded, value, problem = host.attempt(step.run)
  if host.have_failed() and not verdict then
    local again
    again, verdict = judge(step, succeeded, value, problem)
    if again and before and not is_equal(world.job, before) then
      assert(step.check(world.job), "the job is neither as it was nor refreshed")
    end
    verdict = ("%s: %s"):format(step.name, verdict)
    if again then
      succeeded, value, problem = pcall(step.run)
    end
  end
  assert(succeeded, value)
  assert(value, problem)
  assert(step.check(value), "a wrong result")
end

for _, step in ipairs(steps) do
  local succeeded <const>, problem <const> = pcall(run, step)
  if not succeeded then
    error(
      ("in step %q (%s): %s"):format(
        step.name,
        verdict or host.have_failed() and "failed here" or "nothing failed",
        tostring(problem)
      ),
      0
    )
  end
end
return verdict
