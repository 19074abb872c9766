--- methods.lua: turns each input into a program: calls of functions and methods of the core and the
--- module, with any values on any objects, also from metamethods and finalizers. The calls may fail
--- but must not corrupt memory. The program returns the number of calls that it made.
local bytenite <const> = require "bytenite"
local core <const> = require "bytenite.core"

local MOST_ACTIONS <const> = 60 -- of an input
local MOST_OBJECTS <const> = 24
local DEEPEST <const> = 4 -- actions within actions

local MOST_RESULTS <const> = 100 -- of a function
local LONGEST_STEP <const> = 0.005 -- seconds that a step may wait in vain

local FILES <const> = os.getenv "FUZZ_FILES" or "build/fuzz/files"

local function names_of(methods, left_out)
  local names <const> = {}
  for name, value in pairs(methods) do
    if type(value) == "function" and not left_out[name] then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

local core_names <const> = names_of(core, { folder = true, stamp = true })
local session_names <const> = names_of(core.methods.session, {})
local exchange_names <const> = names_of(core.methods.exchange, {})
local client_names <const> =
  { "close", "job", "get_job", "create_job", "step", "map", "async", "request", "list_jobs", "pollable", "info" }
local job_names <const> =
  { "set_name", "set_params", "set_configs", "set_datasource", "refresh", "run", "delete", "results" }
local file_names <const> = { "create", "write", "size", "restart", "occupant", "commit", "discard", "get" }

local readers <const> = { "value", "job", "headers", "body", "outcome", "take" }
local kinds_of_names <const> = { client_names, job_names, file_names }

local strings <const> = {
  "",
  "j1",
  "job 1",
  "a",
  "b/c",
  "../x",
  "/abs",
  "\0",
  "\xFF",
  "{}",
  "[1,2,{}]",
  '{"job":{"id":"job 1"}}',
  '"\\ud83d\\ude00"',
  "GET",
  "POST",
  "X: y",
  "JobResponse",
  "Job",
  "JobParams",
  "12345678901234567890",
  "-0",
  ("x"):rep(3000),
}
local numbers <const> = {
  0,
  1,
  2,
  3,
  5,
  17,
  -1,
  0.5,
  -0.0,
  0 / 0,
  1 / 0,
  -1 / 0,
  1e-3,
  1e300,
  4096,
  2 ^ 31,
  2 ^ 53,
  math.maxinteger,
  math.mininteger,
}

-- Settings of the collector; numbers are those of collectgarbage "incremental". With the smallest
-- steps almost every allocation may run finalizers. A full collection counts as ten actions, and so
-- does a change of the mode.
local SMALL_STEPS <const>, USUAL_STEPS <const> = { 100, 100, 1 }, { 800, 100, 13 }
local collections <const> = {
  { "collect" },
  { "step" },
  { "step" },
  { "step" },
  { "step" },
  { "step" },
  { "step" },
  { "step" },
  { "generational" },
  { "incremental", table.unpack(USUAL_STEPS) },
  { "incremental", table.unpack(SMALL_STEPS) },
  { "incremental", table.unpack(SMALL_STEPS) },
}

-- A program: the input, the rest of it, and the objects made so far.
local Program <const> = {}
Program.__index = Program

function Program:byte()
  local at <const> = self.at
  self.at = at + 1
  return self.input:byte(at) or 0
end

function Program:pick(list)
  return list[self:byte() % #list + 1]
end

function Program:add(object)
  if object == nil or object == false then return end
  local objects <const> = self.objects
  objects[#objects < MOST_OBJECTS and #objects + 1 or self:byte() % MOST_OBJECTS + 1] = object
end

function Program:object()
  local objects <const> = self.objects
  return objects[#objects > 0 and self:byte() % #objects + 1 or 1]
end

-- Returns a function that does the next action of the program when it is called. As an iterator it
-- ends.
function Program:doer(result)
  local left = MOST_RESULTS
  return function()
    self:act()
    left = left - 1
    return left >= 0 and result or nil
  end
end

local makers <const> = {
  function(self)
    return self:pick(strings)
  end,
  function(self)
    return self:pick(numbers)
  end,
  function(self)
    return self:object()
  end,
  function()
    return nil
  end,
  function(self)
    return self:byte() % 2 == 0
  end,
  function()
    return core.null
  end,
  function(self)
    local list <const> = {}
    for index = 1, self:byte() % 5 do
      list[index] = self:value()
    end
    return self:byte() % 2 == 0 and list or core.array(list)
  end,
  function(self)
    local members <const> = {}
    for _ = 1, self:byte() % 5 do
      members[self:pick(strings)] = self:value()
    end
    return members
  end,
  function(self)
    return { id = "job 1", name = "x", config = { taskTimeout = 1 }, params = { app = { a = self:value() } } }
  end,
  function(self)
    local run <const> = self:doer(self:pick(numbers))
    return setmetatable({ self:value() }, {
      __index = run,
      __newindex = run,
      __len = run,
      __pairs = run,
      __gc = run,
      __close = run,
      __eq = run,
      __call = run,
      __tostring = self:doer "text",
      __name = "fuzz",
    })
  end,
  function(self)
    return self:doer(self:pick(strings))
  end,
  function(self)
    return self.base_url .. "/customer/jobs/" .. self:pick(strings)
  end,
}

function Program:value()
  if self.depth >= DEEPEST then return nil end
  self.depth = self.depth + 1
  local value <const> = makers[self:byte() % #makers + 1](self)
  self.depth = self.depth - 1
  return value
end

function Program:values()
  local count <const> = self:byte() % 8
  local values <const> = { n = count }
  for index = 1, count do
    values[index] = self:value()
  end
  return table.unpack(values, 1, count)
end

-- Keeps the results of a call.
local function keep(self, ok, ...)
  if not ok then return end
  for index = 1, math.min(select("#", ...), 3) do
    local value <const> = select(index, ...)
    if type(value) == "userdata" or type(value) == "table" or type(value) == "thread" then self:add(value) end
  end
end

local steps <const> = { [core.methods.session.step] = true, [bytenite.new({ access_token = "token" }).step] = true }

local function step_briefly(run, object, seconds, ...)
  local is_long <const> = (tonumber(seconds) or 0) > LONGEST_STEP
  return run(object, is_long and LONGEST_STEP or seconds, ...)
end

function Program:call(run, ...)
  if steps[run] then return self:call(step_briefly, run, ...) end
  local depth <const> = self.depth
  self.calls = self.calls + 1
  if run ~= nil then keep(self, pcall(run, ...)) end
  self.depth = depth
end

local function method_of(object, name)
  return object[name]
end

function Program:call_method(names)
  local object <const> = self:object()
  local found <const>, method <const> = pcall(method_of, object, self:pick(names))
  if found then self:call(method, object, self:values()) end
end

local function close(object)
  local closing <close> = object -- luacheck: ignore closing
end

local actions <const> = {
  function(self) -- any function of the core
    self:call(core[self:pick(core_names)], self:values())
  end,
  function(self) -- any method, on any value
    self:call(core.methods.session[self:pick(session_names)], self:value(), self:values())
  end,
  function(self)
    self:call(core.methods.exchange[self:pick(exchange_names)], self:value(), self:values())
  end,
  function(self) -- any method, on an object that may have it
    self:call_method(session_names)
  end,
  function(self)
    self:call_method(exchange_names)
  end,
  function(self)
    self:call_method(self:pick(kinds_of_names))
  end,
  function(self) -- a session
    self:call(core.session, {
      base_url = self.base_url,
      service = "customer",
      max_connections = self:byte() % 4 + 1,
      http_version = "1.1",
      proxy = "",
      headers = self:byte() % 2 == 0 and { "X-Common: 1", self:pick { "X-Fuzz: 2", 7, true } } or nil,
    })
  end,
  function(self) -- an exchange, with valid arguments
    local rows <const> = core.operations
    local row <const> = self:pick(rows)
    self:call(core.methods.session.exchange, self:object(), row.number, "job 1", self:value(), nil, self:value())
  end,
  function(self)
    self:call(core.methods.session.raw_exchange, self:object(), "GET", self.base_url .. "/customer/jobs/job%201", nil, {
      "X-Fuzz: 1",
    }, self:byte() % 2 == 0)
  end,
  function(self) -- send it, and wait briefly for the response
    local wait <const> = self:byte() % 4 == 0 and 0 or 0.05
    self:call(core.methods.exchange.start, self:object(), self:object(), "token", 0.05, 0.05, 65536, false, wait)
  end,
  function(self) -- read the response
    local method <const> = self:pick(readers)
    self:call(core.methods.exchange[method], self:object(), self:byte() % 2 == 0 and { id = "job 1" } or nil)
  end,
  function(self)
    self:call(core.methods.session.step, self:object(), self:byte() % 8 / 1000)
  end,
  function(self) -- a finalizer
    self.garbage = setmetatable({}, { __gc = self:doer() })
    self.garbage = nil
  end,
  function(self)
    collectgarbage(table.unpack(self:pick(collections)))
  end,
  function(self) -- forget an object, or close it
    local objects <const> = self.objects
    if #objects == 0 then return end
    local index <const> = self:byte() % #objects + 1
    local object <const> = objects[index]
    if self:byte() % 2 == 0 then pcall(close, object) end
    objects[index] = objects[#objects]
    objects[#objects] = nil
  end,
  function(self) -- metatables are hidden
    local object <const> = self:object()
    if type(object) == "userdata" and object ~= core.null then
      if getmetatable(object) ~= false then self.problem = "a metatable is not hidden" end
    end
    pcall(tostring, object)
  end,
  function(self) -- a client
    local client <const> = bytenite.new {
      base_url = self.base_url,
      access_token = "token",
      timeout = 0.05,
      connect_timeout = 0.05,
      deadline = 0.1,
      max_retries = 0,
      on_event = self:byte() % 4 == 0 and self:doer() or nil,
    }
    self:add(client)
    self:add(client:job "job 1")
    self:add(client.session)
  end,
  function(self) -- a folder, and a file in it
    local folder <const> = core.folder(FILES)
    self:add(folder)
    if folder then self:call(folder.create, folder, self:pick(strings)) end
  end,
}

function Program:act()
  if self.at > #self.input or self.depth >= DEEPEST or self.actions >= MOST_ACTIONS then return end
  self.actions = self.actions + 1
  self.depth = self.depth + 1
  actions[self:byte() % #actions + 1](self)
  self.depth = self.depth - 1
end

-- Closes the objects that hold descriptors.
local function finish(self)
  self.at = #self.input + 1
  collectgarbage("incremental", table.unpack(USUAL_STEPS))
  for _, object in ipairs(self.objects) do
    pcall(close, object)
    local found <const>, method <const> = pcall(method_of, object, "close")
    if found and type(method) == "function" and type(object) ~= "table" then pcall(method, object) end
    if type(object) == "table" and rawget(object, "session") then pcall(method, object) end
  end
  self.objects = {}
end

---@param input string
---@param port integer of the server
---@return integer calls
return function(input, port)
  local self <const> = setmetatable({
    input = input,
    at = 1,
    depth = 0,
    actions = 0,
    calls = 0,
    objects = {},
    base_url = ("http://127.0.0.1:%d/v1"):format(port),
  }, Program)
  while self.at <= #input and self.actions < MOST_ACTIONS do
    self:act()
  end
  finish(self)
  assert(not self.problem, self.problem)
  return self.calls
end
