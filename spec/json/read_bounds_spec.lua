-- The limits of what reading any text costs: C stack, time and memory.
local bytenite <const> = require "bytenite"
local compile <const> = require "spec.support.compile"

local LEVELS <const> = 128
local MOST_STACK <const> = 64 * 1024 -- bytes: threads of musl have 128 KiB

describe("the C stack that reading needs", function()
  local programs, stack

  lazy_setup(function()
    programs = compile.folder()
    stack = programs:program "stack"
  end)

  lazy_teardown(function()
    getmetatable(programs).__close(programs)
  end)

  -- Returns the bytes of stack that reading a text needs.
  local function stack_for(text, type_name)
    local script <const> = os.tmpname()
    local file <const> = assert(io.open(script, "w"))
    file:write(([[
      package.path, package.cpath = %q, %q
      local core = require "bytenite.core"
      return function() assert(core.decode(%q, %q)) end, function() end
    ]]):format(package.path, package.cpath, text, type_name))
    file:close()
    local pipe <const> = assert(io.popen(("%s %s 2>&1"):format(stack, script)))
    local output <const> = pipe:read "a"
    pipe:close()
    os.remove(script)
    return assert(math.tointeger(output), output)
  end

  for name, case in pairs {
    ["objects"] = { ('{"a":'):rep(LEVELS) .. [["\u0041"]] .. ("}"):rep(LEVELS), "any" },
    ["lists"] = { ("["):rep(LEVELS) .. "0.1e-200" .. ("]"):rep(LEVELS), "any" },
    ["declared objects"] = { ('{"directories":['):rep(LEVELS // 2) .. ("]}"):rep(LEVELS // 2), "Directory" },
    ["a job"] = {
      '{"job":{"params":{"app":' .. ('{"a":'):rep(LEVELS - 3) .. "0" .. ("}"):rep(LEVELS),
      "JobResponse",
    },
  } do
    it(("is at most 64 KiB for %d levels of %s"):format(LEVELS, name), function()
      local bytes <const> = stack_for(case[1], case[2])
      assert(bytes <= MOST_STACK, bytes .. " bytes")
    end)
  end
end)

describe("the time that reading takes #timing", function()
  local SIZE <const> = 2000000
  local LEVELS_OF_TEXT <const> = 99

  local function seconds_for(text)
    local best = math.huge
    for _ = 1, 3 do
      local began <const> = os.clock()
      bytenite.decode(text)
      best = math.min(best, os.clock() - began)
    end
    return best
  end

  -- Compares the time for a string within one level and within many.
  local function check(opening, closing)
    local content <const> = ('"%s"'):format(("x"):rep(SIZE))
    local flat <const> = seconds_for(opening .. content .. closing)
    local nested <const> = seconds_for(opening:rep(LEVELS_OF_TEXT) .. content .. closing:rep(LEVELS_OF_TEXT))
    assert(nested < 3 * flat + 0.002, ("%.4f s, in one level %.4f s"):format(nested, flat))
  end

  it("does not grow with the levels around a string", function()
    check('{"a":', "}")
  end)

  it("does not grow with levels under a name with escapes", function()
    check([[{"\u0061":]], "}")
  end)

  it("does not grow with levels of long lists", function()
    check("[" .. ("0,"):rep(32), "]")
  end)

  it("does not grow with levels of many members", function()
    local members <const> = {}
    for i = 1, 32 do
      members[i] = ('"%d":0,'):format(i)
    end
    check("{" .. table.concat(members) .. '"a":', "}")
  end)
end)

describe("the memory that reading takes", function()
  -- Returns all bytes that are allocated, including those that become garbage.
  local function bytes_for(text)
    collectgarbage()
    collectgarbage "stop"
    local before <const> = collectgarbage "count"
    bytenite.decode(text)
    local after <const> = collectgarbage "count"
    collectgarbage "restart"
    return (after - before) * 1024
  end

  local SLACK <const> = 64 * 1024 -- bytes: the stack or the table of strings may grow meanwhile
  local members <const> = {}
  for i = 1, 33 do
    members[i] = ('"a%d":0'):format(i)
  end
  for name, opening in pairs {
    ["an object"] = "{" .. table.concat(members, ","),
    ["a list"] = "[0" .. (",0"):rep(40),
  } do
    it(("does not grow with invalid text after %s"):format(name), function()
      local few <const> = bytes_for(opening .. (","):rep(100))
      local many <const> = bytes_for(opening .. (","):rep(1000000)) -- 1 MB
      assert(many <= few + SLACK, ("%d bytes, for a short text %d"):format(many, few))
    end)
  end
end)
