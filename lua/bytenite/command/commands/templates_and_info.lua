--- templates_and_info.lua: the commands about the service itself: templates, info, sandbox.
local command_errors <const> = require "bytenite.command.command_errors"
local paged_list <const> = require "bytenite.command.paged_list"
local table_layout <const> = require "bytenite.command.table_layout"
local display <const> = require "bytenite.command.display"

local templates <const> = {
  name = "templates",
  summary = "List the templates for jobs.",
  examples = { "bytenite templates --all" },
  define = paged_list.define,
  run = function(context, given)
    local client <const> = context.client()
    paged_list.show(context.console, given, {
      noun = "template",
      page = function(limit, offset)
        return client:list_templates { limit = limit, offset = offset }
      end,
      each = function()
        return client:each_template { offset = given.offset }
      end,
      print = display.templates,
    })
  end,
}

local function version_text(version)
  if type(version) ~= "table" then return nil end
  local number <const> = ("%s.%s"):format(version.major or "?", version.minor or "?")
  return version.tag and version.tag ~= "" and ("%s (%s)"):format(number, version.tag) or number
end

local info <const> = {
  name = "info",
  summary = "Show the service's version.",
  examples = { "bytenite info" },
  define = function() end,
  run = function(context)
    local console <const> = context.console
    local info <const> = assert(context.client():info())
    if console.json then return console:value(info) end
    local record <const> = { { "version", version_text(info.version) } }
    for _, message in ipairs(type(info.messages) == "table" and info.messages or {}) do
      record[#record + 1] = { "message", message }
    end
    table_layout.record(console, record)
  end,
}

-- Only for the help: init.lua runs the sandbox, which parses its own arguments.
local sandbox <const> = {
  name = "sandbox",
  summary = "Start a local service for development and tests.",
  description = "Starts a local service for development and tests, like bytenite-sandbox. For its options:\n"
    .. "bytenite sandbox --help",
  examples = { "bytenite sandbox --port 8080" },
  define = function(command)
    command:argument("arguments", "The arguments of bytenite-sandbox."):args "*"
  end,
  run = function()
    command_errors.usage "sandbox: options must follow its name"
  end,
}

return { templates, info, sandbox }
