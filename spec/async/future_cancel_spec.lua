-- What ends a future early: cancelling it, dropping it, closing its client. It must leave nothing
-- behind.
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local memory <const> = require "spec.support.memory"
local sandbox <const> = require "spec.support.sandbox"
local sockets <const> = require "spec.support.sockets"
local time_limit <const> = require "spec.support.time_limit"

local ID <const> = connect.JOB_ID

describe("a future", function()
  local service, client, log

  connect.for_each_test(before_each, after_each, function(service_of_test, client_of_test)
    service, client, log = service_of_test, client_of_test, {}
    connect.prepare(sandbox.tls())
  end)

  local function note(text)
    log[#log + 1] = text
  end

  local function noting(text)
    return setmetatable({}, {
      __close = function()
        note(text)
      end,
    })
  end

  -- Hangs until something ends it: the service never responds to set_name.
  local function hang(on)
    local outer <close> = noting "outer" -- luacheck: ignore outer
    local inner <close> = noting "inner" -- luacheck: ignore inner
    note "started"
    assert((on or client):job(ID):set_name "Never set")
    note "went on"
    assert((on or client):get_job(ID))
  end

  local function let_hang(each)
    (each or service):fault { operation = "set_name", hang = true, times = "forever" }
  end

  local function requests(each)
    return #connect.sent(each or service) - 1 -- without the one from before_each
  end

  -- Drives the client for a moment, as waiting for any future does.
  local function drive(future, seconds)
    assert.equal("timeout", select(2, future:get(seconds or 0.03)).kind)
  end

  local function assert_cancelled(future)
    assert.is_true(future:done())
    assert.equal("bytenite future (cancelled)", tostring(future))
    local value <const>, problem <const> = future:get()
    assert.is_nil(value)
    assert.equal("cancelled", problem.kind)
  end

  describe("that is cancelled", function()
    it("never runs when it has not yet run", function()
      local future <const> = client:async(hang)
      future:cancel()
      assert_cancelled(future)
      assert(client:get_job(ID))
      assert.same({}, log)
      assert.equal(1, requests())
    end)

    it("ends where its call waits, and closes its variables, transfer and connection", function()
      let_hang()
      local before <const> = sockets.count()
      local futures <const> = {}
      for i = 1, 3 do
        futures[i] = client:async(hang)
      end
      drive(futures[1], 0.1)
      assert.same({ 3, 3 }, { client.session:in_flight(), requests() })
      assert.is_true(sockets.count() >= before + 2) -- one call may use the connection that was open already
      log = {}
      for _, future in ipairs(futures) do
        future:cancel()
        assert_cancelled(future)
      end
      assert.same({ "inner", "outer", "inner", "outer", "inner", "outer" }, log)
      assert.equal(0, client.session:in_flight())
      assert.is_true(sockets.count() <= before)
      assert(client:get_job(ID)) -- the cancelled futures send nothing more
      assert.equal(4, requests())
      assert.is_false(client:step())
    end)

    it("ends its stream and leaves the connection to others, over HTTP/2", function()
      local tls <const> = sandbox.tls()
      let_hang(tls)
      local own <close> = connect.client(tls)
      assert(own:get_job(ID))
      local before <const> = sockets.count()
      local future <const>, other <const> = own:async(hang, own), own:async(own.get_job, own, ID)
      drive(future, 0.1)
      future:cancel()
      assert_cancelled(future)
      assert.equal(ID, other:get().id) -- a busy machine may not have sent it earlier
      assert.same({ 0, before }, { own.session:in_flight(), sockets.count() })
      assert(own:get_job(ID))
      local seen <const> = tls:requests()
      assert.equal(seen[1].connection, seen[#seen].connection)
    end)

    it("ends while it waits for a retry", function()
      service:fault { operation = "get_job", status = 503, retry_after = 1, times = "forever" }
      local future <const> = client:async(client.get_job, client, ID, { max_retries = 5 })
      drive(future)
      assert.is_true(client:step())
      future:cancel()
      assert_cancelled(future)
      assert.is_false(client:step()) -- nothing is pending
      assert.equal(1, requests())
    end)

    it("leaves the token to others when its call has begun to fetch it", function()
      service:fault { operation = "access_token", delay = 0.05 }
      local own <close> = connect.client(service)
      local first <const>, second <const> = own:async(own.get_job, own, ID), own:async(own.get_job, own, ID)
      drive(first, 0.02)
      first:cancel()
      assert.equal(ID, second:get(5).id)
      assert.equal(1, requests())
    end)

    it("ends where it waits for another, which continues", function()
      service:fault { operation = "get_job", delay = 0.05 }
      local other <const> = client:async(client.get_job, client, ID)
      local future <const> = client:async(function()
        local closing <close> = noting "closed" -- luacheck: ignore closing
        other:get()
        note "went on"
      end)
      drive(other, 0.02)
      future:cancel()
      assert_cancelled(future)
      assert.equal(ID, other:get().id)
      assert.same({ "closed" }, log)
    end)

    it("ends where it next waits when it cancels itself", function()
      local future
      future = client:async(function()
        local closing <close> = noting "closed" -- luacheck: ignore closing
        future:cancel()
        note(tostring(future:done()))
        client:get_job(ID)
        note "went on"
      end)
      assert.equal("cancelled", select(2, future:get()).kind)
      assert_cancelled(future)
      assert.same({ "false", "closed" }, log)
      assert.equal(0, client.session:in_flight())
    end)

    it("may be cancelled twice, and after its end, when it keeps its result", function()
      local done <const> = client:async(client.get_job, client, ID)
      assert(done:get())
      done:cancel()
      assert.equal(ID, done:get().id)
      local future <const> = client:async(hang)
      future:cancel()
      future:cancel()
      assert_cancelled(future)
    end)

    it("may make calls in its closing variables", function()
      let_hang()
      local function clean_up_after_hanging()
        local clean_up <close> = setmetatable({}, { -- luacheck: ignore clean_up
          __close = function()
            note(assert(client:get_job(ID)).id)
          end,
        })
        hang()
      end
      local future <const> = client:async(clean_up_after_hanging)
      drive(future)
      future:cancel()
      assert_cancelled(future)
      assert.same({ "started", "inner", "outer", ID }, log)
      local second <const> = client:async(clean_up_after_hanging)
      client
        :async(function()
          assert(client:get_job(ID))
          second:cancel()
        end)
        :get()
      assert_cancelled(second)
      assert.equal(0, client.session:in_flight())
    end)

    it("raises what its closing variables raise, to the caller of get", function()
      let_hang()
      local future <const> = client:async(function()
        local failing <close> = setmetatable({}, { -- luacheck: ignore failing
          __close = function()
            error("closing failed", 0)
          end,
        })
        hang()
      end)
      drive(future)
      future:cancel()
      assert.is_true(future:done())
      local ok <const>, problem <const> = pcall(future.get, future)
      assert.same({ false, "closing failed" }, { ok, problem })
    end)

    it("is cancelled by the end of a closing variable's block", function()
      let_hang()
      local kept
      do
        local future <close> = client:async(hang)
        drive(future)
        kept = future
      end
      assert_cancelled(kept)
      assert.equal(0, client.session:in_flight())
    end)
  end)

  describe("that the program does not keep", function()
    it("leaves no transfer and no descriptor", function()
      let_hang()
      local before <const> = sockets.count()
      for _ = 1, 3 do
        drive(client:async(hang))
      end
      assert.equal(3, client.session:in_flight())
      memory.in_use()
      assert.equal(0, client.session:in_flight())
      assert.is_true(sockets.count() <= before)
      assert.is_false(client:step())
    end)

    it("leaves no memory to a future that it waits for #timing", function()
      let_hang()
      local long <const> = client:async(hang)
      drive(long)
      local function wait_for_it(cancels)
        local futures <const> = {}
        for i = 1, 500 do
          futures[i] = client:async(function()
            return long:get()
          end)
        end
        drive(long)
        for i = 1, cancels and 500 or 0 do
          futures[i]:cancel()
        end
      end
      wait_for_it(true) -- grows the tables to their final size
      local before <const> = memory.in_use()
      wait_for_it(true)
      wait_for_it(false)
      assert.is_true(memory.in_use() - before < 100) -- KiB: 100 bytes for each future
      assert.is_false(long:done())
    end)

    it("runs to its end nevertheless once the client is driven from outside", function()
      service:fault { operation = "get_job", delay = 0.02, times = 2 }
      client:async(function()
        note(assert(client:get_job(ID)).id)
      end)
      client:step()
      client:async(function()
        note(assert(client:get_job(ID)).id)
      end)
      memory.in_use()
      local give_up_at <const> = core.now() + 5
      while client:step(0.1) and core.now() < give_up_at do
        memory.in_use()
      end
      assert.same({ ID, ID }, log)
    end)

    it("frees its memory, like one that has ended", function()
      local function run(count)
        local futures <const> = {}
        for i = 1, count do
          futures[i] = client:async(client.get_job, client, ID)
        end
        assert.equal(count, client:wait_all(futures, 20).succeeded)
      end
      run(1000) -- grows connections and tables to their final size
      run(1000) -- fills the free lists; in the first run all calls waited for the token
      local before <const> = memory.in_use()
      run(1000)
      assert.is_true(memory.in_use() - before < 100) -- KiB: 100 bytes for each future
    end)
  end)

  describe("of a client that is closed", function()
    it("gets closed from its call, and ends #timing", function()
      let_hang()
      local one <const> = client:async(function()
        return client:job(ID):set_name "Never set"
      end)
      local waiting <const> = client:async(function()
        return select(2, one:get()).kind
      end)
      drive(one)
      local unstarted <const> = client:async(client.get_job, client, ID)
      local before <const> = core.now()
      client:close()
      for _, future in ipairs { one, unstarted } do
        assert.equal("closed", select(2, future:get()).kind)
      end
      assert.equal("closed", waiting:get())
      assert.equal("closed", select(2, client:async(client.get_job, client, ID):get()).kind)
      assert.is_true(core.now() - before < 1)
      assert.equal(1, requests())
    end)

    it("gets closed from its later calls, too, and closes its variables", function()
      let_hang()
      local future <const> = client:async(function()
        local variable <close> = noting "variable" -- luacheck: ignore variable
        for _ = 1, 2 do
          note(select(2, client:job(ID):set_name "Never set").kind)
        end
      end)
      drive(future)
      client:close()
      assert.same({ "closed", "closed", "variable" }, log)
      assert.is_true(future:done())
    end)

    it("may be the one that closes it", function()
      let_hang()
      local other <const> = client:async(client.get_job, client, ID)
      local hanging <const> = client:async(function()
        return client:job(ID):set_name "Never set"
      end)
      local future <const> = client:async(function()
        assert(client:get_job(ID))
        client:close()
        return client:get_job(ID)
      end)
      assert.equal("closed", select(2, future:get()).kind)
      assert.equal("closed", select(2, hanging:get()).kind)
      assert.is_true(other:done())
    end)

    it("cannot hold up close by yielding forever", function()
      local own <const> = connect.client(service)
      local future <const> = own:async(function()
        local closing <close> = noting "closed" -- luacheck: ignore closing
        while true do
          coroutine.yield()
        end
      end)
      drive(future)
      local has_closed <const>, problem <const> = time_limit.pcall(own.close, own)
      assert.is_true(has_closed, problem)
      assert_cancelled(future)
      assert.same({ "closed" }, log)
    end)
  end)
end)
