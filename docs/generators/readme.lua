--- The tables of README.md: what stands between `<!-- NAME: written by docs/generate.lua -->` and `<!-- end of NAME -->`.
local tables <const> = require "docs.generators.tables"

local BEGIN <const> = "<!%-%- ([%a]+): written by docs/generate%.lua %-%->\n"

--- The text of README.md with its tables written anew.
-- @tparam table api
-- @tparam string text as it is
-- @treturn string
-- @raise on a table that is not known, or does not end
return function(api, text)
  local parts <const> = {}
  local at = 1
  while true do
    local start <const>, stop <const>, name <const> = text:find(BEGIN, at)
    if not start then break end
    local write <const> = tables[name] or error("README.md: no table is called " .. name)
    local ending <const> = ("<!-- end of %s -->"):format(name)
    local ending_start <const> = text:find(ending, stop, true) or error("README.md: no " .. ending)
    parts[#parts + 1] = text:sub(at, stop)
    parts[#parts + 1] = "\n" .. write(api):gsub("%]%(#", "](docs/reference.md#") .. "\n"
    at = ending_start
  end
  parts[#parts + 1] = text:sub(at)
  return table.concat(parts)
end
