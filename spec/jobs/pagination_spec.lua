-- Iterating over lists that come in pages: which rows, and where they end.
local connect <const> = require "spec.support.connect"
local core <const> = require "bytenite.core"
local page_responses <const> = require "spec.support.page_responses"
local sandbox <const> = require "spec.support.sandbox"
local time_limit <const> = require "spec.support.time_limit"

local walk <const> = page_responses.walk

describe("a walk through pages", function()
  local service <const> = sandbox.plain()
  local page <const>, asked <const> = page_responses.of(service)
  local client

  before_each(function()
    service:reset()
    client = connect.client(service)
  end)

  after_each(function()
    client:close()
  end)

  it("returns the rows of all pages in order, with offsets by the rows received", function()
    page("a b c", { total = 5, offset = 0, hasPrevious = false, hasNext = true })
    page("d", { total = 5, offset = 3, hasPrevious = true, hasNext = true })
    page("e", { total = 5, offset = 4, hasPrevious = true, hasNext = false })
    assert.equal("a b c d e", walk(client:each_job { limit = 3, orderBy = "createdAt" }))
    assert.same({
      "jobs?orderBy=createdAt&pagination.limit=3&pagination.offset=0",
      "jobs?orderBy=createdAt&pagination.limit=3&pagination.offset=3",
      "jobs?orderBy=createdAt&pagination.limit=3&pagination.offset=4",
    }, asked())
  end)

  it("requests 100 rows a page, and nothing before the first row is needed", function()
    page("", { total = 0 })
    local each <const> = client:each_job()
    assert.same({}, asked())
    assert.equal("", walk(each))
    assert.same({ "jobs?pagination.limit=100&pagination.offset=0" }, asked())
  end)

  it("requests a page only when its first row is needed", function()
    page("a b", { total = 3, hasNext = true })
    page("c", { total = 3, hasNext = false })
    local each <const> = client:each_job { limit = 2 }
    each()
    each()
    assert.equal(1, #asked())
    each()
    assert.equal(2, #asked())
  end)

  it("returns jobs that have methods, and can be changed", function()
    service:put_job("a", '{"id":"a","name":"Job a","state":"JOB_STATE_NEW"}')
    page("a", { total = 1, hasNext = false })
    for job in client:each_job() do
      assert(job:set_name "Renamed")
      assert.equal("Renamed", job.name)
    end
  end)

  it("uses filters if there are any", function()
    page("a", { total = 2, hasNext = true }, "filter_jobs")
    page("b", { total = 2, hasNext = false }, "filter_jobs")
    local filters <const> = { { field = "state", condition = "EQ", value = "JOB_STATE_NEW" } }
    assert.equal("a b", walk(client:each_job { filters = filters, limit = 1, orderBy = "name" }))
    local requests <const> = connect.sent(service)
    assert.equal("POST", requests[2].method)
    local body <const> = core.decode(requests[2].body)
    assert.same({ limit = 1, offset = 1 }, body.pagination)
    assert.same({ "name", "state" }, { body.orderBy, body.filters[1].field })
  end)

  it("returns templates", function()
    page("t1 t2", { total = 3 }, "list_templates")
    page("t3", { total = 3 }, "list_templates")
    assert.equal("t1 t2 t3", walk(client:each_template { limit = 2, offset = 0 }))
    assert.equal("jobs/templates?pagination.limit=2&pagination.offset=2", asked()[2])
  end)

  it("starts at an offset", function()
    page("d e", { total = 5, offset = 3 })
    assert.equal("d e", walk(client:each_job { offset = 3 }))
    assert.same({ "jobs?pagination.limit=100&pagination.offset=3" }, asked())
  end)

  it("returns nothing after it has ended", function()
    page("a", { total = 1 })
    local each <const> = client:each_job()
    walk(each)
    assert.is_nil(each())
    assert.equal(1, #asked())
  end)

  describe("ends", function()
    -- Where a walk ends by the contents of its pages, and the number of requests.
    local function ends(title, ids, pages)
      it(title, function()
        for _, each in ipairs(pages) do
          page(each[1], each[2])
        end
        service:fault { operation = "list_jobs", status = 400, times = "forever" } -- for one request too many
        local ok <const>, found <const> = time_limit.pcall(function()
          return walk(client:each_job { limit = 2 })
        end)
        assert.is_true(ok, tostring(found))
        assert.equal(ids, found)
        assert.equal(#pages, #asked())
      end)
    end

    ends("by hasNext alone", "a b c", { { "a b", { hasNext = true } }, { "c", { hasNext = false } } })
    ends("by the total alone", "a b c", { { "a b", { total = 3 } }, { "c", { total = 3 } } })
    ends("by a total in decimal digits", "a b c", { { "a b", { total = "3" } }, { "c", { total = "3" } } })
    ends("beyond a total that the service has capped, as long as it says that more follow", "a b c d e", {
      { "a b", { total = 2, hasNext = true } },
      { "c d", { total = 2, hasNext = true } },
      { "e", { total = 2, hasNext = false } },
    })
    ends("by an empty page beyond the total", "a b", {
      { "a b", { total = 2, hasNext = true } },
      { "", { total = 2, hasNext = true } },
    })
    ends("by an empty page, whatever it says", "a b", { { "a b", { total = 9 } }, { "", { total = 9 } } })
    ends("by an empty page where nothing is told", "a b c", { { "a b" }, { "c" }, { "" } })
    ends("where all is told as unset by an empty page", "a b c", {
      { "a b", { total = 0, offset = 0, hasPrevious = false, hasNext = false } },
      { "c", { total = 0, offset = 0, hasPrevious = false, hasNext = false } },
      { "", { total = 0, offset = 0, hasPrevious = false, hasNext = false } },
    })
    ends("where what is told is no count by an empty page", "a b c", {
      { "a b", { total = "many", hasNext = "yes" } },
      { "c", { total = -3, hasNext = 0, offset = {} } },
      { "", { total = 2.5 } },
    })
    ends("by the total that was told once", "a b c", { { "a b", { total = 3 } }, { "c" } })
    ends("by a total that has shrunk", "a b c", { { "a b", { total = 7 } }, { "c", { total = 3 } } })
    ends("when a few rows have come meanwhile, with those", "a b c d e", {
      { "a b", { total = 4 } },
      { "c d", { total = 5 } },
      { "e", { total = 5 } },
    })
    ends(
      "when as many rows have come meanwhile as there were, without those",
      "a b",
      { { "a b", { total = 4 } }, {
        "",
      } }
    )
  end)

  it("counts the growth of the list from the start of the walk", function()
    page("g", { total = 8 })
    page("h", { total = 10 }) -- grew by two, as many as there were at the start
    assert.equal("g h", walk(client:each_job { offset = 6, limit = 1 }))
    service:reset()
    page("g", { total = 8 })
    page("h", { total = 9 })
    page("i", { total = 9 })
    assert.equal("g h i", walk(client:each_job { offset = 6, limit = 1 }))
  end)

  -- A service whose list grows by one for each row that it returns.
  it("ends even if each row creates another one", function()
    local total, pages = 4, 0
    local function next_page()
      pages = pages + 1
      page(("p%da p%db"):format(pages, pages), { total = total, hasNext = true })
    end
    next_page()
    local rows = 0
    local ok <const>, problem <const> = time_limit.pcall(function()
      for _ in client:each_job { limit = 2 } do
        rows, total = rows + 1, total + 1
        if rows % 2 == 0 then next_page() end
      end
    end)
    assert.is_true(ok, tostring(problem))
    assert.is_true(rows >= 4 and rows <= 12, tostring(rows))
  end)

  it("ends even if the list doubles again and again", function()
    local pages = 0
    local function next_page()
      pages = pages + 1
      page(("p%da p%db"):format(pages, pages), { total = 4 * 2 ^ pages // 1 | 0, hasNext = true })
    end
    next_page()
    local rows = 0
    local ok <const>, problem <const> = time_limit.pcall(function()
      for _ in client:each_job { limit = 2 } do
        rows = rows + 1
        if rows % 2 == 0 then next_page() end
      end
    end)
    assert.is_true(ok, tostring(problem))
    assert.equal(8, rows)
  end)

  describe("that gets the same pages again", function()
    it("raises if nothing says where the end is", function()
      for _ = 1, 3 do
        page("a b", { hasNext = true })
      end
      local rows = 0
      local ok <const>, problem <const> = pcall(function()
        for _ in client:each_job() do
          rows = rows + 1
        end
      end)
      assert.is_false(ok)
      assert.same(
        { "unexpected", "the service returned the same page again", 2 },
        { problem.kind, problem.message, rows }
      )
    end)

    it("raises if that happens later, too", function()
      page "a b"
      page "c d"
      page "c d"
      local ok <const>, problem <const> = pcall(walk, client:each_job())
      assert.same({ false, "the service returned the same page again" }, { ok, problem.message })
    end)

    it("continues if a page is only similar to the one before", function()
      page "a b"
      page "b a"
      page "b"
      page "b c"
      page ""
      assert.equal("a b b a b b c", walk(client:each_job()))
    end)

    it("ends by the total if there is one, because rows may have moved", function()
      page("a b", { total = 4 })
      page("a b", { total = 4 })
      assert.equal("a b a b", walk(client:each_job()))
    end)
  end)
end)
