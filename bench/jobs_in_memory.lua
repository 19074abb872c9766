-- jobs_in_memory.lua COUNT SAMPLES [README]: keeps COUNT jobs of bytenite's and of lua-cjson's, and
-- prints the bytes of Lua's memory for each. With README the table also goes into that file,
-- between two marks.
local responses <const> = require "responses"
local bytenite <const> = require "bytenite"
local cjson <const> = require "cjson"
local figures <const> = require "figures"
local report <const> = require "report"
local request <const> = require "request"

local count_text <const>, samples_name <const>, readme_name <const> = ...
local COUNT <const> = math.tointeger(count_text)

local client <close> = request.client()

local bodies <const> = {} -- the same as the server's
for turn = 1, responses.COUNT do
  bodies[turn] = responses.body(turn - 1, request.job_id)
end

local forms <const> = {
  {
    title = "`job:set_datasource{...}`: the job, refreshed",
    make = function()
      return request.update(client:job(request.job_id))
    end,
  },
  {
    title = "`bytenite.decode`: the service's response",
    make = function(turn)
      return bytenite.decode(bodies[turn])
    end,
  },
  {
    title = "`cjson.decode`: the same",
    make = function(turn)
      return cjson.decode(bodies[turn])
    end,
  },
}

local function bytes_for(make)
  local kept <const> = {}
  for index = 1, COUNT do
    kept[index] = false -- the list itself is not measured
  end
  for turn = 1, responses.COUNT do
    make(turn) -- work that is done once, and strings that all share
  end
  collectgarbage()
  local before <const> = collectgarbage "count"
  for index = 1, COUNT do
    kept[index] = assert(make((index - 1) % responses.COUNT + 1))
  end
  collectgarbage()
  return (collectgarbage "count" - before) * 1024 / #kept
end

local page <const> = report.new()
page:read(samples_name, {}) -- the facts
page:head(figures.with_thousands(COUNT) .. " jobs kept, of 16 different ones in turn", "bytes a job")
for _, form in ipairs(forms) do
  page:row(form.title, figures.with_thousands(bytes_for(form.make)))
end
page:finish("jobs_in_memory", readme_name)
