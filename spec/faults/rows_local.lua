--- rows_local.lua: local failures, which also return an error.
local RETURNED <const> = "no local condition makes a call raise"
local SENSE <const> = "messages say what is wrong"

local rows <const> = {}

local function add(row)
  row.over = { "http" }
  rows[#rows + 1] = row
end

-- Token functions whose result is not allowed in a header.
for name, token in pairs {
  ["a line break"] = "a\r\nX-Injected: b",
  ["a NUL"] = "a\0b",
} do
  add {
    name = ("a token function that gives %s makes the call fail"):format(name),
    promise = RETURNED,
    test = function(context)
      context.remote:arm()
      local client <close> = context.connect {
        access_token = function()
          return token
        end,
      }
      local returned <const>, value <const>, problem <const> = pcall(client.get_job, client, "job-1")
      context.complaints:expect("returned", true, returned)
      if returned then context.complaints:expect("value", nil, value) end
      if returned and type(problem) ~= "table" then context.complaints:add "there is no error value" end
      context.complaints:expect("requests", 0, #context.remote:report().seen)
    end,
  }
end

for _, address in ipairs { "https:///v1", "https://", "http:///v1" } do
  add {
    name = ("new refuses the address %q"):format(address),
    promise = SENSE,
    test = function(context)
      local made <const>, raised <const> = pcall(require("bytenite").new, { base_url = address, access_token = "t" })
      context.complaints:expect("made", false, made)
      if made then raised:close() end
      if not made and not tostring(raised):find("base_url", 1, true) then
        context.complaints:add("the message does not name base_url: %s", tostring(raised))
      end
    end,
  }
end

local MARK <const> = "outcome: "

-- Runs a program in another process. After the mark it prints what pcall and the call returned.
local function run_program(context, program_text, prefix, environment)
  local program <const> = require "spec.support.program"
  local words <const> = prefix or {}
  words[#words + 1] = program.interpreter()
  words[#words + 1] = "-e"
  words[#words + 1] = program_text
  local all <const> = { BASE = context.base .. "/v1" }
  for name, value in pairs(environment or {}) do
    all[name] = value
  end
  local ran <const> = program.run(words, all)
  if ran.status ~= 0 then context.complaints:add("status %d: %s", ran.status, ran.errors) end
  return ran.output
end

local PRINT <const> = [[
local function tell(returned, value, problem)
  local words = type(problem) == "table" and ("%s %s %s"):format(problem.kind, problem.message, problem.hint) or ""
  print(("outcome: %s %s %s"):format(returned, value == nil and "none" or "some", returned and words or value))
end
]]

local USE_UP <const> = PRINT
  .. [[
local bytenite = require "bytenite"
local options = { base_url = os.getenv "BASE", access_token = "t", max_retries = 0, timeout = 5 }
local client = bytenite.new(options)
if FIRST_CALL_OF == "another client" then
  local other <close> = bytenite.new(options)
  assert(other:get_job "warm")
elseif FIRST_CALL_OF == "the connection" then
  assert(client:get_job "warm")
end
local held = {}
repeat
  local one = io.open "/dev/null"
  held[#held + 1] = one
until not one
tell(pcall(client.get_job, client, "job-1"))
for _, file in ipairs(held) do file:close() end
collectgarbage()
print("next: " .. tostring((client:get_job "next" or {}).id))
client:close()
]]

local FEW_DESCRIPTORS <const> = { "sh", "-c", 'ulimit -n 40; exec "$@"', "sh" }

for name, first_call_of in pairs {
  ["the first call of a process"] = "the process",
  ["the first call of a client"] = "another client",
} do
  add {
    name = ("%s without a free descriptor fails with a reason"):format(name),
    promise = RETURNED,
    test = function(context)
      local output <const> =
        run_program(context, ("FIRST_CALL_OF = %q "):format(first_call_of) .. USE_UP, { table.unpack(FEW_DESCRIPTORS) })
      local outcome <const> = output:match(MARK .. "([^\n]*)") or output
      if not outcome:find "^true none" then context.complaints:add("the call: %s", outcome) end
      if outcome:find("service running", 1, true) then context.complaints:add("misleading: %s", outcome) end
      if not outcome:lower():find "descriptor" and not outcome:lower():find "open files" then
        context.complaints:add("descriptors are not named: %s", outcome)
      end
      if not output:find "next: next" then context.complaints:add("the next call: %s", output) end
    end,
  }
end

add {
  name = "a kept connection serves a call without a free descriptor",
  promise = RETURNED,
  test = function(context)
    local output <const> =
      run_program(context, 'FIRST_CALL_OF = "the connection" ' .. USE_UP, { table.unpack(FEW_DESCRIPTORS) })
    if not output:find "outcome: true" then context.complaints:add("the call: %s", output) end
    if not output:find "next: next" then context.complaints:add("the next call: %s", output) end
  end,
}

local FAIL_IN_HOST <const> = PRINT
  .. [[
local bytenite = require "bytenite"
local options = { base_url = os.getenv "BASE", access_token = "t", max_retries = 1, timeout = 5 }
local function make()
  local client = bytenite.new(options)
  return client, client:job { id = "job-1", name = "Before" }
end
local client, job
if REMOVED_AFTER == "a call" then
  client, job = make()
  assert(job:set_name "Before")
end
REMOVAL
if not client then client, job = make() end
tell(pcall(job.set_name, job, "After"))
]]

local function add_host(how, removed_after, removal)
  add {
    name = ("a failure in a host that %s after %s is an error"):format(how, removed_after),
    promise = RETURNED,
    fault = function(peer, request)
      if removed_after == "a call" and request.number == 1 then return "reply" end
      peer.wire:close()
    end,
    test = function(context)
      context.remote:arm()
      local program <const> = FAIL_IN_HOST:gsub("REMOVAL", removal)
      local output <const> = run_program(context, ("REMOVED_AFTER = %q "):format(removed_after) .. program)
      local outcome <const> = output:match(MARK .. "([^\n]*)") or output
      if not outcome:find "^true none connection" then context.complaints:add("the call: %s", outcome) end
    end,
  }
end

for how, removal in pairs {
  ["removes require"] = "require = nil",
  ["clears package.loaded"] = "for name in pairs(package.loaded) do package.loaded[name] = nil end",
  ["empties package.path"] = 'package.path, package.cpath = "", ""',
  ["removes package, io, os and debug"] = "package, io, os, debug, require = nil",
} do
  add_host(how, "a call", removal)
end
add_host("removes require", "loading", "require = nil")
add_host("removes package, io, os and debug", "loading", "package, io, os, debug, require = nil")

local FROM_ENVIRONMENT <const> = PRINT
  .. [[
local bytenite = require "bytenite"
local client = bytenite.new { max_retries = 0, timeout = 5 }
tell(pcall(client.get_job, client, "job-1"))
]]

for name, space in pairs { ["a line break"] = "\n", ["blanks"] = "  ", ["a carriage return and a line break"] = "\r\n" } do
  add {
    name = ("a token and an address from the environment may end in %s"):format(name),
    promise = SENSE,
    test = function(context)
      context.remote:arm()
      local output <const> = run_program(context, FROM_ENVIRONMENT, nil, {
        BYTENITE_BASE_URL = context.base .. "/v1" .. space,
        BYTENITE_ACCESS_TOKEN = "token" .. space,
      })
      if not output:find "outcome: true some" then context.complaints:add("the call: %s", output) end
    end,
  }
end

return rows
