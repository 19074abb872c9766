--- Readers of the parts of a job, for the calls that take them.
local protobuf_json <const> = require "bytenite.sandbox.base.protobuf_json"
local data_sources <const> = require "bytenite.sandbox.model.data_sources"

local job_body = {}

job_body.read_config = protobuf_json.message {
  taskTimeout = protobuf_json.uint32,
  jobTimeout = protobuf_json.uint32,
  isTestJob = protobuf_json.boolean,
  maxTaskRetries = protobuf_json.uint32,
}
job_body.read_params = protobuf_json.message {
  preset = protobuf_json.string,
  partitioner = protobuf_json.object,
  assembler = protobuf_json.object,
  app = protobuf_json.object,
}
job_body.read_sources = protobuf_json.message { dataSource = data_sources.read, dataDestination = data_sources.read }
job_body.read_new_job = protobuf_json.message {
  jobId = protobuf_json.string,
  templateId = protobuf_json.string,
  name = protobuf_json.string,
  description = protobuf_json.string,
  dataSource = data_sources.read,
  dataDestination = data_sources.read,
  params = job_body.read_params,
  config = job_body.read_config,
}

return job_body
