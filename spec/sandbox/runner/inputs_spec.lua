-- Where jobs that run get their input and their parameters from, and what is refused.
local block_jobs <const> = require "spec.support.block_jobs"
local blocks <const> = require "spec.support.blocks"
local cqueues <const> = require "cqueues"
local input_files <const> = require "bytenite.sandbox.runner.input_files"
local socket <const> = require "cqueues.socket"

-- An HTTP/1.1 server in this process. It runs while jobs are waited for; `responses` has the text of each response
-- by its path, `requests` the heads of what came.
local function new_origin()
  local self <const> = { controller = cqueues.new(), responses = {}, requests = {} }
  local listener <const> = socket.listen("127.0.0.1", 0)
  assert(listener:listen())
  local _ <const>, _ <const>, port <const> = listener:localname()
  self.url = "http://127.0.0.1:" .. port
  local function serve(connection)
    connection:setmode("b", "bn")
    local lines <const> = {}
    for line in connection:lines "*l" do
      line = line:gsub("\r$", "")
      if line == "" then break end
      lines[#lines + 1] = line
    end
    local path <const> = (lines[1] or ""):match "^GET (%S+)"
    if path then
      self.requests[path:gsub("%?.*$", "")] = table.concat(lines, "\n")
      connection:write(self.responses[path:gsub("%?.*$", "")] or "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    end
    connection:close()
  end
  self.controller:wrap(function()
    for connection in listener:clients() do
      self.controller:wrap(serve, connection)
    end
  end)
  function self.step()
    assert(self.controller:step(0))
  end
  return self
end

local function ok(body, headers)
  return ("HTTP/1.1 200 OK\r\nConnection: close\r\n%s\r\n%s"):format(
    headers or ("Content-Length: %d\r\n"):format(#body),
    body
  )
end

local function redirect(location)
  return ("HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n"):format(location)
end

local function url_source(url, more)
  local params <const> = { ["@type"] = "type.googleapis.com/bytenite.data_source.HttpDataSource", url = url }
  for name, value in pairs(more or {}) do
    params[name] = value
  end
  return { dataSourceDescriptor = "url", params = params }
end

describe("the input of a job", function()
  local place, jobs, origin

  setup(function()
    place = blocks.folder()
    place:block("list", { kind = "partitioner", script = 'cd "$SOURCE_DIR"; for f in *; do echo "$f"; cat "$f"; done' })
    place:block("none", { script = "true" })
    place:template("list", { app = "none", partitioner = "list" })
    place:block("sized", {
      script = 'echo "$APP_PARAMS"',
      schema = '{"type":"object","properties":{"size":{"type":"integer","maximum":9}},"required":["size"]}',
    })
    place:template("sized", { app = "sized" })
    origin = new_origin()
    jobs = block_jobs.start(place.path)
    jobs.idle = origin.step
  end)

  teardown(function()
    jobs:close()
    place:close()
  end)

  -- The names and contents of the files that a partitioner finds.
  local function seen(source)
    local job <const> = jobs:run { templateId = "list", dataSource = source }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    return jobs:logs(job.id).partitioner
  end

  local function failure(source)
    local job <const> = jobs:run { templateId = "list", dataSource = source }
    assert.equal("JOB_STATE_FAILED", job.state)
    return job.errorMessage
  end

  it("comes from a URL, under the name there or the one given", function()
    origin.responses["/a/words.txt"] = ok "one two"
    assert.same({ "words.txt", "one two" }, seen(url_source(origin.url .. "/a/words.txt?key=secret")))
    assert.same({ "other.txt", "one two" }, seen(url_source(origin.url .. "/a/words.txt", { name = "x/other.txt" })))
  end)

  it("may be sent in chunks, or until the connection ends", function()
    origin.responses["/chunked"] = ok("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n")
    origin.responses["/closed"] = ok("until the end", "")
    assert.same({ "chunked", "abcde" }, seen(url_source(origin.url .. "/chunked")))
    assert.same({ "closed", "until the end" }, seen(url_source(origin.url .. "/closed")))
  end)

  it("must be there as a whole", function()
    origin.responses["/short"] = ok("abc", "Content-Length: 10\r\n")
    origin.responses["/short-chunks"] = ok("3\r\nabc\r\n", "Transfer-Encoding: chunked\r\n")
    assert.equal(
      ("data source: %s/short: it ended after 3 of 10 bytes"):format(origin.url),
      failure(url_source(origin.url .. "/short"))
    )
    assert.is_truthy(failure(url_source(origin.url .. "/short-chunks")):find("data source: ", 1, true))
    assert.equal(
      ("data source: %s/none: the response has status 404"):format(origin.url),
      failure(url_source(origin.url .. "/none?key=secret"))
    )
  end)

  it("is looked for where redirects lead, a few times; credentials stay with the first host", function()
    local other <const> = origin.url:gsub("127%.0%.0%.1", "localhost")
    origin.responses["/from"] = redirect "/to"
    origin.responses["/to"] = redirect(other .. "/there.txt")
    origin.responses["/there.txt"] = ok "found"
    origin.responses["/round"] = redirect "/round"
    local source <const> = url_source(origin.url .. "/from", { username = "user", password = "pass" })
    assert.same({ "from", "found" }, seen(source))
    assert.is_truthy(origin.requests["/from"]:find("authorization: Basic dXNlcjpwYXNz", 1, true))
    assert.is_truthy(origin.requests["/to"]:find("authorization: Basic dXNlcjpwYXNz", 1, true))
    for _, header in ipairs { "authorization", "referer" } do
      assert.is_nil(origin.requests["/there.txt"]:lower():find(header, 1, true))
    end
    assert.equal(
      ("data source: %s/round: too many redirects"):format(origin.url),
      failure(url_source(origin.url .. "/round"))
    )
  end)

  it("is refused before the job runs, where the sandbox cannot read it", function()
    for descriptor, message in pairs {
      s3 = 'dataSource: this sandbox cannot read from "s3"; it takes url, file and bypass',
      gcp = 'dataSource: this sandbox cannot read from "gcp"; it takes url, file and bypass',
    } do
      local id <const> = jobs:draft { templateId = "list", dataSource = { dataSourceDescriptor = descriptor } }
      jobs.api:refuses(9, message, "POST", ("/customer/jobs/%s/run"):format(id))
      assert.equal("JOB_STATE_NEW", jobs:get(id).state)
    end
    for _, url in ipairs { "file:///etc/passwd", "ftp://x/y", "", "http://x/\ny" } do
      local id <const> = jobs:draft { templateId = "list", dataSource = url_source(url) }
      jobs.api:refuses(9, "params.url must be an address", "POST", ("/customer/jobs/%s/run"):format(id))
    end
    local id <const> = jobs:draft { templateId = "list", dataDestination = { dataSourceDescriptor = "s3" } }
    jobs.api:refuses(
      9,
      'dataDestination: this sandbox cannot write to "s3"',
      "POST",
      ("/customer/jobs/%s/run"):format(id)
    )
  end)

  it("keeps its name in its folder", function()
    for given, name in pairs {
      ["a.txt"] = "a.txt",
      ["../../a.txt"] = "a.txt",
      ["a\\b.txt"] = "b.txt",
      [".."] = "input.bin",
      ["."] = "input.bin",
      ["x/"] = "input.bin",
      ["a\nb"] = "ab",
      [("x"):rep(300)] = ("x"):rep(200),
    } do
      assert.equal(name, input_files.safe_name(given))
    end
    assert.equal("input.bin", input_files.safe_name(nil))
  end)

  it("has its parameters checked when they are set, and when the job runs", function()
    local too_large <const> = "params.app.size: it must be at most 9"
    jobs.api:refuses(3, too_large, "POST", "/customer/jobs", {
      templateId = "sized",
      name = "Block job",
      params = { app = { size = 10 } },
    })
    local id <const> = jobs:draft { templateId = "sized" }
    local path <const> = "/customer/jobs/" .. id
    jobs.api:refuses(3, too_large, "PATCH", path .. "/params", { app = { size = 10 } })
    jobs.api:refuses(3, "params.app.size: it is required", "PATCH", path .. "/params", { app = { other = 1 } })
    jobs.api:refuses(9, "params.app.size: it is required", "POST", path .. "/run")
    assert.equal(200, (jobs.api:call("PATCH", path .. "/params", { app = { size = 9 } })))
    assert.equal(200, (jobs.api:call("POST", path .. "/run")))
    assert.equal("JOB_STATE_COMPLETE", jobs:wait(id).state)
    assert.equal('{"size":9}', jobs:logs(id).tasks[1][1])
  end)
end)
