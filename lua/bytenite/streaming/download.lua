--- download.lua: `job:download`: fetches a job's results into a folder, several at once.
local validate <const> = require "bytenite.base.validate"
local core <const> = require "bytenite.core"
local download_file <const> = require "bytenite.streaming.download_file"
local download_plan <const> = require "bytenite.streaming.download_plan"
local download_slots <const> = require "bytenite.streaming.download_slots"
local errors <const> = require "bytenite.errors"
local map <const> = require "bytenite.async.map"
local base_options <const> = require "bytenite.base.options"

local download <const> = {}

local DEFAULT_CONCURRENCY <const> = 8 -- files at once

local known <const> = base_options.with_limits {
  on_progress = validate.callable,
  result = validate.text,
  file_name = validate.callable,
  existing = validate.one_of { "error", "skip", "replace" },
  decode = validate.boolean,
  concurrency = validate.integer(1, 1000000),
}

-- Counts the progress of all files together. No count ever decreases, even if a file starts again.
local Total <const> = { __name = "bytenite.DownloadTotal" }
Total.__index = Total

local function total_of(files)
  local self <const> =
    setmetatable({ files = #files, done = 0, received = 0, shares = 0, most = {}, share = {} }, Total)
  for index, file in ipairs(files) do
    self.most[index], self.share[index] = 0, file.skipped and 1 or 0
    self.shares = self.shares + self.share[index]
    if file.skipped then self.done = self.done + 1 end
  end
  return self
end

function Total:note(index, received, total, is_done)
  local most <const>, share <const> = self.most[index], self.share[index]
  self.most[index] = math.max(most, received)
  self.received = self.received + self.most[index] - most
  local fraction <const> = is_done and 1 or total and total > 0 and math.min(1, received / total) or 0
  self.share[index] = math.max(share, fraction)
  self.shares = self.shares + self.share[index] - share
  if is_done then self.done = self.done + 1 end
end

-- Returns the totals for on_progress.
function Total:report()
  local fraction <const> = self.done == self.files and 1 or math.min(1, self.shares / self.files)
  return { files = self.files, done = self.done, received = self.received, fraction = fraction }
end

-- Fetches files, several at once. Returns the sizes of the files that were fetched or kept, by
-- index in the list; and the first error.
local function fetch_all(client, folder, files, options)
  local sizes <const>, written <const>, returned <const> = {}, {}, {}
  local total <const> = total_of(files)
  local failure

  local function report(file, index, received, of_total, is_done)
    if not options.on_progress then return end
    total:note(index, received, of_total, is_done)
    options.on_progress(received, of_total, file.name, total:report())
  end

  local function fetch(file, index)
    sizes[index] = file.size -- of a file that is kept
    if file.skipped then return true end
    local slot <close> = download_slots.ask(client)
    slot:await()
    local size <const>, problem <const> = download_file.fetch(client, folder, file, {
      replaces = options.existing == "replace",
      decode = options.decode,
      limits = base_options.limits_in(options),
      written = written,
      on_progress = function(received, of_total)
        report(file, index, received, of_total, false)
      end,
    })
    if not size then
      problem.file = file.name
      failure = failure or problem
      returned[problem] = true
      return nil, problem
    end
    sizes[index] = size -- before on_progress, which may raise or cancel this task
    report(file, index, size, size, true)
    return true
  end

  local outcomes <const> = map.run(client, files, fetch, {
    concurrency = options.concurrency or DEFAULT_CONCURRENCY,
    stop_on_error = true,
    on_done = function(_, ok, value)
      if not ok and not returned[value] then error(value, 0) end -- on_progress raised it
    end,
  })
  for _, outcome in ipairs(outcomes) do
    if not outcome.ok then failure = failure or outcome.error end -- the client was closed
  end
  return sizes, failure
end

--- Implements `job:download`.
---@param list function(limits) returns the results of the job, or nil and an error
function download.run(client, into, options, list)
  local checked <const> = validate.options("download", options, known)
  validate.path("download: folder", into)
  local results <const>, without <const> = list(base_options.limits_in(checked))
  if not results then return nil, without, {} end
  local files <const>, unsafe <const> = download_plan.files(results, into, checked)
  if not files then return nil, unsafe, {} end
  local folder <close>, unusable <const> = core.folder(into)
  if not folder then return nil, errors.file(("cannot use the folder %s: %s"):format(into, unusable)), {} end
  local may_write <const>, occupied <const> = download_plan.look(files, folder, checked.existing or "error")
  if not may_write then return nil, occupied, {} end
  local sizes <const>, failure <const> = fetch_all(client, folder, files, checked)
  local fetched <const>, prefix <const> = {}, into:gsub("/+$", "") .. "/"
  for index, file in ipairs(files) do
    local size <const> = sizes[index]
    if size then
      fetched[#fetched + 1] = { name = file.name, path = prefix .. file.name, size = size, skipped = file.skipped }
    end
  end
  if failure then return nil, failure, fetched end
  return fetched
end

return download
