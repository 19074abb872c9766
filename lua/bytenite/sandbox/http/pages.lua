--- Makes pages of lists: of jobs, with filters and orders, and of other rows.
local decode <const> = require("http.util").decodeURIComponent

local core <const> = require "bytenite.core"

local responses <const> = require "bytenite.sandbox.http.responses"
local protobuf_json <const> = require "bytenite.sandbox.base.protobuf_json"
local job <const> = require "bytenite.sandbox.model.job"
local job_fields <const> = require "bytenite.sandbox.model.job_fields"

local null <const> = core.null

local pages = {}

local USUAL_LIMIT <const>, MOST <const> = 20, 100 -- rows of a page

-- Members that do not change while a job runs: an order by them stays valid until jobs are added or
-- removed.
local LASTING <const> = { id = true, createdAt = true, name = true, templateId = true }

local read_pagination <const> = protobuf_json.message { limit = protobuf_json.uint32, offset = protobuf_json.uint32 }
pages.read_pagination = read_pagination

local function unescaped(text)
  return decode((text:gsub("+", " ")))
end

--- Reads the query of a list into the form of a body: `{pagination{limit, offset}, orderBy}`.
---@param path string as received
---@return table|nil wanted
---@return string|nil message
---@usage local wanted, message = pages.read_query "/v1/customer/jobs?pagination.limit=10"
function pages.read_query(path)
  local pagination <const>, wanted <const> = {}, {}
  for name, value in (path:match "%?(.*)$" or ""):gmatch "([^=&]+)=?([^&]*)" do
    name, value = unescaped(name), unescaped(value)
    local member <const> = name:match "^pagination%.(.+)$"
    if member then
      pagination[member] = value
    elseif name == "orderBy" or name == "order_by" then
      wanted.orderBy = value
    end
  end
  local problem
  wanted.pagination, problem = read_pagination(pagination, "pagination")
  if wanted.pagination == nil then return nil, problem end
  return wanted
end

-- Returns the first row of the page and the number of rows.
local function span_of(wanted)
  local pagination <const> = wanted.pagination
  if pagination == nil or pagination == null then return 0, USUAL_LIMIT end
  local limit, offset = pagination.limit, pagination.offset
  if limit == nil or limit == null or limit == 0 then limit = USUAL_LIMIT end
  if offset == nil or offset == null then offset = 0 end
  return offset, math.min(limit, MOST)
end

-- Makes the response with a page. `row_text` returns the text of the row at an index.
local function page(total, wanted, row_text)
  local offset <const>, limit <const> = span_of(wanted)
  local rows <const> = {}
  for index = offset + 1, math.min(offset + limit, total) do
    rows[#rows + 1] = row_text(index)
  end
  local pagination <const> = core.encode {
    total = total,
    offset = offset,
    hasPrevious = offset > 0 and total > 0,
    hasNext = offset + limit < total,
  }
  return responses.text(200, ('{"pagination":%s,"data":[%s]}'):format(pagination, table.concat(rows, ",")))
end

--- Makes the response with a page of a plain list.
---@param list table[]
---@param wanted table as `read_query` returns it
---@return bytenite.sandbox.Response
---@usage return pages.page(templates.all(), wanted)
function pages.page(list, wanted)
  return page(#list, wanted, function(index)
    return core.encode(list[index])
  end)
end

-- Reads an order: `name`, `name desc`, `name asc` or `-name`. Returns the function that looks the
-- member up, and whether the order is descending.
local function read_order(text)
  local sign <const>, name <const>, direction <const> = text:match "^%s*(%-?)([%w_.]+)%s*(%a*)%s*$"
  local word <const> = (direction or ""):lower()
  if name == nil or word ~= "" and word ~= "asc" and word ~= "desc" then
    return nil, ("invalid value for string field orderBy: %s"):format(core.encode(text))
  end
  local look <const>, problem <const> = job_fields.look_up(name)
  return look, problem or name, sign == "-" or word == "desc"
end

-- The order of values of different types: unset values come first.
local RANK <const> = { ["nil"] = 0, boolean = 1, number = 2, string = 3 }

local function comes_before(left, right)
  local left_rank <const>, right_rank <const> = RANK[type(left)], RANK[type(right)]
  if left_rank ~= right_rank then return left_rank < right_rank end
  if left_rank == 1 then return not left and right end
  return left_rank > 0 and left < right
end

-- Returns ids sorted by a member; newer jobs come first among equals.
local function sorted(state, ids, look, downwards)
  local now <const> = state:now()
  local keys <const>, ages <const> = {}, {}
  for index, id in ipairs(ids) do
    keys[id] = job_fields.comparable(look(state.jobs:get(id, now).values))
    ages[id] = index
  end
  table.sort(ids, function(left, right)
    local left_key <const>, right_key <const> = keys[left], keys[right]
    if left_key == right_key then return ages[left] < ages[right] end
    if downwards then return comes_before(right_key, left_key) end
    return comes_before(left_key, right_key)
  end)
  return ids
end

local function newest_first(ids)
  local reversed <const>, count <const> = {}, #ids
  for index = 1, count do
    reversed[index] = ids[count + 1 - index]
  end
  return reversed
end

-- Returns all ids in an order. Caches the order while it is valid.
local function all_sorted(state, text, name, look, downwards)
  local memory <const> = state.order
  local jobs <const> = state.jobs
  if memory and memory.jobs == jobs and memory.version == jobs.version and memory.text == text then
    return memory.ids
  end
  local ids <const> = sorted(state, newest_first(jobs:in_order()), look, downwards)
  state.order = LASTING[name] and { jobs = jobs, version = jobs.version, text = text, ids = ids } or nil
  return ids
end

local function that_pass(state, passes)
  local ids <const>, now <const> = {}, state:now()
  local all <const> = state.jobs:in_order()
  for index = #all, 1, -1 do
    if passes(state.jobs:get(all[index], now).values) then ids[#ids + 1] = all[index] end
  end
  return ids
end

--- Makes the response with a page of jobs. Without an order the newest come first.
---@param state bytenite.sandbox.State
---@param wanted {pagination: table|nil, orderBy: string|nil}
---@param passes (fun(values: table): boolean)|nil which jobs, all by default
---@return bytenite.sandbox.Response
---@usage return pages.jobs(state, wanted)
function pages.jobs(state, wanted, passes)
  local text <const> = wanted.orderBy
  local look, name, downwards
  if text ~= nil and text ~= null and text ~= "" then
    look, name, downwards = read_order(text)
    if look == nil then return responses.refuse("INVALID_ARGUMENT", name) end
  end
  local now <const> = state:now()
  local ids, is_reversed
  if passes then
    ids = that_pass(state, passes)
    if look then sorted(state, ids, look, downwards) end
  elseif look then
    ids = all_sorted(state, text, name, look, downwards)
  else
    ids, is_reversed = state.jobs:in_order(), true
  end
  return page(#ids, wanted, function(index)
    return job.text(state.jobs:get(ids[is_reversed and #ids + 1 - index or index], now))
  end)
end

return pages
