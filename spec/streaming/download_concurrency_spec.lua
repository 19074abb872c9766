-- Downloads of many files: how many are in flight at once, and what happens to the others when one
-- fails.
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local event_loops <const> = require "spec.support.event_loops"
local lfs <const> = require "lfs"
local refusals <const> = require "spec.support.refusals"
local sandbox <const> = require "spec.support.sandbox"
local transfers <const> = require "spec.support.transfers"

local PATIENCE <const> = 30 -- seconds
local BIG <const> = ("0123456789abcdef"):rep(64 * 1024) -- 1 MiB

describe("a download of many files", function()
  local service, client, job, base, into

  transfers.download_for_each_test(before_each, after_each, sandbox.plain, function(transfer)
    service, client, job = transfer.service, transfer.client, transfer.job
    base, into = transfer.folder, transfer.folder:at "results"
  end)

  -- Sets results f01, f02, ... with the given content.
  local function set_results(count, content)
    local results <const> = {}
    for index = 1, count do
      results[index] = { name = ("f%02d"):format(index), content = content or "content" }
    end
    service:set_results("j1", results)
  end

  local function count_downloads()
    return #service:requests("download")
  end

  local function names_of(files)
    local names <const> = {}
    for index, file in ipairs(files) do
      names[index] = "results/" .. file.name
    end
    return names
  end

  -- Starts a download from a server that never responds. Returns its future as soon as the server
  -- has received exactly `expected` requests.
  local function start_hanging(options, expected)
    set_results(20)
    service:fault { operation = "download", hang = true, times = "forever" }
    local future <const> = client:async(function()
      return job:download(into, options)
    end)
    local give_up_at <const> = core.now() + PATIENCE
    while count_downloads() < expected and core.now() < give_up_at do
      client:step(0.05)
    end
    for _ = 1, 10 do
      client:step(0.02)
    end
    assert.equal(expected, count_downloads())
    return future
  end

  it("has eight in flight at once, or as many as asked to", function()
    start_hanging({}, 8):cancel()
    service:reset()
    service:put_job("j1", '{"id":"j1","state":"JOB_STATE_COMPLETE"}')
    start_hanging({ concurrency = 3 }, 3):cancel()
    assert.equal(0, client.session:in_flight())
  end)

  it("leaves a connection for calls of on_progress", function()
    client:close()
    client = connect.client(service, { max_connections = 3 })
    job = client:job "j1"
    set_results(6, BIG)
    local calls = 0
    local future <const> = client:async(function()
      return job:download(into, {
        on_progress = function()
          assert(client:get_job "j1")
          calls = calls + 1
        end,
      })
    end)
    local give_up_at <const> = core.now() + PATIENCE
    while not future:done() and core.now() < give_up_at do
      client:step(0.05)
    end
    assert.is_true(future:done(), "no connection becomes free")
    assert.equal(6, #assert(future:get()))
    assert.is_true(calls >= 6)
    client:close()
  end)

  it("accepts a concurrency of up to a million", function()
    set_results(1)
    assert(job:download(into, { concurrency = 1000000 }))
  end)

  it("refuses an impossible concurrency", function()
    for _, concurrency in ipairs { 0, -1, 1.5, "8", 1000001 } do
      local raised <const> = refusals.message(function()
        job:download(into, { concurrency = concurrency })
      end)
      assert.matches("concurrency: ", raised)
    end
    assert.equal(0, #connect.sent(service))
  end)

  -- Returns an on_progress that blocks every file until `expected` files have started, and its
  -- counts. `counts.most` is the largest number of files in flight.
  local function gate(expected)
    local counts <const> = { begun = {}, number = 0, now = 0, most = 0 }
    return function(_, _, name, all)
      if not counts.begun[name] then
        counts.begun[name] = true
        counts.number, counts.now = counts.number + 1, counts.now + 1
        counts.most = math.max(counts.most, counts.now)
        local tries = 0
        while counts.number < expected do
          tries = tries + 1
          assert(tries < 1000, "the others do not begin")
          assert(client:get_job "j1")
        end
      end
      if all.done > (counts.done or 0) then
        counts.now, counts.done = counts.now - 1, all.done
      end
    end,
      counts
  end

  it("has them in flight together when it blocks", function()
    set_results(20)
    local on_progress <const>, counts <const> = gate(8)
    assert.equal(20, #assert(job:download(into, { on_progress = on_progress })))
    assert.equal(8, counts.most)
  end)

  it("has them in flight together in a task", function()
    set_results(20)
    local on_progress <const>, counts <const> = gate(8)
    local results <const> = client:map({ job }, function(each)
      return each:download(into, { on_progress = on_progress })
    end)
    assert.equal(20, #results[1].value)
    assert.equal(8, counts.most)
  end)

  for loop, Host in pairs(event_loops.hosts) do
    it("has them in flight together in the loop of " .. loop, function()
      set_results(20)
      local on_progress <const>, counts <const> = gate(8)
      local host <const> = Host.new()
      host:attach(client)
      local files
      host:spawn(client, function()
        files = assert(job:download(into, { on_progress = on_progress }))
      end)
      host:run()
      assert.equal(20, #files)
      assert.equal(8, counts.most)
    end)

    it("ends when its client is closed meanwhile in the loop of " .. loop, function()
      set_results(20, BIG)
      local host <const> = Host.new()
      host:attach(client)
      local none, err, fetched
      host:spawn(client, function()
        none, err, fetched = job:download(into, {
          on_progress = function()
            client:close()
          end,
        })
      end)
      host:run()
      assert.is_nil(none)
      assert.equal("closed", err.kind)
      assert.same(names_of(fetched), base:names())
    end)
  end

  it("returns the files in the order of the results, whichever ends first", function()
    set_results(12)
    service:fault { operation = "download", act = "before", delay = 0.2 } -- for the first request that arrives
    local files <const> = assert(job:download(into))
    for index, file in ipairs(files) do
      assert.equal(("f%02d"):format(index), file.name)
      assert.equal("content", base:read("results/" .. file.name))
    end
    assert.equal(12, #files)
  end)

  it("stops the others when one fails, and leaves no partial files", function()
    set_results(20)
    service:fault { operation = "download", status = 404 }
    service:fault { operation = "download", hang = true, times = "forever" }
    local none <const>, err <const>, fetched <const> = job:download(into, { timeout = 5, max_retries = 0 })
    assert.is_nil(none)
    assert.equal("not_found", err.kind)
    assert.is_true(count_downloads() <= 8) -- no other file was requested
    assert.matches("^f%d%d$", err.file)
    assert.matches("^f%d%d: GET ", tostring(err))
    assert.same({}, fetched)
    assert.same({}, base:names())
    assert.equal(0, client.session:in_flight())
  end)

  it("keeps and names the complete files when one fails", function()
    set_results(8)
    service:fault { operation = "download", status = 404, skip = 3, delay = 0.3 }
    local none <const>, err <const>, fetched <const> = job:download(into)
    assert.is_nil(none)
    assert.equal("not_found", err.kind)
    assert.is_true(#fetched <= 7)
    assert.same(names_of(fetched), base:names())
  end)

  it("keeps the complete files when it is cancelled", function()
    set_results(9)
    service:fault { operation = "download", skip = 5, hang = true, times = "forever" }
    local done = 0
    local future <const> = client:async(function()
      return job:download(into, {
        on_progress = function(_, _, _, all)
          done = all.done
        end,
      })
    end)
    local give_up_at <const> = core.now() + PATIENCE
    while done < 5 and core.now() < give_up_at do
      client:step(0.05)
    end
    future:cancel()
    assert.equal(5, #base:names())
    for _, name in ipairs(base:names()) do
      assert.matches("^results/f%d%d$", name)
    end
    assert.equal(0, client.session:in_flight())
  end)

  it("resumes on_progress at once if it yields to the program's own coroutine", function()
    set_results(3)
    local run <const> = coroutine.wrap(function()
      local yields = 0
      local files <const> = assert(job:download(into, {
        on_progress = function()
          coroutine.yield "for the caller"
          yields = yields + 1
        end,
      }))
      return #files, yields
    end)
    local count <const>, yields <const> = run()
    assert.equal(3, count)
    assert.is_true(yields >= 3)
  end)

  it("raises what on_progress raises, and stops everything", function()
    set_results(20, BIG)
    local raised <const> = { "enough" }
    local ok <const>, value <const> = pcall(job.download, job, into, {
      on_progress = function()
        error(raised, 0)
      end,
    })
    assert.is_false(ok)
    assert.equal(raised, value)
    assert.same({}, base:names())
    assert.equal(0, client.session:in_flight())
  end)

  it("raises an error value that on_progress raises, instead of returning it", function()
    set_results(3)
    local err <const> = select(2, client:get_job "none")
    assert.equal("not_found", err.kind)
    local ok <const>, value <const> = pcall(job.download, job, into, {
      on_progress = function()
        error(err, 0)
      end,
    })
    assert.is_false(ok)
    assert.equal(err, value)
  end)

  it("reports the progress of all files together, which never falls", function()
    set_results(9, BIG)
    assert(lfs.mkdir(into))
    base:write("results/f02", "kept")
    service:fault { operation = "download", truncate = 500000 }
    local changed
    local last = { files = 9, done = 1, received = 0, fraction = 0 }
    assert(job:download(into, {
      existing = "skip",
      on_progress = function(received, _, name, all)
        assert.equal(9, all.files)
        for _, member in ipairs { "done", "received", "fraction" } do
          assert.is_true(all[member] >= last[member], member)
        end
        assert.is_true(all.fraction <= 1)
        last = all
        if changed or received < 65536 then return end
        changed = name
        local results <const> = {}
        for index = 1, 9 do
          results[index] = { name = ("f%02d"):format(index), content = "another" }
        end
        service:set_results("j1", results) -- the broken download starts again, with other content
      end,
    }))
    assert.is_string(changed)
    assert.equal(9, last.done)
    assert.equal(1, last.fraction)
    assert.equal("kept", base:read "results/f02")
  end)

  it("counts every file alike, an empty one too", function()
    service:set_results("j1", { { name = "empty", content = "" }, { name = "full", content = BIG } })
    local calls = 0
    assert(job:download(into, {
      concurrency = 1,
      on_progress = function(received, _, name, all)
        calls = calls + 1
        assert.equal(name == "empty" and all.done / 2 or (1 + received / #BIG) / 2, all.fraction)
      end,
    }))
    assert.is_true(calls > 10)
  end)
end)
