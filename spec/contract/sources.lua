--- Data sources to send: every constructor with few and with many arguments, and sources without a
--- constructor.
local bytenite <const> = require "bytenite"

local null <const> = bytenite.null
local source <const> = bytenite.datasource

local STORAGE <const> = { name = "in/größe 1.bin", bucketName = "b", cloudRegion = "eu-west-1", secret_id = "s" }

return {
  url = source.url "https://example.org/in.txt?a=b&c=%20",
  ["url with all"] = source.url {
    url = "https://example.org/x",
    name = "x",
    username = "u",
    password = "p",
    more = { 1 },
  },
  file = source.file(),
  ["file with a name"] = source.file { name = "世界.zip" },
  s3 = source.s3(STORAGE),
  aws = source.aws(STORAGE),
  gcp = source.gcp { name = "a", bucketName = "b", accessKey = "k", secretKey = "s" },
  storj = source.storj { name = "a", bucketName = "b", secretId = "s", cloudRegion = "global" },
  bucket = source.bucket(),
  bypass = source.bypass(),
  ["nothing in it"] = {},
  ["params empty"] = { dataSourceDescriptor = "bucket", params = {} },
  ["params null"] = { dataSourceDescriptor = "bucket", params = null },
  ["descriptor null"] = { dataSourceDescriptor = null },
  ["of a kind unknown"] = {
    dataSourceDescriptor = "wasabi",
    params = { ["@type"] = "type.googleapis.com/google.protobuf.Struct", endpoint = "x" },
    region = "eu",
  },
}
