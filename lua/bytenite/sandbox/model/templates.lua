--- The templates of the sandbox. Makes up a template for an unknown id.
local core <const> = require "bytenite.core"

local templates = {}

local OWNER <const> = "7a1e0c52-9d3f-4b86-a4f1-0c5d2e9b6378"

-- Older templates have only the first six members, as in older responses.
local known <const> = {
  {
    id = "img-gen-diffusers-flux-gpu-template",
    owner = OWNER,
    description = "Prompt to images, one task per replica",
    app = "img-gen-diffusers-flux-gpu@1",
    partitioner = "fanout-replica",
    assembler = "zipper",
  },
  {
    id = "transcription-service-template",
    owner = OWNER,
    description = "Speech to text, one task per stretch of audio",
    app = "transcription-service@2",
    partitioner = "audio-splitter",
    assembler = "text-joiner",
  },
  {
    id = "video-encoding-template",
    owner = OWNER,
    description = "Encodes a video in parallel segments",
    app = "video-encoding@3",
    partitioner = "video-splitter",
    assembler = "video-joiner",
  },
  {
    id = "llama4-app-gpu-template",
    createdAt = "2025-09-30T08:00:00Z",
    updatedAt = "2025-10-02T09:15:30.250Z",
    isPublic = true,
    partitioner = "passthrough",
    assembler = "passthrough",
    dataSource = { dataSourceDescriptor = "bypass", params = core.null },
    dataDestination = { dataSourceDescriptor = "bucket", params = {} },
    params = { partitioner = {}, app = { prompt = "Make me laugh", max_tokens = 256 }, assembler = {} },
    config = { taskTimeout = 3600, jobTimeout = 3600, isTestJob = true, maxTaskRetries = 30 },
    userName = "alice",
    description = "Text generation",
    app = "llama4-app-gpu@1",
    owner = OWNER,
  },
  {
    id = "word-count-template",
    owner = OWNER,
    description = "Counts the words of a text file",
    app = "word-count@1",
    partitioner = "line-splitter",
    assembler = "summer",
  },
  {
    id = "img-gen",
    owner = OWNER,
    description = "Prompt to images, for experiments",
    app = "img-gen@1",
    partitioner = "fanout-replica",
    assembler = "zipper",
  },
}

local by_id <const> = {}
for _, template in ipairs(known) do
  by_id[template.id] = template
end

local NAMED_IN_JOBS <const> = { "id", "owner", "description", "app", "partitioner", "assembler" }

--- Returns the templates in the order of the list.
---@return table[]
---@usage for _, template in ipairs(templates.all()) do print(template.id) end
function templates.all()
  return known
end

--- Returns the templateInfo of a job. Accepts any id: for an unknown id the info is made up, but
--- always equal.
---@param id string
---@return table info
---@usage values.templateInfo = templates.info(values.templateId)
function templates.info(id)
  local template <const> = by_id[id]
    or {
      id = id,
      owner = OWNER,
      description = "Sandbox template " .. id,
      app = id:gsub("%-template$", "") .. "@1",
      partitioner = "fanout-replica",
      assembler = "zipper",
    }
  local info <const> = {}
  for _, name in ipairs(NAMED_IN_JOBS) do
    info[name] = template[name]
  end
  return info
end

--- Returns the members that jobs get from a template. The simulated templates have none.
---@return table members
---@usage local draft = job.updated(job.new(id, now), templates.defaults(templateId))
function templates.defaults()
  return {}
end

return templates
