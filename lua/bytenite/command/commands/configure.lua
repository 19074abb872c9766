--- configure.lua: the command that stores a profile.
local bytenite <const> = require "bytenite"
local command_errors <const> = require "bytenite.command.command_errors"
local profiles <const> = require "bytenite.command.profiles"
local questions <const> = require "bytenite.command.questions"

local DEFAULT_NAME <const> = "default"
local DEFAULT_URL <const> = "https://api.bytenite.com/v1"
local DEFAULT_SERVICE <const> = "customer"
local NONE <const> = "none"

-- Returns the absolute path. Expands "~", as a shell does.
local function absolute(path)
  if path:sub(1, 1) == "/" then return path end
  local home <const> = os.getenv "HOME"
  if home and path:sub(1, 2) == "~/" then return home .. path:sub(2) end
  local pipe <close> = io.popen "pwd"
  return ("%s/%s"):format(pipe and pipe:read "l" or "", path)
end

local function check_ca_file(answer)
  if answer == NONE then return false end
  local path <const> = profiles.check("ca_file", absolute(answer))
  local file <close>, problem <const> = io.open(path, "rb")
  if not file then command_errors.usage(problem) end
  return path
end

local function checked_as(member)
  return function(answer)
    return profiles.check(member, answer)
  end
end

-- Returns the address: the value of --base-url, or the answer to a question.
local function ask_address(options, former)
  if options.base_url then return profiles.check("base_url", options.base_url) end
  local variable <const> = (os.getenv "BYTENITE_BASE_URL" or ""):match "^%s*(.-)%s*$"
  local default <const> = former.base_url
    or variable ~= "" and profiles.check("base_url", variable, "BYTENITE_BASE_URL")
    or DEFAULT_URL
  return questions.ask { prompt = "Address", default = default, shown = default, check = checked_as "base_url" }
end

local function ask_service(options, former)
  if options.service then return profiles.check("service", options.service) end
  local default <const> = former.service or DEFAULT_SERVICE
  return questions.ask { prompt = "Service", default = default, shown = default, check = checked_as "service" }
end

local function ask_key(options, former)
  if options.api_key then return profiles.check("api_key", options.api_key) end
  return questions.ask {
    prompt = "API key (not shown)",
    is_secret = true,
    default = former.api_key,
    shown = former.api_key and "keep the current one",
    check = checked_as "api_key",
  }
end

local function ask_ca_file(options, former)
  if options.ca_file then return check_ca_file(options.ca_file) end
  return questions.ask {
    prompt = "File of certificates to trust",
    default = former.ca_file or false,
    shown = former.ca_file and former.ca_file .. ", or none" or NONE,
    check = check_ca_file,
  }
end

-- Asks for all values and returns the new profile. If the address changes, drops the values for the
-- former address.
local function ask_all(options, former)
  local base_url <const> = ask_address(options, former)
  local is_moved <const> = profiles.origin(base_url) ~= profiles.origin(former.base_url or DEFAULT_URL)
  local kept <const> = is_moved and {} or former
  local profile <const> = {}
  for name, value in pairs(kept) do
    profile[name] = value
  end
  profile.base_url = base_url
  profile.service = ask_service(options, kept)
  profile.api_key = ask_key(options, kept)
  profile.ca_file = ask_ca_file(options, kept) or nil
  return profile
end

-- Checks the profile as a whole by making a client, and with a call unless --no-check is given.
local function check(options, profile, with_call)
  for name, value in pairs(profile) do
    options[name] = value
  end
  options.profile = false
  local client <close> = bytenite.new(options)
  if not with_call then return end
  local info <const>, problem <const> = client:info()
  if info then return end
  local advice <const> = "nothing was stored; --no-check stores the profile without a call"
  problem.hint = problem.hint and ("%s; %s"):format(problem.hint, advice) or advice
  error(problem, 0)
end

local configure <const> = {
  name = "configure",
  summary = "Store an address and an API key as a profile.",
  description = "Asks for the address of the service, its part of the path, the API key and a file of\n"
    .. "certificates, makes a call with them, and stores them as a profile. The profile's name comes\n"
    .. 'from --profile or $BYTENITE_PROFILE; otherwise it is "default". Values given by options are not\n'
    .. "asked for. Without a terminal each answer is a line of standard input. An empty line keeps the\n"
    .. "value in brackets. The key is stored in a file that only its owner can read.",
  examples = {
    "bytenite configure",
    "bytenite configure --profile work --base-url https://api.bytenite.com/v1",
    "bytenite configure --profile ci --base-url URL --service customer --ca-file none < key.txt",
    "bytenite configure --list",
  },
  define = function(command)
    command:mutex(
      command:flag("--list", "Print the names of the profiles and exit."),
      command:flag("--no-check", "Store the profile without making a call.")
    )
  end,
  run = function(context, given)
    local console <const> = context.console
    if given.list then
      local names <const> = profiles.names()
      if console.json then return console:value(bytenite.array(names)) end
      for _, name in ipairs(names) do
        console:line(name)
      end
      return
    end
    local variable <const> = os.getenv "BYTENITE_PROFILE" or ""
    local name <const> = given.profile or variable:match "^%s*(.-)%s*$":gsub("^$", DEFAULT_NAME)
    local former <const> = profiles.get(name) or {}
    local options <const> = context.client_options()
    local profile <const> = ask_all(options, former)
    check(options, profile, not given.no_check)
    local path <const>, problem <const> = profiles.store(name, profile)
    if not path then command_errors.raise("file", problem) end
    if console.json then return console:value { profile = name, file = path } end
    console:say("stored profile %s in %s", name, path)
    console:say("use it with --profile %s, or BYTENITE_PROFILE=%s", name, name)
  end,
}

return { configure }
