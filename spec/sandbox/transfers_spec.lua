-- Files that are too large for memory, through the sandbox and back.
local new_digest <const> = require("openssl.digest").new
local socket <const> = require "cqueues.socket"
local file_contents <const> = require "bytenite.sandbox.model.file_contents"
local api_session <const> = require "spec.support.api_session"
local sandbox <const> = require "spec.support.sandbox"

-- Returns the memory of a process, in bytes (Linux).
local function memory_of(pid)
  local file <close> = pid and io.open(("/proc/%d/status"):format(pid))
  local kilobytes <const> = file and file:read("a"):match "VmHWM:%s+(%d+) kB"
  return kilobytes and tonumber(kilobytes) * 1024
end

describe("the sandbox", function()
  it("transfers a gigabyte in both directions without holding it in memory", function()
    local own <close> = sandbox.start "--speed 1000000"
    local session <close> = api_session.open(own)
    local job <const> = session:new_job { dataSource = { dataSourceDescriptor = "file" } }
    local url <const> = job.dataSource.params.tempUrl
    local size <const> = (os.getenv "BYTENITE_SPEC_LARGE" and 1024 or 96) << 20
    local host <const>, port <const>, where <const> = url:match "^http://([%d.]+):(%d+)(/.*)$"
    local connection <const> = socket.connect(host, tonumber(port))
    connection:setmode("bn", "bf")
    connection:write(
      ("PUT %s HTTP/1.1\r\nHost: localhost\r\nContent-Disposition: attachment\r\nContent-Length: %d\r\n\r\n"):format(
        where,
        size
      )
    )
    local content <const>, digest <const> = file_contents.generated(size, 1), new_digest "sha256"
    for position = 0, size - 1, 1 << 20 do
      local piece <const> = content.read(position, 1 << 20)
      digest:update(piece)
      assert(connection:write(piece))
    end
    connection:flush()
    assert.equal("HTTP/1.1 200 OK\r", connection:read "*l")
    connection:close()
    local sent <const> = file_contents.hex(digest:final())
    assert.same({ size, sent }, { own:uploaded(job.id).length, own:uploaded(job.id).sha256 })
    assert.is_nil(own:uploaded(job.id).content)
    session:call("PATCH", ("/customer/jobs/%s/uploadcompleted"):format(job.id))
    session:call("POST", ("/customer/jobs/%s/run"):format(job.id))
    local _ <const>, body <const> = session:call("GET", ("/customer/jobs/%s/results"):format(job.id))
    local back <const> = socket.connect(host, tonumber(port))
    back:setmode("bn", "bn")
    back:write(("GET %s HTTP/1.0\r\n\r\n"):format(body.results[1].link:match "^http://[^/]+(.*)$"))
    repeat
      local line <const> = back:read "*L"
    until line == "\r\n" or line == nil
    local received <const> = new_digest "sha256"
    local count = 0
    for piece in
      function()
        return back:read(-(1 << 20))
      end
    do
      received:update(piece)
      count = count + #piece
    end
    back:close()
    assert.same({ size, sent }, { count, file_contents.hex(received:final()) })
    local most <const> = memory_of(own.pid)
    if most then assert.is_true(most < 80 << 20, ("%d MiB"):format(most >> 20)) end
  end)
end)
