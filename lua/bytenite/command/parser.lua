--- parser.lua: builds the parser of the command line from the rows that describe the commands.
local exit_status <const> = require "bytenite.command.exit_status"
local command_errors <const> = require "bytenite.command.command_errors"
local input <const> = require "bytenite.command.input"

local parser <const> = {}

local DESCRIPTION <const> = "Submits, watches and changes jobs of ByteNite."

local ENVIRONMENT <const> = [[
Environment:
  BYTENITE_API_KEY       the account's API key
  BYTENITE_ACCESS_TOKEN  an access token, used instead of a key
  BYTENITE_BASE_URL      the address of the service
  BYTENITE_PROFILE       the name of a profile, see bytenite configure
  BYTENITE_CA_FILE       certificates to trust instead of the system's
  BYTENITE_LOG           "debug" prints each request, as --debug does
  NO_COLOR               no colours, if set to anything]]

local EXAMPLES <const> = [[
Examples:
  bytenite submit job.lua --wait --download out
  bytenite list --filter state=JOB_STATE_FAILED
  bytenite logs ID --follow
  bytenite get ID --json | jq .params
  bytenite COMMAND --help]]

local COMMON_OPTIONS <const> = "For the options of all commands: bytenite --help"

-- Adds the options of all commands; they go before or after the command's name.
local function add_common_options(root)
  root:mutex(
    root:flag("--json", "Print JSON with the service's member names; errors too, on stderr."),
    root:flag("--ids", "Print only the ids of jobs."):target "ids_only" -- "ids" is delete's
  )
  root:flag("-q --quiet", "Print no progress and no messages.")
  root:option("--profile", "A profile of bytenite configure (default: $BYTENITE_PROFILE)."):argname "NAME"
  root:flag("--debug", "Print each request on stderr, without secrets (default: if $BYTENITE_LOG is debug).")
  root:option("--base-url", "The address of the service (default: $BYTENITE_BASE_URL)."):argname "URL"
  root:option("--service", "The part of the path after the address (default: customer)."):argname "NAME"
  root:option("--api-key-file", "A file that holds the API key (default: $BYTENITE_API_KEY)."):argname "PATH"
  root:option("--ca-file", "Certificates to trust (default: $BYTENITE_CA_FILE)."):argname "PATH"
  root
    :option("--timeout", "Time limit for one attempt of a call, in seconds.")
    :convert(input.seconds "--timeout")
    :argname "S"
  root
    :option("--max-retries", "How often to retry a failed call (default: 2).")
    :convert(input.count "--max-retries")
    :argname "N"
  root
    :option("--max-response-bytes", "Maximum size of a response, in bytes (default: 16 MiB).")
    :convert(input.count "--max-response-bytes")
    :argname "N"
end

local function add_version(root, version)
  root:flag("-V --version", "Print the version."):action(function()
    command_errors.finish(version)
  end)
end

-- Adds --help. argparse's own option would end the process with status 0 even if printing failed.
local function add_help(target)
  target:add_help {
    action = function()
      command_errors.finish(target:get_help())
    end,
  }
end

local function epilog_of(row)
  local lines <const> = { "Examples:" }
  for _, example in ipairs(row.examples) do
    lines[#lines + 1] = "  " .. example
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = COMMON_OPTIONS
  return table.concat(lines, "\n")
end

local function add_command(root, row)
  local command <const> = root:command(row.name, row.description or row.summary)
  command:summary(row.summary)
  command:epilog(epilog_of(row))
  add_help(command)
  row.define(command)
end

--- Makes the parser.
---@param argparse table the rock
---@param rows table a list of { name, summary, description, examples, prints_jobs, define }:
---   prints_jobs, whether --ids has an effect; define(command)
---@param version string
---@return table # of argparse; raises mistakes as failures
function parser.new(argparse, rows, version)
  local root <const> = argparse("bytenite", DESCRIPTION)
  root:epilog(table.concat({ EXAMPLES, ENVIRONMENT, exit_status.describe() }, "\n\n"))
  root:command_target "command"
  add_help(root)
  add_common_options(root)
  add_version(root, version)
  for _, row in ipairs(rows) do
    add_command(root, row)
  end
  -- argparse calls this with the current command's parser, and would end the process.
  root.error = function(current, message)
    message = message:gsub("^missing argument '(%l+)'", function(name)
      return ("missing argument %s"):format(name == "ids" and "ID" or name:upper())
    end)
    local short <const> = message:match "^unknown option '%-[^%-]'"
    local hint <const> = short and "put an argument that begins with a dash after --" or nil
    command_errors.usage((short or message):gsub("\nDid you mean", "; did you mean"), hint, current:get_usage())
  end
  return root
end

return parser
