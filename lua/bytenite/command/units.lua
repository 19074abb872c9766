--- units.lua: numbers with their units, as tables, records and progress bars show them.
local units <const> = {}

local BINARY <const> = { "KiB", "MiB", "GiB", "TiB" }

--- Returns a number of bytes in binary units: 1536 is "1.5 KiB".
---@param bytes number
---@return string
function units.bytes(bytes)
  local unit = 0
  while bytes >= 1024 and unit < #BINARY do
    bytes = bytes / 1024
    unit = unit + 1
  end
  return unit == 0 and ("%.0f B"):format(bytes) or ("%.1f %s"):format(bytes, BINARY[unit])
end

return units
