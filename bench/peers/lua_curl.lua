-- lua_curl.lua COUNT [show]: updates a job's data source by Lua-cURLv3 and lua-cjson, with one
-- handle for all calls. With `show` every response is printed on a line.
local cjson <const> = require "cjson"
local curl <const> = require "cURL"
local request <const> = require "request"

local count <const>, show <const> = ...

local pieces = {}
local easy <const> = curl.easy {
  url = request.url(),
  customrequest = "PATCH",
  httpheader = { "Authorization: " .. request.token, "Content-Type: application/json", "Accept: application/json" },
  cainfo = request.ca_file,
  writefunction = function(piece)
    pieces[#pieces + 1] = piece
  end,
}

local function update()
  pieces = {}
  easy:setopt_postfields(cjson.encode(request.argument()))
  easy:perform() -- raises on failure
  assert(easy:getinfo_response_code() == 200)
  return cjson.decode(table.concat(pieces))
end

for _ = 1, math.tointeger(count) do
  local response <const> = update()
  if show then print(cjson.encode(response)) end
end
easy:close()
