-- How client:map reads iterators, and which calls its function may make.
local connect <const> = require "spec.support.connect"

local ID <const> = connect.JOB_ID

local function iterator(count)
  local last = 0
  return function()
    if last == count then return nil end
    last = last + 1
    return last
  end
end

describe("client:map", function()
  local service, client

  connect.for_each_test(before_each, after_each, function(service_of_test, client_of_test)
    service, client = service_of_test, client_of_test
  end, { timeout = 5 })

  local function get_job()
    return client:get_job(ID)
  end

  describe("over an iterator", function()
    it("returns counts only", function()
      local told <const> = {}
      local results <const> = client:map(iterator(5), function(item)
        if item == 2 then error "no" end
        return item * 10
      end, {
        on_done = function(index, _, value)
          told[index] = value
        end,
      })
      assert.same({ succeeded = 4, failed = 1, cancelled = 0 }, results)
      assert.same({ 10, 30, 40, 50 }, { told[1], told[3], told[4], told[5] })
    end)

    it("takes a table that can be called, and false for an item", function()
      local items <const> = { false, true }
      local callable <const> = setmetatable({ "no", "list" }, {
        __call = function()
          return table.remove(items, 1)
        end,
      })
      local seen <const> = {}
      client:map(callable, function(item)
        seen[#seen + 1] = item
      end)
      assert.same({ false, true }, seen)
    end)

    it("reads no further ahead than items can start, and not again after the end", function()
      local read, ended = 0, 0
      local next_item <const> = iterator(9)
      client:map(function()
        read = read + 1
        return next_item()
      end, function()
        assert(get_job())
        ended = ended + 1
        assert.is_true(read - ended <= 4)
      end, { concurrency = 3 })
      assert.same({ 10, 9 }, { read, ended })
    end)

    it("lets it make calls, one read at a time, while the function continues", function()
      service:fault { operation = "set_name", delay = 0.02, times = 4 }
      local pages = 0
      local page = {}
      local is_reading = false
      local went_on = 0
      local results <const> = client:map(function()
        if #page == 0 then
          assert.is_false(is_reading)
          is_reading = true
          pages = pages + 1
          assert(client:job(ID):set_name("Page " .. pages))
          if pages <= 3 then page = { 1, 2, 3 } end
          is_reading = false
        end
        return table.remove(page)
      end, function()
        assert(get_job())
        if is_reading then went_on = went_on + 1 end
      end)
      assert.same({ succeeded = 9, failed = 0, cancelled = 0 }, results)
      assert.equal(4, pages)
      assert.is_true(went_on > 0)
    end)

    it("raises what it raises, and cancels what is pending", function()
      service:fault { operation = "get_job", hang = true, times = 2 }
      local raised <const> = {}
      local next_item <const> = iterator(2)
      local ok <const>, problem <const> = pcall(client.map, client, function()
        return next_item() or error(raised)
      end, get_job)
      assert.is_false(ok)
      assert.equal(raised, problem)
      assert.equal(0, client.session:in_flight())
    end)

    -- Returns the growth in KiB between two items. `run` returns values large enough to show up if
    -- they were kept.
    local function growth(from, to, run)
      local before, after
      client:map(iterator(to), function(_, index)
        if index == from or index == to then
          collectgarbage()
          collectgarbage()
          before, after = after, collectgarbage "count"
        end
        return run(index)
      end, { concurrency = 4 })
      return after - before
    end

    it("keeps neither items nor values: memory stays flat", function()
      local function kilobyte(index)
        return ("%1024d"):format(index)
      end
      assert.is_true(growth(200, 2000, kilobyte) < 16)
    end)

    it("keeps nothing of the calls either", function()
      assert.is_true(growth(60, 360, get_job) < 32)
    end)
  end)

  describe("has a function that may", function()
    it("make several calls, while other items continue", function()
      local ids <const> = { "first", "second", "third" }
      for _, id in ipairs(ids) do
        service:put_job(id, ('{"id":"%s"}'):format(id))
      end
      service:fault { operation = "set_name", delay = 0.03, times = 3 }
      local in_progress, most = 0, 0
      local results <const> = client:map(ids, function(id, index)
        in_progress = in_progress + 1
        most = math.max(most, in_progress)
        local job <const> = assert(client:get_job(id))
        assert(job:set_name("Name " .. index))
        assert(job:set_configs { jobTimeout = 60 * index })
        in_progress = in_progress - 1
        return job
      end)
      assert.equal(3, results.succeeded)
      assert.equal(3, most)
      local steps <const> = {}
      for _, request in ipairs(service:requests()) do
        local id <const> = request.path:match "/jobs/([^/]+)"
        if id and id ~= ID then steps[id] = ("%s %s"):format(steps[id] or "", request.operation) end
      end
      for index, id in ipairs(ids) do
        assert.equal(" get_job set_name set_configs", steps[id])
        local job <const> = assert(client:get_job(id))
        assert.same({ "Name " .. index, 60 * index }, { job.name, job.config.jobTimeout })
        assert.same({ id, "Name " .. index }, { results[index].value.id, results[index].value.name })
      end
    end)

    it("run another map: those of all items continue at once", function()
      service:fault { operation = "get_job", delay = 0.03, times = 9 }
      local in_progress, most = 0, 0
      local results <const> = client:map({ "a", "b", "c" }, function(letter)
        return client:map({ 1, 2, 3 }, function(number)
          in_progress = in_progress + 1
          most = math.max(most, in_progress)
          local job <const>, problem <const> = client:get_job(number == 2 and "nowhere" or ID)
          in_progress = in_progress - 1
          return job and letter .. number, problem
        end)
      end)
      assert.equal(9, most)
      assert.equal(3, results.succeeded)
      for index, letter in ipairs { "a", "b", "c" } do
        local inner <const> = results[index].value
        assert.same({ letter .. 1, letter .. 3 }, { inner[1].value, inner[3].value })
        assert.equal("not_found", inner[2].error.kind)
        assert.same({ 2, 1, 0 }, { inner.succeeded, inner.failed, inner.cancelled })
      end
    end)

    it("start futures and wait for them", function()
      local results <const> = client:map({ 1, 2 }, function(item)
        local future <const> = client:async(get_job)
        return client:wait_all({ future, client:async(client.get_job, client, "nowhere") }).succeeded + item
      end)
      assert.same({ 2, 3 }, { results[1].value, results[2].value })
    end)

    it("use generators of its own that make calls, and run maps", function()
      local function generator(letter)
        return coroutine.wrap(function()
          for number = 1, 2 do
            local name <const> = assert(client:job(ID):set_name(("Name %s%d"):format(letter, number))).name
            local inner <const> = client:map({ ID, "nowhere", ID }, function(id)
              return client:get_job(id)
            end)
            coroutine.yield(("%s:%d"):format(name, inner.succeeded))
          end
        end)
      end
      local results <const> = client:map({ "a", "b", "c" }, function(letter)
        local seen <const> = { assert(get_job()).id }
        for text in generator(letter) do
          seen[#seen + 1] = text
        end
        return seen
      end)
      for index, letter in ipairs { "a", "b", "c" } do
        assert.same({ ID, ("Name %s1:2"):format(letter), ("Name %s2:2"):format(letter) }, results[index].value)
      end
    end)

    it("yield by itself, so that the others get their turn", function()
      local order <const> = {}
      local results <const> = client:map({ "a", "b" }, function(letter)
        for number = 1, 3 do
          order[#order + 1] = letter .. number
          coroutine.yield "whatever"
        end
        return letter
      end)
      assert.same({ "a1", "b1", "a2", "b2", "a3", "b3" }, order)
      assert.same({ "a", "b" }, { results[1].value, results[2].value })
    end)
  end)

  it("blocks in a user's own coroutine, and passes nothing to it", function()
    local handed <const> = {}
    for text in
      coroutine.wrap(function()
        coroutine.yield(client:map({ ID, ID }, get_job).succeeded)
      end)
    do
      handed[#handed + 1] = text
    end
    assert.same({ 2 }, handed)
  end)
end)
