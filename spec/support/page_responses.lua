--- Pages of lists that a sandbox sends one after another.
---
---   local page <const>, asked <const> = page_responses.of(service)
---   page("a b", { total = 3 })
---   page("c", { total = 3 })
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"

local page_responses <const> = {}

--- Returns a function that adds a page to a sandbox's responses, and one that returns the paths it
--- received.
---@param service spec.Sandbox
---@return fun(ids: string, pagination: table|nil, operation: string|nil) page adds a page
---@return fun(): string[] asked returns the paths, without their common beginning
---@usage local page <const>, asked <const> = page_responses.of(sandbox.plain())
function page_responses.of(service)
  local function page(ids, pagination, operation)
    local data <const> = bytenite.array {}
    for id in ids:gmatch "%S+" do
      data[#data + 1] = { id = id, name = "Job " .. id }
    end
    service:fault {
      operation = operation or "list_jobs",
      body = bytenite.encode { data = data, pagination = pagination },
    }
  end

  local function asked()
    local paths <const> = {}
    for _, request in ipairs(connect.sent(service)) do
      paths[#paths + 1] = request.path:match "^/v1/customer/(.*)$"
    end
    return paths
  end

  return page, asked
end

--- Returns the ids of the rows of an iterator as one text.
---@param each function
---@return string
---@usage assert.equal("a b c", page_responses.walk(client:each_job()))
function page_responses.walk(each)
  local ids <const> = {}
  for row in each do
    ids[#ids + 1] = row.id
  end
  return table.concat(ids, " ")
end

return page_responses
