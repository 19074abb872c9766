--- Makes the results of finished jobs, and links to them.
local core <const> = require "bytenite.core"

local base64 <const> = require "bytenite.sandbox.base.base64"
local file_contents <const> = require "bytenite.sandbox.model.file_contents"

---@class bytenite.sandbox.Result
---@field name string
---@field content bytenite.sandbox.Content
---@field link string|nil instead of a link to this sandbox

local job_results = {}

local function summary(kept)
  local values <const> = kept.values
  return ("job %s\nchunks %s\nseconds %s\n"):format(
    tostring(values.id),
    tostring(values.numChunks),
    tostring(values.duration)
  )
end

-- Returns the default results of a job: its input unchanged, and a few lines of text.
local function usual(state, id, kept)
  local list <const> = {}
  local upload <const> = state.uploads[id]
  if upload then list[1] = { name = "out_0/" .. upload.name, content = upload.content } end
  list[#list + 1] = { name = "out_0/result.txt", content = file_contents.text(summary(kept)) }
  return list
end

--- Returns the results of a job.
---@param state bytenite.sandbox.State
---@param id string
---@param kept bytenite.sandbox.Job
---@return bytenite.sandbox.Result[]
---@usage local list = job_results.of(state, id, kept)
function job_results.of(state, id, kept)
  return state.results[id] or usual(state, id, kept)
end

--- Returns the list of a job's results for the response, with new links.
---@param state bytenite.sandbox.State
---@param id string
---@param kept bytenite.sandbox.Job
---@return table[] rows `{name, link}`
---@usage return responses.json(200, { results = job_results.rows(state, id, kept) })
function job_results.rows(state, id, kept)
  local rows <const> = core.array {}
  for index, result in ipairs(job_results.of(state, id, kept)) do
    local last <const> = core.percent_encode(result.name:match "[^/]*$")
    local path <const> = ("/sandbox/results/%s/%d/%s"):format(core.percent_encode(id), index, last)
    local link <const> = result.link or state.origin .. state.signed_urls:sign(path, state:now())
    rows[index] = { name = result.name, link = link }
  end
  return rows
end

local function content_of(description)
  if type(description.content) == "string" then return file_contents.text(description.content) end
  if type(description.content_base64) == "string" then
    local bytes <const> = base64.decode(description.content_base64)
    return bytes and file_contents.text(bytes)
  end
  local size <const> = math.tointeger(description.size)
  if size and size >= 0 then return file_contents.generated(size, description.seed) end
  return type(description.link) == "string" and file_contents.text "" or nil
end

--- Reads results from the control API: a list of objects with `name` and one of `content`,
--- `content_base64`, `size` (with `seed`) and `link`.
---@param list any
---@return bytenite.sandbox.Result[]|nil
---@return string|nil message
---@usage local list, message = job_results.parse { { name = "out_0/x", size = 1000, seed = 7 } }
function job_results.parse(list)
  if type(list) ~= "table" then return nil, "results must be a list" end
  local parsed <const> = {}
  for index, description in ipairs(list) do
    local is_object <const> = type(description) == "table"
    local content <const> = is_object and content_of(description)
    if not content or type(description.name) ~= "string" then
      return nil, ("result %d is not an object with a name and content, content_base64, size or link"):format(index)
    end
    parsed[index] = { name = description.name, content = content, link = description.link }
  end
  return parsed
end

return job_results
