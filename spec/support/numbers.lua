--- Lists of numbers, for calls by the dozen.
local numbers <const> = {}

--- The numbers from 1 on.
---@param count integer
---@return integer[]
---@usage assert.same({ 1, 2, 3 }, numbers.list(3))
function numbers.list(count)
  local list <const> = {}
  for number = 1, count do
    list[number] = number
  end
  return list
end

return numbers
