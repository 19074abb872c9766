-- Uploads: what they refuse before anything is sent, and the memory that large input takes.
local bytenite <const> = require "bytenite"
local connect <const> = require "spec.support.connect"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"

local PIECE <const> = 64 * 1024 -- about the size of a piece as uploads read it

describe("an upload", function()
  local service, client

  before_each(function()
    service = sandbox.plain()
    service:reset()
    client = connect.client(service)
  end)

  after_each(function()
    client:close()
  end)

  local function job_with(address)
    return client:job { id = "j1", dataSource = { dataSourceDescriptor = "file", params = { tempUrl = address } } }
  end

  local unusable <const> = {
    ["http://storage.example.org/x?s=1"] = "plain http to a host that is not loopback",
    ["ftp://127.0.0.1/x"] = "neither https nor http",
    ["file:///etc/passwd"] = "",
    ["https://user:secret@127.0.0.1/x"] = "credentials",
    ["/relative"] = "",
    ["https:///x"] = "it has no host",
    ["https://"] = "",
    ["https://:443/x"] = "",
    ["http://[::1"] = "",
    ["https://127.0.0.1/\0"] = "characters",
    ["https://127.0.0.1/a b"] = "characters",
    ["https://127.0.0.1/\r\nX: y"] = "characters",
  }
  for address, reason in pairs(unusable) do
    it(("sends nothing to %q"):format(address), function()
      local done <const>, err <const> = job_with(address):upload { data = "bytes" }
      assert.is_nil(done)
      assert.equal("unexpected", err.kind)
      assert.matches("the upload address cannot be used: .*" .. reason, err.message)
      assert.is_nil(tostring(err):find("secret", 1, true))
      assert.equal(0, #connect.sent(service))
    end)
  end

  it("says what is missing when the job has no address", function()
    service:put_job(
      "j1",
      '{"id":"j1","dataSource":{"dataSourceDescriptor":"url","params":{"url":"https://a.example"}}}'
    )
    local done <const>, err <const> = client:job("j1"):upload { data = "bytes" }
    assert.is_nil(done)
    assert.equal("unexpected", err.kind)
    assert.matches("bytenite%.datasource%.file", err.hint)
  end)

  it("refuses what it cannot send, before anything is sent", function()
    local job <const> = job_with(service.control_url .. "/uploads/j1")
    local closed <const> = assert(io.tmpfile())
    closed:close()
    local mistakes <const> = {
      ["upload: source: expected a path"] = { 7 },
      ["got nothing"] = {},
      ["upload: source: must not be empty"] = { "" },
      ["upload: source: a path cannot hold a NUL"] = { "a\0b" },
      ["upload: source: the file is closed"] = { closed },
      ["size %(bytes%) is required"] = { function() end },
      ["size: the source has 5 bytes, not 4"] = { { data = "bytes" }, { size = 4 } },
      ['unknown option "on_progres": did you mean "on_progress"'] = { { data = "" }, { on_progres = print } },
      ["on_progress: expected a function"] = { { data = "" }, { on_progress = 1 } },
    }
    for message, arguments in pairs(mistakes) do
      local raised <const> = refusals.message(function()
        local result <const> = job:upload(arguments[1], arguments[2])
        return result
      end)
      assert.matches(message, raised)
    end
    assert.is_nil(service:uploaded "j1")
  end)

  it("refuses what is not a job", function()
    assert.matches(
      "upload: expected a job, got a table",
      refusals.message(function()
        local result <const> = bytenite.Job.upload({}, "x")
        return result
      end)
    )
  end)

  it("needs the memory of a short file, whatever its size", function()
    local job <const> = assert(client:create_job { templateId = "t", dataSource = bytenite.datasource.file() })
    local count, most = 0, 0
    local piece <const> = ("x"):rep(PIECE)
    collectgarbage()
    local before <const> = collectgarbage "count"
    assert(job:upload(function()
      count = count + 1
      if count % 100 == 0 then
        collectgarbage()
        most = math.max(most, collectgarbage "count")
      end
      return count <= 512 and piece or nil
    end, { size = 512 * PIECE }))
    assert.equal(512 * PIECE, service:uploaded(job.id).length)
    assert.is_true(most - before < 1024, ("%.0f kB more"):format(most - before))
  end)
end)
