--- Lists of numbers, for many calls at once.
local numbers <const> = {}

--- Returns the numbers from 1 to `count`.
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
