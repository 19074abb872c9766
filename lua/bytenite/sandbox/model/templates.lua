--- The templates of the sandbox. Unknown ids get a made-up one.
local core <const> = require "bytenite.core"

local templates = {}

local OWNER <const> = "7a1e0c52-9d3f-4b86-a4f1-0c5d2e9b6378"

-- Older templates have the first six members only, as older responses show them.
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
    description = "Prompt to images, for trying things out",
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

--- The templates, in the order in which they are listed.
---@return table[]
---@usage for _, template in ipairs(templates.all()) do print(template.id) end
function templates.all()
  return known
end

--- What a job says about its template. Any id is good: what is not known is made up from it, the
--- same every time.
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

--- What a template gives to its jobs. These ones give nothing.
---@return table members
---@usage local draft = job.updated(job.new(id, now), templates.defaults(templateId))
function templates.defaults()
  return {}
end

return templates
