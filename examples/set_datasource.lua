-- Sets where a job's input comes from and where its output goes.
--
--   lua5.4 examples/set_datasource.lua [JOB-ID]       without an id: of a new job
local bytenite = require "bytenite"

local client <close> = bytenite.new()
local job = arg[1] and client:job(arg[1]) or assert(client:create_job { templateId = "img-gen" })

local updated, err = job:set_datasource {
  dataSource = bytenite.datasource.url "https://example.org/in.txt",
  dataDestination = bytenite.datasource.s3 {
    name = "out", -- the folder
    bucketName = "renders",
    cloudRegion = "eu-west-1",
    secret_id = "render-farm", -- the credentials stay with ByteNite; this names them
  },
}
if not updated then
  io.stderr:write("the data source was not set: ", tostring(err), "\n")
  os.exit(1, true)
end

local from, to = job.dataSource, job.dataDestination
print(job)
print("from", from.dataSourceDescriptor, from.params.url)
print("to", to.dataSourceDescriptor, to.params.bucketName .. "/" .. to.params.name)
