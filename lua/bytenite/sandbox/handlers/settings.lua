--- Readers of what a job is made of, for the calls that take it.
local fields <const> = require "bytenite.sandbox.fields"
local sources <const> = require "bytenite.sandbox.sources"

local settings = {}

settings.read_config = fields.message {
  taskTimeout = fields.uint32,
  jobTimeout = fields.uint32,
  isTestJob = fields.boolean,
  maxTaskRetries = fields.uint32,
}
settings.read_params = fields.message {
  preset = fields.string,
  partitioner = fields.object,
  assembler = fields.object,
  app = fields.object,
}
settings.read_sources = fields.message { dataSource = sources.read, dataDestination = sources.read }
settings.read_new_job = fields.message {
  jobId = fields.string,
  templateId = fields.string,
  name = fields.string,
  description = fields.string,
  dataSource = sources.read,
  dataDestination = sources.read,
  params = settings.read_params,
  config = settings.read_config,
}

return settings
