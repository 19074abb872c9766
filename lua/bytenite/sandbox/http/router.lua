--- Finds the operation of a request in the rows of `core.operations`.
local decode <const> = require("http.util").decodeURIComponent

local core <const> = require "bytenite.core"

local router = {}

local BASE_PATH <const> = "/v1"
local SERVICES <const> = { customer = true, computing = true } -- the names until 2025 and since

local function split(path)
  local segments <const> = {}
  for segment in path:gmatch "/([^/]*)" do
    segments[#segments + 1] = segment
  end
  return segments
end

-- Rows by method and number of segments; rows with fewer parameters come first, so that a fixed
-- name takes precedence over an id.
local rows <const> = {}
for _, operation in ipairs(core.operations) do
  local segments <const> = split(operation.path)
  local _ <const>, parameters <const> = operation.path:gsub("{", "{")
  local key <const> = operation.method .. #segments
  rows[key] = rows[key] or {}
  table.insert(rows[key], { operation = operation, segments = segments, parameters = parameters })
end
for _, list in pairs(rows) do
  table.sort(list, function(left, right)
    return left.parameters < right.parameters
  end)
end

-- Returns the values of the row's parameters; nil if the path does not match the row.
local function match(row, segments)
  local values <const> = {}
  for index, wanted in ipairs(row.segments) do
    local given <const> = segments[index]
    local parameter <const> = wanted:match "^{(.+)}$"
    if parameter == nil then
      if given ~= wanted then return nil end
    elseif given == "" or parameter == "service" and not SERVICES[given] then
      return nil
    else
      values[parameter] = decode(given)
    end
  end
  return values
end

--- Returns whether a path is below the API's base path.
---@param path string as received, without the query
---@return boolean
---@usage router.is_api("/v1/customer/jobs") --> true
function router.is_api(path)
  return path:sub(1, #BASE_PATH + 1) == BASE_PATH .. "/"
end

--- Finds the operation of a request.
---@param method string of HTTP
---@param path string as received, without the query; below the base path
---@return table|nil operation the row of `core.operations`; nil if none matches
---@return table<string, string>|nil parameters the path's parameters, percent-decoded
---@usage local operation, parameters = router.find("GET", "/v1/customer/jobs/a%2Fb")
function router.find(method, path)
  local segments <const> = split(path:sub(#BASE_PATH + 1))
  for _, row in ipairs(rows[method .. #segments] or {}) do
    local parameters <const> = match(row, segments)
    if parameters then return row.operation, parameters end
  end
  return nil
end

router.base_path = BASE_PATH

return router
