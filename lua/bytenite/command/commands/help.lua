--- help.lua: the commands about the program itself: help, version.
local command_errors <const> = require "bytenite.command.command_errors"

local help <const> = {
  name = "help",
  summary = "Show the help of the program or of a command.",
  examples = { "bytenite help", "bytenite help submit" },
  define = function(command)
    command:argument("topic", "A command."):argname("COMMAND"):args "?"
  end,
  run = function(context, given)
    local root <const> = context.parser
    if not given.topic then return context.console:write(root:get_help(), "\n") end
    for _, command in ipairs(root._commands) do
      if command._name == given.topic then return context.console:write(command:get_help(), "\n") end
    end
    command_errors.unknown_command(given.topic, root)
  end,
}

local version <const> = {
  name = "version",
  summary = "Show the program's version.",
  examples = { "bytenite version" },
  define = function() end,
  run = function(context)
    context.console:write(context.version, "\n")
  end,
}

return { help, version }
