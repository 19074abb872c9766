--- pagination.lua: lists that come in pages.
local responses <const> = require "bytenite.call.responses"
local call <const> = require "bytenite.call"
local validate <const> = require "bytenite.base.validate"
local core <const> = require "bytenite.core"
local errors <const> = require "bytenite.errors"
local filters <const> = require "bytenite.jobs.filters"
local query_string <const> = require "bytenite.call.query_string"
local base_options <const> = require "bytenite.base.options"

local pagination <const> = {}

-- Decodes `{pagination, data}`. Replaces null and missing members by empty tables.
local function decode_page(exchange)
  local response <const>, kind <const>, message <const> = responses.object(exchange)
  if not response then return nil, kind, message end
  response.data = response.data or core.array {}
  response.pagination = response.pagination or {}
  if not core.is_array(response.data) or type(response.pagination) ~= "table" then
    return nil, "unexpected", "the response is not a page"
  end
  for _, row in ipairs(response.data) do
    if type(row) ~= "table" then return nil, "unexpected", "the response's page does not hold objects" end
  end
  return response
end

-- Decodes a page of jobs, whose rows get the methods of jobs.
local function decode_jobs(exchange, _, client)
  local response <const>, kind <const>, message <const> = decode_page(exchange)
  if not response then return nil, kind, message end
  for _, row in ipairs(response.data) do
    setmetatable(row, client.job_metatable)
  end
  return response
end

local plans <const> = {
  list_jobs = { operation = core.operations.list_jobs, decode_response = decode_jobs },
  filter_jobs = { operation = core.operations.filter_jobs, decode_response = decode_jobs },
  list_templates = { operation = core.operations.list_templates, decode_response = decode_page },
}

local MOST <const> = 0xFFFFFFFF -- the service counts rows in 32 bits
local PAGE_SIZE <const> = 100 -- rows, by default

local limit <const>, offset <const> = validate.integer(1, MOST), validate.integer(0, MOST)

-- Checks of the query's members, by the name of the method.
local known <const> = {
  list_jobs = { limit = limit, offset = offset, orderBy = validate.text },
  filter_jobs = { limit = limit, offset = offset, orderBy = validate.text, filters = filters.read },
  list_templates = { limit = limit, offset = offset },
}
known.each_job = known.filter_jobs
known.each_template = known.list_templates

-- Checks a query and returns the request to send.
local function request_of(name, query)
  local checked <const> = validate.options(name, query, known[name], "member")
  local request <const> = { orderBy = checked.orderBy, filters = checked.filters }
  if checked.limit or checked.offset then request.pagination = { limit = checked.limit, offset = checked.offset } end
  return request
end

--- Implements the methods that fetch one page.
---@param name string of the method: list_jobs, filter_jobs or list_templates
function pagination.fetch(client, name, query, options)
  return call.run(client, plans[name], nil, request_of(name, query), options)
end

local Walk <const> = {}
Walk.__index = Walk

-- Stores what a page says about the whole list: the number of rows, and whether more pages follow.
-- Ignores a total of 0: the service prints unset members as 0.
local function read_totals(self, totals)
  local total <const> = math.type(totals.total) == "integer" and totals.total or nil
  self.is_told_last = totals.hasNext == false and total ~= 0
  self.is_told_more = totals.hasNext == true
  if total and total > 0 then self.total = total end
end

-- Returns whether all rows of the reported total have been read. The total may grow meanwhile: a
-- program may create a job for each row that it reads. Reading continues into the new rows only
-- while each stretch of them is shorter than the stretch before, so that it always ends.
local function has_reached_total(self)
  self.stretch = self.stretch or self.total - self.first
  self.limit = self.limit or self.total
  if self.offset >= self.total then return true end
  if self.offset < self.limit then return false end
  local growth <const> = self.total - self.limit
  if growth >= self.stretch then return true end
  self.stretch, self.limit = growth, self.total
  return false
end

-- Returns whether a page has the rows of the page before it.
local function is_repeated(before, rows)
  if not before or #before ~= #rows or #rows == 0 then return false end
  for index, row in ipairs(rows) do
    if before[index] ~= (rawget(row, "id") or false) then return false end
  end
  return true
end

local function ids_of(rows)
  local ids <const> = {}
  for index, row in ipairs(rows) do
    ids[index] = rawget(row, "id") or false
  end
  return ids
end

-- Returns whether the page just read is the last one. Raises if the service repeats a page.
local function is_last(self, rows)
  if #rows == 0 or self.is_told_last then return true end
  -- A service may cap the total: then `hasNext` says that rows follow beyond it.
  local is_capped <const> = self.is_told_more and self.total and self.offset >= self.total
  if self.total and not is_capped then return has_reached_total(self) end
  if is_repeated(self.ids, rows) then
    error(errors.new { kind = "unexpected", message = "the service returned the same page again" }, 0)
  end
  self.ids = ids_of(rows)
  return false
end

function Walk:__close()
  self.is_turning = false
end

-- Fetches the next page. Raises the error if that fails; the next call tries again.
local function turn_page(self)
  if self.is_turning then validate.raise(self.name .. ": another task waits for the next page of this iterator") end
  self.is_turning = true
  local turning <close> = self -- luacheck: ignore turning
  local request <const> = self.request
  request.pagination.offset = self.offset
  local page <const>, problem <const> = call.run(self.client, self.plan, nil, request, self.options)
  if not page then error(problem, 0) end
  local rows <const> = page.data
  self.offset = self.offset + #rows
  read_totals(self, page.pagination)
  self.is_over = is_last(self, rows)
  self.rows, self.next_row = rows, 1
end

-- Returns the next row, or nil at the end. Releases the row that it returns.
local function next_row(self)
  while not self.rows[self.next_row] do
    if self.is_over then return nil end
    turn_page(self)
  end
  local index <const> = self.next_row
  local row <const> = self.rows[index]
  self.rows[index], self.next_row = false, index + 1
  return row
end

-- Raises on bad input now, and not when the first page is fetched.
local function check_request(name, operation, request, options)
  validate.options(name, options, base_options.limits)
  if operation.query then return query_string.text(name, query_string.flatten(request)) end
  local ok <const>, problem <const> = core.encode(request, operation.body)
  if not ok then validate.raise(name .. ": " .. problem) end
end

--- Implements the methods that iterate over all pages. Keeps one page in memory at a time.
---@param name string of the method: each_job or each_template
function pagination.each(client, name, query, options)
  local request <const> = request_of(name, query)
  local call_name <const> = name == "each_template" and "list_templates"
    or request.filters and "filter_jobs"
    or "list_jobs"
  local plan <const> = plans[call_name]
  request.pagination = request.pagination or {}
  request.pagination.limit = request.pagination.limit or PAGE_SIZE
  check_request(name, plan.operation, request, options)
  local first <const> = request.pagination.offset or 0
  local walk <const> = setmetatable({
    name = name,
    client = client,
    plan = plan,
    request = request,
    options = options,
    first = first,
    offset = first,
    rows = {},
    next_row = 1,
    is_over = false,
    is_turning = false,
  }, Walk)
  return function()
    return next_row(walk)
  end
end

return pagination
