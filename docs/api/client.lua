--- Clients and their methods but for those in many.lua and loops.lua.
local OPTIONS <const> = { "options", "bytenite.CallOptions?", "limits of this call; see [Options](#options)" }

return {
  name = "Client",
  title = "Clients",
  prefix = "client:",
  text = "A client belongs to one Lua state. After a fork, calls in the child fail with `closed`: make a client in "
    .. "each process. `tostring(client)` gives the address and whether it is closed.",

  --- Classes of the language server, and tables of the reference.
  members = {
    {
      name = "Request",
      of = "What `client:request` takes.",
      fields = {
        {
          name = "path",
          type = "string",
          required = true,
          text = "below `base_url`, percent-encoded, without a query",
        },
        { name = "method", type = "string", text = "in capitals; GET if omitted" },
        {
          name = "query",
          type = "table<string, string|number|boolean|table>",
          text = "by name; values are percent-encoded, a list repeats its name",
        },
        { name = "body", type = "string|table", text = "text to send as it is, or a table to send as JSON" },
        {
          name = "headers",
          type = "table<string, string>",
          text = "by name, except Authorization, Host, Content-Length and others that the module, a proxy or the "
            .. "connection needs. A header replaces the client's header of the same name, in any letter case. "
            .. "Accept and, with a body, Content-Type are application/json unless given.",
        },
      },
    },
    {
      name = "Response",
      of = "What `client:request` returns.",
      is_result = true,
      fields = {
        { name = "status", type = "integer", text = "200 to 299" },
        {
          name = "headers",
          type = "table<string, string>",
          text = "by name in lower case; those of one name joined by `, `. `Set-Cookie`, which cannot be joined, is in "
            .. "`header_list` only.",
        },
        { name = "header_list", type = "string[][]", text = "the same headers in their order, each `{ name, value }`" },
        { name = "body", type = "string", text = "as it was received" },
      },
    },
  },

  functions = {
    {
      name = "create_job",
      operation = "create_job",
      summary = "Creates a job, as a draft: nothing runs yet.",
      parameters = { { "new", "bytenite.NewJob", "`templateId` is required; see [NewJob](#newjob)" }, OPTIONS },
      returns = { "bytenite.Job", "job", "" },
      fails = "`bad_request` if the service refuses a member. With `maybe_done` the job may exist: the call is "
        .. "never repeated once the service may have acted on it.",
      raises = "A missing `templateId`, a misspelled member or one in the wrong table, a value of the wrong type; "
        .. "nothing is sent.",
      example = [[
local job = assert(client:create_job {
  templateId = "img-gen",
  name = "Nightly batch",
  params = { partitioner = { num_replicas = 5 }, assembler = {}, app = { prompt = "A sunset" } },
  config = { jobTimeout = 86400 },
})
print(job) --> bytenite job ... "Nightly batch" JOB_STATE_NEW
]],
      source = "docs and clients",
    },
    {
      name = "get_job",
      operation = "get_job",
      summary = "Fetches a job.",
      parameters = {
        { "id", "string", 'is percent-encoded; must not be empty, `"."` or `".."`, or hold control characters' },
        OPTIONS,
      },
      returns = { "bytenite.Job", "job", "" },
      fails = "`not_found` if there is no such job.",
      raises = "An invalid id.",
      example = [[
local same = assert(client:get_job(job.id))
print(same.name) --> Nightly batch

local none, err = client:get_job "no-such-job"
print(none, err.kind, err.status) --> nil not_found 404
]],
      source = "docs",
    },
    {
      name = "job",
      summary = "Makes a job without a request: a handle from an id, or a stored job from a table.",
      text = "A table becomes the job itself: it gets the methods and keeps its members.",
      parameters = { { "what", "string|table", "an id; or a table with an `id`" } },
      returns = { "bytenite.Job", "job", "" },
      raises = "An invalid id, or a table without one.",
      example = [[
local handle = client:job(job.id)
print(handle.name) --> nil
assert(handle:set_name "My Job") -- the update brings the rest of the job along
print(handle.name, handle.state) --> My Job JOB_STATE_NEW
]],
      source = "module",
    },
    {
      name = "request",
      summary = "Sends any request to the service, for calls that this module does not have.",
      text = "It uses the client's token, retries and limits. GET, HEAD, OPTIONS, PUT and DELETE are repeatable, "
        .. "other methods are sent once only. A response with a status below 200 or above 299 is an error, as with "
        .. "every call; the body of a successful one is not checked.",
      parameters = { { "wanted", "bytenite.Request", "`path` is required" }, OPTIONS },
      returns = { "bytenite.Response", "response", "" },
      fails = "As for other calls.",
      raises = "A path, query or header that cannot be sent.",
      example = [[
local response = assert(client:request { path = "/customer/jobs/" .. job.id })
print(response.status, response.headers["content-type"]) --> 200 application/json
print(assert(bytenite.decode(response.body)).job.name)   --> Nightly batch
]],
      source = "module",
    },
    {
      name = "create_secret",
      operation = "create_secret",
      summary = "Stores a secret. The params of S3 data sources refer to it as `secret_id`.",
      parameters = {
        { "new", "bytenite.NewSecret", "`secret` (`name`, `secretType`, `accessKey`) and `secretKey`" },
        OPTIONS,
      },
      returns = { "bytenite.Secret", "secret", "with its id, without its key" },
      fails = "As for other calls. With `maybe_done` the secret may exist: `list_secrets` shows it.",
      raises = "A member that is missing, misspelled or of the wrong type; nothing is sent.",
      example = [[
local secret = assert(client:create_secret {
  secret = { name = "renders", secretType = "aws", accessKey = "AKIA..." },
  secretKey = os.getenv "AWS_SECRET_ACCESS_KEY" or "not a real one",
})
assert(job:set_datasource {
  dataSource = bytenite.datasource.s3 {
    name = "in.txt", bucketName = "renders", cloudRegion = "eu-west-1", secret_id = secret.id,
  },
})
print(job.dataSource.params.secretId == secret.id) --> true
]],
      source = "docs and clients; the response: inferred",
    },
    {
      name = "list_secrets",
      operation = "list_secrets",
      summary = "Lists the account's secrets, without their keys.",
      parameters = { OPTIONS },
      returns = { "bytenite.Secret[]", "secrets", "" },
      fails = "As for other calls.",
      example = [[
for _, secret in ipairs(assert(client:list_secrets())) do print(secret.id, secret.name) end
]],
      source = "docs and clients; the response: inferred",
    },
    {
      name = "delete_secret",
      operation = "delete_secret",
      summary = "Deletes a secret.",
      parameters = { { "secret_type", "string", "its `secretType`" }, { "id", "string", "" }, OPTIONS },
      returns = { "true", "done", "also if a repeated attempt finds it gone" },
      fails = "`not_found` if there is no such secret.",
      raises = "A type or an id that cannot be part of a path.",
      example = [[
print(select(2, client:delete_secret("aws", "no-such-secret")).kind) --> not_found
]],
      source = "docs and clients",
    },
    {
      name = "sign_out",
      operation = "sign_out",
      summary = "Invalidates the current access token.",
      text = "A client with an API key gets a new token when it next needs one; one that was given a token can make no "
        .. "further calls.",
      parameters = { OPTIONS },
      returns = { "true", "done", "also if there was no token, or it was no longer valid" },
      fails = "As for other calls.",
      example = [[
print(client:sign_out()) --> true
]],
      source = "docs and clients",
    },
    {
      name = "close",
      summary = "Ends all pending calls and closes all connections.",
      text = "Pending and later calls fail with `closed`, in tasks too. May be called twice. `local client "
        .. "<close>` calls it at the end of the block.",
      parameters = {},
      example = [[
client:close()
print(client) --> bytenite client of ... (closed)
print(select(2, job:refresh()).kind) --> closed
]],
      source = "module",
    },
  },
}
