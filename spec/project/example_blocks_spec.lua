-- The blocks in examples/blocks, which the demo and the guide run, and examples/count_words.lua.
local block_jobs <const> = require "spec.support.block_jobs"
local catalogue <const> = require "bytenite.sandbox.runner.catalogue"
local folder <const> = require "spec.support.folder"
local program <const> = require "spec.support.program"

local BLOCKS <const> = "examples/blocks"

describe("examples/blocks", function()
  local jobs

  setup(function()
    jobs = block_jobs.start(BLOCKS)
  end)

  teardown(function()
    jobs:close()
  end)

  it("has no mistakes", function()
    local found <const> = assert(catalogue.read(BLOCKS))
    assert.same({}, found.problems)
    assert.same({ 6, 2 }, { found:count() })
  end)

  it("counts the words of a text in four tasks, with the result of a single program", function()
    local file <close> = assert(io.open(BLOCKS .. "/gettysburg.txt"))
    local text <const> = file:read "a"
    local job <const> = jobs:run { templateId = "word-count", input = text, params = { partitioner = { chunks = 4 } } }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    assert.equal(4, job.numChunks)
    local counts <const>, expected <const> = {}, {}
    for word in text:lower():gmatch "%a+" do
      expected[word] = (expected[word] or 0) + 1
    end
    for count, word in jobs:results(job.id)["out_0/words.txt"]:gmatch "(%d+) (%a+)\n" do
      counts[word] = math.tointeger(tonumber(count))
    end
    assert.same(expected, counts)
  end)

  it("counts the words of an empty text", function()
    local job <const> = jobs:run { templateId = "word-count", input = "" }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    assert.same({ 0, { ["out_0/words.txt"] = "" } }, { job.numChunks, jobs:results(job.id) })
  end)

  it("is used by examples/count_words.lua", function()
    local ran <const> = program.lua({ "examples/count_words.lua" }, program.environment(jobs.service))
    assert.equal(0, ran.status, ran.errors)
    for _, pattern in ipairs {
      "^Words of gettysburg%.txt: 4 tasks in %d+%.%d%d s\n",
      "\nPARTITIONER: 22 lines in 4 chunks\n",
      "\nTASKRUNNER: chunk 3: %d+ different words\n",
      "\n13 that\n",
      "\n8 here\n",
      "\n%.%.%. %d+ different words\n$",
    } do
      assert.is_truthy(ran.output:find(pattern), ran.output)
    end
  end)

  it("makes thumbnails of pictures, and a contact sheet", function()
    local place <close> = folder.new()
    local commands <const> = [[
set -eu
cd '%s'
for name in LOGO ROSE GRANITE; do gm convert $name: $name.png; done
tar -cf pictures.tar LOGO.png ROSE.png GRANITE.png]]
    assert.is_true((os.execute(commands:format(place.path))))
    local job <const> = jobs:run {
      templateId = "thumbnails",
      input = place:read "pictures.tar",
      input_name = "pictures.tar",
      params = { app = { width = 100 } },
    }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    local results <const>, sizes <const> = jobs:results(job.id), {}
    for name, content in pairs(results) do
      local width <const>, height <const> = content:match "^\x89PNG\r\n\26\n....IHDR(....)(....)"
      sizes[name] = (">I4"):unpack(width) .. "x" .. (">I4"):unpack(height)
    end
    -- In the order of their names: granite, logo, rose.
    assert.same({
      ["out_0/thumbnail_0.png"] = "100x100",
      ["out_0/thumbnail_1.png"] = "100x64",
      ["out_0/thumbnail_2.png"] = "100x66",
      ["out_0/sheet.png"] = sizes["out_0/sheet.png"],
    }, sizes)
    assert.is_true(tonumber(sizes["out_0/sheet.png"]:match "^%d+") >= 300)
    jobs.api:refuses(3, "params.app.width: it must be at least 8", "POST", "/customer/jobs", {
      templateId = "thumbnails",
      name = "Thumbnails",
      params = { app = { width = 7 } },
    })
  end)
end)
