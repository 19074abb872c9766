--- Methods of clients that list jobs and templates.
local OPTIONS <const> = { "options", "bytenite.CallOptions?", "limits of this call; see [Options](#options)" }
local EACH_OPTIONS <const> =
  { "options", "bytenite.CallOptions?", "limits of each page's call; see [Options](#options)" }

local RAISES <const> = "A misspelled member, a value of the wrong type; nothing is sent then."

local LIMIT <const> = { name = "limit", type = "integer", text = "rows of a page, 1 to 4294967295" }
local OFFSET <const> = { name = "offset", type = "integer", text = "rows to pass over, 0 or more" }

local MOVING <const> = "A page is fetched when its first row is wanted, and only one is in memory. Pages are counted by rows, as "
  .. "the service does it: rows that come or go meanwhile can make the walk miss others, or give them twice."

return {
  name = "Client",
  title = "Lists",
  prefix = "client:",
  text = "The service gives lists in pages. `list_jobs`, `filter_jobs` and `list_templates` fetch one; `each_job` and "
    .. "`each_template` walk through all of them. The size of a page without a `limit`, and the largest one, are not documented.",

  functions = {
    {
      name = "list_jobs",
      operation = "list_jobs",
      summary = "Fetches a page of jobs.",
      parameters = { { "query", "bytenite.JobQuery?", "`limit`, `offset`, `orderBy`" }, OPTIONS },
      returns = { "bytenite.JobPage", "page", "its `data` a list of jobs, with all methods" },
      fails = "As the other calls.",
      raises = RAISES,
      example = [[
local page = assert(client:list_jobs { limit = 10, orderBy = "createdAt" })
print(#page.data, page.pagination.total, page.data[1].name) --> 1 1 Nightly batch
assert(page.data[1]:set_name "My Job")
]],
      source = "docs and clients; what `orderBy` may be is not documented",
    },
    {
      name = "filter_jobs",
      operation = "filter_jobs",
      summary = "Fetches a page of the jobs that match all of some filters.",
      parameters = {
        { "query", "bytenite.JobQuery?", "`filters`, `limit`, `offset`, `orderBy`; see [Filter](#filter)" },
        OPTIONS,
      },
      returns = { "bytenite.JobPage", "page", "its `data` a list of jobs, with all methods" },
      fails = "`bad_request` when the service does not take a filter.",
      raises = RAISES .. " An unknown condition.",
      example = [[
local page = assert(client:filter_jobs {
  filters = { { field = "state", condition = "EQ", value = "JOB_STATE_NEW" } },
})
print(#page.data, page.data[1].name) --> 1 Nightly batch

print(pcall(client.filter_jobs, client, { filters = { { field = "state", condition = "EG", value = "x" } } }))
--> false ...filter_jobs: filters[1].condition: unknown condition "EG": did you mean "EQ"?
]],
      source = "clients; which fields there are, and how values are wrapped: inferred",
    },
    {
      name = "each_job",
      makes_calls = true,
      summary = "Walks through all jobs, or those that match filters.",
      text = MOVING
        .. " However many jobs are created meanwhile, the walk ends: of those beyond the first page's total it gives as "
        .. "many as keep it from going on for ever.",
      parameters = {
        { "query", "bytenite.JobQuery?", "as of `filter_jobs`; `limit` is the size of a page, 100 when left out" },
        EACH_OPTIONS,
      },
      returns = { "fun(): bytenite.Job?", "next_job", "an iterator function for `for`, or for `client:map`" },
      raises = RAISES
        .. " The iterator raises the error (a table) of a page that cannot be fetched, and fetches that page again "
        .. "when it is called once more; it raises when a second task calls it while it fetches a page.",
      example = [[
for each in client:each_job { orderBy = "createdAt", limit = 50 } do
  print(each.name, each.state) --> Nightly batch JOB_STATE_NEW
end

local drafts = { { field = "state", condition = "EQ", value = "JOB_STATE_NEW" } }
local results = client:map(client:each_job { filters = drafts }, function(each)
  return each:set_configs { jobTimeout = 7200 }
end)
print(results.succeeded) --> 1

local ok, err = pcall(function()
  for each in client:each_job(nil, { max_response_bytes = 1 }) do print(each) end
end)
print(ok, err.kind) --> false too_large
]],
      source = "module; the pages: docs",
    },
    {
      name = "list_templates",
      operation = "list_templates",
      summary = "Fetches a page of job templates.",
      parameters = { { "query", "bytenite.TemplateQuery?", "`limit`, `offset`" }, OPTIONS },
      returns = { "bytenite.TemplatePage", "page", "" },
      fails = "As the other calls.",
      raises = RAISES,
      example = [[
local page = assert(client:list_templates { limit = 10 })
print(type(page.data), page.pagination.offset) --> table 0
]],
      source = "docs and clients",
    },
    {
      name = "each_template",
      makes_calls = true,
      summary = "Walks through all job templates.",
      text = MOVING,
      parameters = {
        { "query", "bytenite.TemplateQuery?", "`limit` is the size of a page, 100 when left out" },
        EACH_OPTIONS,
      },
      returns = { "fun(): bytenite.JobTemplate?", "next_template", "an iterator function" },
      raises = RAISES .. " The iterator raises what that of `each_job` does.",
      example = [[
local templates = {}
for template in client:each_template() do
  templates[template.id] = template
end
print(next(templates) ~= nil) --> true
]],
      source = "module; the pages: docs",
    },
  },

  members = {
    {
      name = "JobQuery",
      of = "Which jobs are listed.",
      fields = {
        LIMIT,
        OFFSET,
        { name = "orderBy", type = "string", text = "a member of jobs" },
        {
          name = "filters",
          type = "bytenite.Filter[]",
          text = "all of which a job must match; not for `list_jobs`. `each_job` lists all jobs without them.",
        },
      },
    },
    { name = "TemplateQuery", of = "Which templates are listed.", fields = { LIMIT, OFFSET } },
    {
      name = "Filter",
      of = "What a job must match. The service's type of the value is made from Lua's: a string, an integer, a float, a boolean "
        .. "or a list becomes a `StringValue`, `Int64Value`, `DoubleValue`, `BoolValue` or `ListValue` of "
        .. "`type.googleapis.com/google.protobuf`; a table with `@type` goes out as it is.",
      fields = {
        { name = "field", type = "string", required = true, text = "a member of jobs" },
        {
          name = "condition",
          type = "string",
          required = true,
          text = "EQ, NEQ, GT, GTE, LT, LTE, LIKE, IN, NOT_IN, ARRAY_CONTAINS or ARRAY_CONTAINS_ANY, with the service's prefix "
            .. "FILTER_CONDITION_ or without; with the prefix any other, too",
        },
        { name = "value", type = "string|number|boolean|table", text = "what to compare with" },
      },
    },
  },
}
