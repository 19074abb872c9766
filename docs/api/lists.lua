--- Methods of clients that list jobs and templates.
local OPTIONS <const> = { "options", "bytenite.CallOptions?", "limits of this call; see [Options](#options)" }
local EACH_OPTIONS <const> =
  { "options", "bytenite.CallOptions?", "limits of each page's call; see [Options](#options)" }

local RAISES <const> = "A misspelled member, or a value of the wrong type; nothing is sent."

local LIMIT <const> = { name = "limit", type = "integer", text = "rows per page, 1 to 4294967295" }
local OFFSET <const> = { name = "offset", type = "integer", text = "rows to skip, 0 or more" }

local MOVING <const> = "A page is fetched when its first row is needed, and only one page is in memory at a time. "
  .. "The service counts pages by rows: rows that are added or removed during the walk can make it skip others, or "
  .. "return them twice."

return {
  name = "Client",
  title = "Lists",
  prefix = "client:",
  text = "The service returns lists in pages. `list_jobs`, `filter_jobs` and `list_templates` fetch one page; "
    .. "`each_job` and `each_template` walk through all pages. The default page size and the largest one are not "
    .. "documented.",

  functions = {
    {
      name = "list_jobs",
      operation = "list_jobs",
      summary = "Fetches a page of jobs.",
      parameters = { { "query", "bytenite.JobQuery?", "`limit`, `offset`, `orderBy`" }, OPTIONS },
      returns = { "bytenite.JobPage", "page", "`data` is a list of jobs, with all methods" },
      fails = "As for other calls.",
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
      summary = "Fetches a page of the jobs that match all given filters.",
      parameters = {
        { "query", "bytenite.JobQuery?", "`filters`, `limit`, `offset`, `orderBy`; see [Filter](#filter)" },
        OPTIONS,
      },
      returns = { "bytenite.JobPage", "page", "`data` is a list of jobs, with all methods" },
      fails = "`bad_request` if the service refuses a filter.",
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
        .. " The walk ends however many jobs are created meanwhile: it returns a limited number of jobs beyond the "
        .. "first page's total.\n\n"
        .. "`break` ends the walk: between two jobs nothing is in flight. To show progress, take the number of jobs "
        .. "from `pagination.total` of `list_jobs` or `filter_jobs`.",
      parameters = {
        { "query", "bytenite.JobQuery?", "as for `filter_jobs`; `limit` is the page size, 100 if omitted" },
        EACH_OPTIONS,
      },
      returns = { "fun(): bytenite.Job?", "next_job", "an iterator function for `for`, or for `client:map`" },
      raises = RAISES
        .. " If a page cannot be fetched, the iterator raises the error (a table); when it is called again, it "
        .. "fetches that page again. It also raises if a second task calls it while it is fetching a page.",
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
      fails = "As for other calls.",
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
        { "query", "bytenite.TemplateQuery?", "`limit` is the page size, 100 if omitted" },
        EACH_OPTIONS,
      },
      returns = { "fun(): bytenite.JobTemplate?", "next_template", "an iterator function" },
      raises = RAISES .. " The iterator raises like that of `each_job`.",
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
          text = "a job must match all of them; not for `list_jobs`. Without filters `each_job` lists all jobs.",
        },
      },
    },
    { name = "TemplateQuery", of = "Which templates are listed.", fields = { LIMIT, OFFSET } },
    {
      name = "Filter",
      of = "A condition on jobs. The value's type in Lua decides its type for the service: a string, an integer, a "
        .. "float, a boolean or a list becomes a `StringValue`, `Int64Value`, `DoubleValue`, `BoolValue` or "
        .. "`ListValue` of `type.googleapis.com/google.protobuf`; a table with `@type` is sent as it is.",
      fields = {
        { name = "field", type = "string", required = true, text = "a member of jobs" },
        {
          name = "condition",
          type = "string",
          required = true,
          text = "EQ, NEQ, GT, GTE, LT, LTE, LIKE, IN, NOT_IN, ARRAY_CONTAINS or ARRAY_CONTAINS_ANY, with or "
            .. "without the service's prefix FILTER_CONDITION_; with the prefix, any other name too",
        },
        { name = "value", type = "string|number|boolean|table", text = "what to compare with" },
      },
    },
  },
}
