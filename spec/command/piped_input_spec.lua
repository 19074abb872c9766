-- Uploads from standard input and pipes: with --size they are streamed, otherwise copied to an
-- unnamed temporary file first.
local connect <const> = require "spec.support.connect"
local folder <const> = require "spec.support.folder"
local lfs <const> = require "lfs"
local piped_input <const> = require "bytenite.command.piped_input"
local program <const> = require "spec.support.program"
local sandbox <const> = require "spec.support.sandbox"
local transfers <const> = require "spec.support.transfers"

local CONTENT <const> = ("0123456789abcdef"):rep(16 * 1024) -- 256 KiB

describe("bytenite upload", function()
  local service, id, place

  transfers.upload_for_each_test(before_each, after_each, sandbox.plain, function(transfer)
    service, id, place = transfer.service, transfer.job.id, transfer.folder
    place:write("input", CONTENT)
  end)

  -- Runs a shell command with the folder's path as $1, in which "$@" after a shift is the program.
  local function shell(line)
    local words <const> = { "sh", "-c", "place=$1; shift; " .. line, "sh", place.path }
    table.move({ program.interpreter(), "bin/bytenite" }, 1, 2, #words + 1, words)
    return program.run(words, program.environment(service))
  end

  local function upload(input, options)
    return shell(('%s "$@" upload %s - %s'):format(input, id, options or ""))
  end

  local function check_uploaded(ran)
    assert.equal(0, ran.status, ran.errors)
    local uploaded <const> = service:uploaded(id)
    assert.equal(CONTENT, uploaded.content)
    assert.is_true(uploaded.completed)
  end

  local function check_failed(ran, message)
    assert.equal(12, ran.status, ran.errors)
    assert.matches(message, ran.errors)
    for _, request in ipairs(connect.sent(service)) do
      assert.not_equal("upload_completed", request.operation)
    end
  end

  it("sends standard input", function()
    check_uploaded(upload 'cat "$place/input" |')
  end)

  it("sends standard input again when an attempt fails", function()
    service:fault { operation = "upload", status = 503 }
    check_uploaded(upload 'cat "$place/input" |')
    assert.equal(2, service:uploaded(id).attempts)
  end)

  it("streams standard input of a known size, once only", function()
    check_uploaded(upload('cat "$place/input" |', "--size " .. #CONTENT))
    service:fault { operation = "upload", status = 503 }
    local ran <const> = upload('cat "$place/input" |', "--size " .. #CONTENT)
    assert.equal(8, ran.status)
    assert.matches("the source can be read only once", ran.errors)
  end)

  it("refuses more or less than the size", function()
    check_failed(
      upload('cat "$place/input" |', "--size 262145"),
      "standard input ended after 262144 of the 262145 bytes"
    )
    check_failed(
      upload('cat "$place/input" |', "--size 262143"),
      "standard input has more than the 262143 bytes of %-%-size"
    )
    check_failed(upload('cat "$place/input" |', "--size 65536"), "standard input has more than the 65536 bytes")
    local ran <const> = shell(('"$@" upload %s - --size 65536 < "$place/input"'):format(id))
    check_failed(ran, "standard input has 262144 bytes, not the 65536 of %-%-size")
  end)

  it("sends a file on standard input like any file: again, and without a copy", function()
    service:fault { operation = "upload", status = 503 }
    check_uploaded(shell(('"$@" upload %s - < "$place/input"'):format(id)))
  end)

  it("sends a named pipe", function()
    local line <const> = 'mkfifo "$place/pipe"; cat "$place/input" > "$place/pipe" & "$@" upload %s "$place/pipe"'
    check_uploaded(shell(line:format(id)))
  end)

  it("sends an empty standard input", function()
    local ran <const> = upload "true |"
    assert.equal(0, ran.status, ran.errors)
    assert.equal("", service:uploaded(id).content)
  end)

  it("says so when standard input cannot be read", function()
    check_failed(shell(('"$@" upload %s - < "$place"'):format(id)), "cannot read standard input: Is a directory")
  end)

  it("ends on Ctrl-C while it waits for a pipe", function()
    local line <const> = [[mkfifo "$place/pipe"; sleep 60 > "$place/pipe" & writer=$!
      (sleep 1; kill -INT $$; kill $writer) & exec "$@" upload %s - < "$place/pipe"]]
    local ran <const> = shell(line:format(id))
    assert.equal(130, ran.status, ran.errors)
    assert.matches("^bytenite: interrupted", ran.errors)
    assert.is_nil(service:uploaded(id))
  end)

  it("sends the standard input of submit", function()
    local job <const> = place:write("job.json", '{"templateId":"video-encoding-template","name":"Nightly"}')
    local line <const> = ('cat "$place/input" | "$@" submit %s --upload - --destination bucket --ids'):format(job)
    local ran <const> = shell(line)
    assert.equal(0, ran.status, ran.errors)
    assert.equal(CONTENT, service:uploaded(ran.output:match "%S+").content)
  end)
end)

describe("a copy of a pipe", function()
  local place, path

  before_each(function()
    place = folder.new()
    path = place:write("input", CONTENT)
  end)

  after_each(function()
    getmetatable(place).__close(place)
  end)

  it("is complete, and positioned at its beginning", function()
    local file <close> = assert(io.open(path, "rb"))
    local copy <close> = piped_input.spool(file, "the pipe", #CONTENT)
    assert.equal(CONTENT, copy:read "a")
  end)

  it("has no name that could be left behind", function()
    if not lfs.attributes "/proc/self/fd" then return pending "this system has no /proc" end
    local file <close> = assert(io.open(path, "rb"))
    local copy <close> = piped_input.spool(file, "the pipe", #CONTENT) -- luacheck: ignore copy
    local own, named = 0, 0
    for descriptor in lfs.dir "/proc/self/fd" do
      local target <const> = lfs.symlinkattributes("/proc/self/fd/" .. descriptor, "target") or ""
      if target:find(" (deleted)", 1, true) then own = own + 1 end
      if target:find "^/tmp/tmpf" and not target:find(" (deleted)", 1, true) then named = named + 1 end
    end
    assert.is_true(own >= 1)
    assert.equal(0, named)
  end)

  it("is bounded", function()
    local file <close> = assert(io.open(path, "rb"))
    local ok <const>, failure <const> = pcall(piped_input.spool, file, "the pipe", #CONTENT - 1)
    assert.is_false(ok)
    assert.equal("file", failure.kind)
    assert.matches("^the pipe has more than 256.0 KiB, .* with %-%-size", failure.message)
  end)

  it("says so when the disk is full", function()
    if not lfs.attributes "/dev/full" then return pending "this system has no /dev/full" end
    local file <close> = assert(io.open(path, "rb"))
    local tmpfile <const> = io.tmpfile
    io.tmpfile = function() -- luacheck: ignore
      return io.open("/dev/full", "w")
    end
    local ok <const>, failure <const> = pcall(piped_input.spool, file, "the pipe", #CONTENT)
    io.tmpfile = tmpfile -- luacheck: ignore
    assert.is_false(ok)
    assert.matches("cannot write the temporary file for the pipe: No space left on device", failure.message)
  end)
end)
