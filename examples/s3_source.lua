-- Reads a job's input from an S3 bucket and writes its results to another folder of it. The account's key is stored once,
-- as a secret of the service, and jobs name the secret.
--
--   AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... lua5.4 examples/s3_source.lua BUCKET FILE
local bytenite = require "bytenite"

local REGION, SECRET_NAME = os.getenv "AWS_REGION" or "eu-west-1", "renders"

local bucket, file = arg[1], arg[2]
local access_key, secret_key = os.getenv "AWS_ACCESS_KEY_ID", os.getenv "AWS_SECRET_ACCESS_KEY"
if not file or not access_key or not secret_key then
  io.stderr:write "usage: s3_source.lua BUCKET FILE, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment\n"
  os.exit(2, true)
end

local client <close> = bytenite.new()

-- Returns the id of the secret with our name. Stores it first if there is none.
local function secret_id()
  for _, secret in ipairs(assert(client:list_secrets())) do
    if secret.name == SECRET_NAME and secret.accessKey == access_key then return secret.id end
  end
  local stored = assert(client:create_secret {
    secret = { name = SECRET_NAME, secretType = "aws", accessKey = access_key },
    secretKey = secret_key, -- sent once; no response contains it
  })
  return stored.id
end

local id = secret_id()
local job = assert(client:create_job { templateId = "img-gen", name = "Frames from S3" })
assert(job:set_datasource {
  dataSource = bytenite.datasource.s3 { name = file, bucketName = bucket, cloudRegion = REGION, secret_id = id },
  dataDestination = bytenite.datasource.s3 {
    name = "results",
    bucketName = bucket,
    cloudRegion = REGION,
    secret_id = id,
  },
})
print(("%s reads %s from %s"):format(job.id, job.dataSource.params.name, job.dataSource.params.bucketName))
