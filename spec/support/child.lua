--- Lua programs in other processes, for what depends on the environment: Lua has no setenv.
---
---   local response = child.run("return { token = os.getenv 'BYTENITE_ACCESS_TOKEN' }", { BYTENITE_ACCESS_TOKEN = "t" })
local cjson <const> = require("cjson").new()

local child = {}

-- Variables that a child must not inherit.
local FORGOTTEN <const> = {
  "BYTENITE_API_KEY",
  "BYTENITE_ACCESS_TOKEN",
  "BYTENITE_BASE_URL",
  "BYTENITE_CA_FILE",
  "BYTENITE_CA_PATH",
  "BYTENITE_CLIENT_CERT",
  "BYTENITE_CLIENT_KEY",
  "BYTENITE_PROFILE",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "http_proxy",
  "https_proxy",
  "all_proxy",
  "no_proxy",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
}

local MARK <const> = "the child's result: "

local function quoted(text)
  return "'" .. text:gsub("'", [['\'']]) .. "'"
end

local function interpreter()
  local index = 0
  while arg and arg[index - 1] do
    index = index - 1
  end
  return arg and arg[index] or "lua5.4"
end

-- The core in build/ goes first: under a sanitizer this process has another core, which a child
-- cannot load.
local function search_path(local_part, all)
  return local_part .. ";" .. all
end

--- Runs a chunk of Lua, and waits until it ends.
---@param source string its result is returned by way of JSON
---@param environment table<string, string>|nil variables to set
---@param descriptors integer|nil the largest number of descriptors that the process may have open
---@return any result
---@usage child.run "return require 'bytenite'._VERSION"
function child.run(source, environment, descriptors)
  local words <const> = { descriptors and ("ulimit -n %d; env"):format(descriptors) or "env" }
  for _, name in ipairs(FORGOTTEN) do
    words[#words + 1] = "-u " .. name
  end
  local all <const> = {
    LUA_PATH = search_path("./lua/?.lua;./lua/?/init.lua", package.path),
    LUA_CPATH = search_path("./build/?.so", package.cpath),
  }
  for name, value in pairs(environment or {}) do
    all[name] = value
  end
  for name, value in pairs(all) do
    words[#words + 1] = name .. "=" .. quoted(value)
  end
  local program <const> = ("local function main() %s\nend\nio.write(%q, require('cjson').encode(main()))"):format(
    source,
    MARK
  )
  words[#words + 1] = quoted(interpreter()) .. " -e " .. quoted(program) .. " 2>&1 </dev/null"
  local pipe <const> = assert(io.popen(table.concat(words, " ")))
  local output <const> = pipe:read "a"
  pipe:close()
  local result <const> = output:match(MARK .. "(.*)$")
  return result and cjson.decode(result) or error("the child failed: " .. output, 2)
end

return child
