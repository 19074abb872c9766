--- jobs.lua: the commands that show and delete jobs: list, get, delete.
local bytenite <const> = require "bytenite"
local command_errors <const> = require "bytenite.command.command_errors"
local input <const> = require "bytenite.command.input"
local paged_list <const> = require "bytenite.command.paged_list"
local job_states <const> = require "bytenite.command.job_states"
local dry_run <const> = require "bytenite.command.dry_run"
local several_jobs <const> = require "bytenite.command.several_jobs"
local recent_ids <const> = require "bytenite.command.recent_ids"
local display <const> = require "bytenite.command.display"

local OPERATORS <const> = {
  ["="] = "EQ",
  ["!="] = "NEQ",
  [">"] = "GT",
  [">="] = "GTE",
  ["<"] = "LT",
  ["<="] = "LTE",
  ["~"] = "LIKE",
}

-- Returns the value of a filter for the module. Accepts states as tables show them; LIKE finds a
-- text anywhere in the member.
local function value_of(field, condition, given)
  if condition == "LIKE" then
    local pattern <const> = given:find("%", 1, true) and given or "%" .. given .. "%"
    return field == "state" and pattern:upper() or pattern
  end
  if field == "state" then return job_states.parse("--filter state", given) end
  return input.value("--filter " .. field, given)
end

-- Parses a filter such as state=complete into the form of the module.
local function filter(given)
  local field <const>, operator <const>, value <const> = given:match "^([%w_.]+)%s*([=!<>~]=?)%s*(.*)$"
  local condition <const> = OPERATORS[operator]
  if not condition then
    command_errors.usage(("--filter %s: expected FIELD=VALUE"):format(given), "operators are = != > >= < <= ~")
  end
  return { field = field, condition = condition, value = value_of(field, condition, value) }
end

local list <const> = {
  name = "list",
  prints_jobs = true,
  summary = "List jobs.",
  examples = {
    "bytenite list",
    "bytenite list --all --filter state=failed",
    "bytenite list --filter name~batch --order-by -createdAt",
    "bytenite list --json | jq -r '.[].name'",
    "bytenite list --all --ids --filter state=JOB_STATE_FAILED | xargs bytenite delete --yes",
  },
  define = function(command)
    paged_list.define(command)
    command
      :option("--order-by", "Sort by a member of jobs, such as createdAt; -createdAt for descending order.")
      :argname "MEMBER"
    command
      :option(
        "--filter",
        "Only matching jobs: FIELD=VALUE, or with != > >= < <= ~ (like); quote < and >. May be repeated."
      )
      :argname("FILTER")
      :count "*"
  end,
  run = function(context, given)
    local query <const> = { orderBy = given.order_by, offset = given.offset }
    for _, one in ipairs(given.filter) do
      query.filters = query.filters or {}
      table.insert(query.filters, filter(one))
    end
    local client <const> = context.client()
    paged_list.show(context.console, given, {
      noun = "job",
      page = function(limit, offset)
        query.limit, query.offset = limit, offset
        if query.filters then return client:filter_jobs(query) end
        return client:list_jobs(query)
      end,
      each = function()
        return client:each_job(query)
      end,
      print = function(console, rows)
        if console.out.is_terminal then recent_ids.write(rows) end
        display.jobs(console, rows)
      end,
    })
  end,
}

local get <const> = {
  name = "get",
  prints_jobs = true,
  summary = "Show jobs.",
  examples = { "bytenite get ID", "bytenite get ID --json > job.json", "bytenite get ID ID --json | jq '.[].state'" },
  define = several_jobs.define,
  run = function(context, given)
    local jobs <const> = several_jobs.from_ids(context, given.ids)
    several_jobs.at_once(context, jobs, function(job)
      return job:refresh()
    end, function(values)
      display.show_jobs(context.console, values, #jobs > 1)
    end)
  end,
}

local function confirm(context, ids)
  if not context.console.can_ask then
    command_errors.usage(
      "delete asks for confirmation, which needs a terminal",
      "add --yes to delete without confirmation"
    )
  end
  local what <const> = #ids == 1 and "job " .. ids[1] or ("%d jobs"):format(#ids)
  return context.console.confirm(("Delete %s?"):format(what))
end

local delete <const> = {
  name = "delete",
  summary = "Delete jobs.",
  examples = { "bytenite delete ID", "bytenite delete --yes ID ID" },
  define = function(command)
    command:argument("ids", "The jobs' ids."):argname("ID"):args "+"
    command:flag("-y --yes", "Do not ask for confirmation.")
    dry_run.define(command)
  end,
  run = function(context, given)
    local console <const> = context.console
    if dry_run.tells(context, given, "delete", given.ids) then return end
    if not given.yes and not confirm(context, given.ids) then
      console:say "nothing was deleted"
      return
    end
    local client <const> = context.client()
    local last_problem
    local deleted <const> = bytenite.array {}
    for _, id in ipairs(given.ids) do
      local done <const>, problem <const> = client:job(id):delete()
      if done then
        deleted[#deleted + 1] = { id = id, deleted = true }
        if not console.json then console:line("deleted " .. id) end
      else
        if last_problem then command_errors.print(last_problem, console) end
        last_problem = problem
      end
    end
    if console.json then console:value(deleted) end
    if last_problem then error(last_problem, 0) end
  end,
}

return { list, get, delete }
