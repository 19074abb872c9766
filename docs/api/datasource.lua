--- Constructors of data sources.
local STORAGE_TEXT <const> = "A file or folder in %s, for `dataSource` or `dataDestination`."

local storage_members <const> = {
  {
    name = "name",
    type = "string",
    required = true,
    text = "path of the file (source) or folder (destination, created if missing)",
  },
  { name = "bucketName", type = "string", required = true, text = "the bucket" },
  { name = "cloudRegion", type = "string", text = 'the region; `"global"` for Storj' },
  { name = "secret_id", type = "string", text = "id of the secret that ByteNite keeps for the account" },
  { name = "secretId", type = "string", text = "`secret_id`, as responses spell it" },
  { name = "accessKey", type = "string", text = "older form: the credentials themselves" },
  { name = "secretKey", type = "string", text = "older form: the credentials themselves" },
}

local storage_source <const> = "docs; `accessKey` and `secretKey`: clients, 2023; `secretId`: inferred"

local function storage(name, where, extra, example)
  return {
    name = name,
    summary = STORAGE_TEXT:format(where),
    text = extra,
    parameters = { { "params", "bytenite.StorageSource", "`name` and `bucketName` are required" } },
    returns = { "bytenite.DataSource", "source", "" },
    raises = "A missing or unknown member, or a value that is not a string.",
    example = example,
    source = storage_source,
  }
end

return {
  name = "datasource",
  title = "Data sources",
  prefix = "bytenite.datasource.",
  text = "Each constructor returns a plain table `{ dataSourceDescriptor, params }` with the `@type` that its "
    .. "params need, for `set_datasource` and `create_job`. Write such a table yourself for a kind without a "
    .. "constructor.",
  --- Classes of the language server, and tables of the reference.
  members = {
    {
      name = "StorageSource",
      of = "What `s3`, `aws`, `gcp` and `storj` take.",
      fields = storage_members,
    },
    {
      name = "UrlSource",
      of = "What `url` takes.",
      fields = {
        { name = "url", type = "string", required = true, text = "http or https" },
        { name = "name", type = "string", text = "a file name" },
        { name = "username", type = "string", text = "for HTTP authentication" },
        { name = "password", type = "string", text = "for HTTP authentication; the service's responses repeat it" },
      },
    },
    {
      name = "FileSource",
      of = "What `file` takes.",
      fields = { { name = "name", type = "string", text = "a file name" } },
    },
  },
  functions = {
    {
      name = "url",
      summary = "A file behind a URL, for `dataSource`.",
      parameters = { { "params", "string|bytenite.UrlSource", "the URL alone, or a table" } },
      returns = { "bytenite.DataSource", "source", "" },
      raises = "A missing or unknown member, or a value that is not a string.",
      example = [[
assert(job:set_datasource { dataSource = bytenite.datasource.url "https://example.org/in.txt" })
print(job.dataSource.params["@type"]) --> type.googleapis.com/bytenite.data_source.HttpDataSource
print(job.dataSource.params.url)      --> https://example.org/in.txt
]],
      source = "docs; `name`, `username`, `password`: clients",
    },
    {
      name = "file",
      summary = "A file to be uploaded, for `dataSource`.",
      text = "The refreshed job then holds the address to upload to, in `dataSource.params.tempUrl`.",
      parameters = { { "params", "bytenite.FileSource?", "" } },
      returns = { "bytenite.DataSource", "source", "" },
      raises = "An unknown member, or a value that is not a string.",
      example = [[
assert(job:set_datasource { dataSource = bytenite.datasource.file() })
print(job.dataSource.params.tempUrl) --> http...
]],
      source = "docs",
    },
    storage(
      "s3",
      "Amazon S3",
      "Pages of the documentation disagree on `s3` and `aws`; older ones and the call's own page have `s3`.",
      [[
assert(job:set_datasource {
  dataSource = bytenite.datasource.s3 {
    name = "in/frames.zip",
    bucketName = "renders",
    cloudRegion = "eu-west-1",
    secret_id = "render-farm",
  },
})
print(job.dataSource.dataSourceDescriptor, job.dataSource.params.bucketName) --> s3 renders
]]
    ),
    storage(
      "aws",
      "Amazon S3, under its newer name",
      "See `s3`.",
      [[
assert(job:set_datasource {
  dataDestination = bytenite.datasource.aws { name = "out", bucketName = "renders", secret_id = "render-farm" },
})
print(job.dataDestination.dataSourceDescriptor) --> aws
]]
    ),
    storage(
      "gcp",
      "Google Cloud Storage",
      "The secret holds HMAC keys.",
      [[
assert(job:set_datasource {
  dataDestination = bytenite.datasource.gcp { name = "out", bucketName = "renders", secret_id = "hmac" },
})
print(job.dataDestination.dataSourceDescriptor) --> gcp
]]
    ),
    storage(
      "storj",
      "Storj",
      nil,
      [[
assert(job:set_datasource {
  dataDestination = bytenite.datasource.storj {
    name = "out",
    bucketName = "renders",
    cloudRegion = "global",
    secret_id = "storj",
  },
})
print(job.dataDestination.params.cloudRegion) --> global
]]
    ),
    {
      name = "bucket",
      summary = "ByteNite's temporary bucket, for `dataDestination`. It keeps the output for 48 hours.",
      parameters = {},
      returns = { "bytenite.DataSource", "source", "" },
      raises = "If an argument is given.",
      example = [[
assert(job:set_datasource { dataDestination = bytenite.datasource.bucket() })
print(job.dataDestination.dataSourceDescriptor) --> bucket
]],
      source = "docs",
    },
    {
      name = "bypass",
      summary = "No data source: nothing is fetched or stored. For `dataSource` or `dataDestination`.",
      parameters = {},
      returns = { "bytenite.DataSource", "source", "" },
      raises = "If an argument is given.",
      example = [[
assert(job:set_datasource { dataSource = bytenite.datasource.bypass() })
print(job.dataSource.dataSourceDescriptor) --> bypass
]],
      source = "docs and clients",
    },
  },
}
