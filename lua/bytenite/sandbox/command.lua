--- The command `bytenite-sandbox`: reads the options and runs a sandbox until a signal ends it.
local required_rocks <const> = require "bytenite.sandbox.required_rocks"

local argparse <const> = required_rocks.need("argparse", "argparse", "lua-argparse")
local cqueues <const> = required_rocks.need("cqueues", "cqueues", "lua-cqueues")
local signal <const> = require "cqueues.signal"

local core <const> = require "bytenite.core"
local sandbox <const> = require "bytenite.sandbox"

local command = {}

local USAGE_ERROR <const> = 2 -- the status for a mistake on the command line
local PIECE <const> = 512 -- bytes that a ready pipe accepts in one write (POSIX: PIPE_BUF)

local function integer(text)
  return math.tointeger(tonumber(text))
end

local DESCRIPTION <const> = [[
A local ByteNite service for development and tests: the whole jobs API, over HTTP/1.1 and HTTP/2, on loopback only. It
prints the environment that clients need, and runs until SIGINT, SIGTERM or SIGHUP. Everything is kept in memory
(large uploads in temporary files) and lost at the end, unless --data keeps it.]]

local EPILOGUE <const> = [[
A job that is run takes 30 seconds at --speed 1 and passes through all states. It fails after 12 seconds if its
app parameters contain a string "sandbox_fail", which becomes its errorMessage.

With --blocks jobs do real work: they run the programs of building blocks, with your rights unless a launcher confines
them (docs/blocks.md). Only programs in that folder run, whatever a request says.

A fault is the name of a call (set_name, run, results, ...; "upload" and "download" for signed URLs; none for any call),
then what happens to the next call of that name: status=503 (with retry_after, shape, message, body, header.NAME),
delay=SECONDS, drip=BYTES/SECONDS, truncate=BYTES, reset, hang, garbage (these three with after=BYTES), ok_false,
no_job, wrong_id; and how often: times=N or times=forever, skip=N.

Tests control a running sandbox by requests below /sandbox, such as POST /sandbox/faults,
POST /sandbox/advance {"seconds": 30}, PATCH /sandbox/jobs/{id} {"state": "JOB_STATE_FAILED"}. They must send the token
that is printed at the start: curl -H "X-Sandbox-Token: $BYTENITE_SANDBOX_TOKEN" ... Web pages are refused: a request
must name a loopback address as its Host, and no other site as its Origin.]]

local function add_service_options(parser)
  parser:option("--speed", "How much faster than real time jobs run.", "1"):convert(tonumber):argname "X"
  parser:option("--jobs", "Number of jobs at the start, in all states.", "0"):convert(integer):argname "N"
  parser:option("--latency", "Delay of every response of the API, in milliseconds.", "0"):convert(tonumber):argname "MS"
  parser:option("--api-key", "The API key to accept (default: a random one)."):argname "KEY"
  parser:option("--control-token", "The token for requests below /sandbox (default: a random one)."):argname "TOKEN"
  parser:flag("--show-secrets", "Keep keys and tokens in the record of requests.")
  parser
    :option("--token-lifetime", "Lifetime of an access token, in seconds.", "3600")
    :convert(integer)
    :argname "SECONDS"
  parser
    :option("--link-lifetime", "Lifetime of links to uploads and results, in seconds.", "172800")
    :convert(tonumber)
    :argname "SECONDS"
  parser
    :option("--error-shape", "Form of errors that have two forms: alternate, gateway or envelope.", "alternate")
    :argname "SHAPE"
  parser
    :option("--fault", "A fault, such as 'set_name status=503 retry_after=2 times=3'; may be repeated.")
    :argname("SPEC")
    :count "*"
end

local function add_block_options(parser)
  parser
    :option("--blocks", "Run the programs of the building blocks in this folder; without it, jobs are simulated.")
    :argname "DIR"
  parser
    :option("--data", "Keep jobs, logs and results in this folder, for the next start. Needs --blocks.")
    :argname "DIR"
  parser
    :option("--workers", "Number of programs that run at the same time (default: the number of processors).")
    :convert(integer)
    :argname "N"
  parser
    :option(
      "--launcher",
      "Command to run each program with; {image}, {dir}, {app}, {cache}, {cpus}, {memory} are replaced."
    )
    :argname "TEMPLATE"
end

-- Prints a text and ends the process, with status 1 if the text cannot be written.
local function print_and_exit(text)
  local written <const> = io.stdout:write(text, "\n") and io.stdout:flush()
  if not written then io.stderr:write "bytenite-sandbox: cannot write the output\n" end
  os.exit(written and 0 or 1, true)
end

--- Makes the parser of the command line.
---@param version string of the module
---@return table # of argparse
function command.parser(version)
  local parser <const> = argparse("bytenite-sandbox", DESCRIPTION, EPILOGUE)
  parser:add_help {
    action = function()
      print_and_exit(parser:get_help())
    end,
  }
  parser:flag("--version", "Print the version."):action(function()
    print_and_exit("bytenite-sandbox " .. version:gsub("^bytenite ", ""))
  end)
  parser:option("--port", "Port to listen on; 0 for a free one.", "0"):convert(integer):argname "N"
  parser:option("--host", "Loopback address to listen on: 127.0.0.1 or ::1.", "127.0.0.1"):argname "ADDRESS"
  parser:flag("--tls", "Serve HTTPS, with a certificate authority made for this run.")
  parser:option("--ca-file", "Where to write the authority's certificate (default: a temporary file)."):argname "PATH"
  add_service_options(parser)
  add_block_options(parser)
  parser:option("--ready-file", "JSON file to write once the sandbox listens; removed at the end."):argname "PATH"
  parser:flag("--until-stdin-closes", "End when standard input ends.")
  -- argparse would end the process with its own status
  parser.error = function(self, message)
    io.stderr:write(self:get_usage(), "\n\nbytenite-sandbox: ", message, "\n")
    os.exit(USAGE_ERROR, true)
  end
  return parser
end

-- Returns the id of this process on Linux; null elsewhere.
local function process_id()
  local file <close> = io.open "/proc/self/stat"
  return file and file:read "n" or core.null
end

-- Writes the file under another name and renames it, so that no reader sees a part of it.
local function write_ready_file(path, service)
  local temporary <const> = path .. ".tmp"
  do
    local file <close> = assert(io.open(temporary, "w"))
    assert(file:write(
      core.encode {
        base_url = service.base_url,
        control_url = service.control_url,
        api_key = service.api_key,
        control_token = service.control_token,
        ca_file = service.ca_file or core.null,
        pid = process_id(),
      },
      "\n"
    ))
  end
  assert(os.rename(temporary, path))
end

local function shell_quoted(text)
  if text:find "^[%w%./:_%-]+$" then return text end
  return "'" .. text:gsub("'", [['\'']]) .. "'"
end

local function print_exports(service)
  local function export(name, value)
    print(("export %s=%s"):format(name, shell_quoted(value)))
  end
  export("BYTENITE_BASE_URL", service.base_url)
  export("BYTENITE_API_KEY", service.api_key)
  export("BYTENITE_SANDBOX_TOKEN", service.control_token)
  if service.ca_file then export("BYTENITE_CA_FILE", service.ca_file) end
  io.stdout:flush()
end

local function wait_for_signal(service)
  signal.listen(signal.SIGINT, signal.SIGTERM, signal.SIGHUP):wait()
  service:close()
end

local STANDARD_INPUT <const> = { pollfd = 0, events = "r" }
local STANDARD_ERROR <const> = { pollfd = 2, events = "w" }

-- Returns whether a descriptor can be polled: a pipe or a terminal can, a file or /dev/null cannot.
-- Tries it in a separate controller, which a failure would break.
local function can_wait_for(descriptor)
  local trial <const> = cqueues.new()
  trial:wrap(cqueues.poll, descriptor, 0)
  return (trial:step(0))
end

-- Returns a function that writes messages to stderr. It drops what a full pipe cannot take, so that
-- the service never blocks.
local function new_reporter()
  local can_wait <const> = can_wait_for(STANDARD_ERROR)
  return function(message)
    local line <const> = ("bytenite-sandbox: %s\n"):format(message)
    for from = 1, #line, PIECE do
      if can_wait and cqueues.poll(STANDARD_ERROR, 0) ~= STANDARD_ERROR then return end
      io.stderr:write(line:sub(from, from + PIECE - 1))
    end
  end
end

local function wait_for_end_of_input(service, can_wait)
  repeat
    if can_wait then cqueues.poll(STANDARD_INPUT) end
  until io.read(1) == nil
  service:close()
end

-- Closes the descriptors that this process was started with, so that programs do not inherit them.
local function close_inherited_files()
  required_rocks.need("luv", "luv", "lua-luv")
  require("bytenite.sandbox.runner.inherited_files").close()
end

local function start(arguments)
  signal.block(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) -- handled once the service runs
  if arguments.blocks then close_inherited_files() end
  local controller <const> = cqueues.new()
  local service <close> = sandbox.new {
    port = arguments.port,
    host = arguments.host,
    tls = arguments.tls or false,
    ca_file = arguments.ca_file,
    api_key = arguments.api_key,
    control_token = arguments.control_token,
    show_secrets = arguments.show_secrets,
    latency = arguments.latency,
    speed = arguments.speed,
    jobs = arguments.jobs,
    link_lifetime = arguments.link_lifetime,
    token_lifetime = arguments.token_lifetime,
    error_shape = arguments.error_shape,
    faults = arguments.fault,
    blocks = arguments.blocks,
    workers = arguments.workers,
    data = arguments.data,
    launcher = arguments.launcher,
    controller = controller,
    on_error = new_reporter(),
  }
  controller:wrap(wait_for_signal, service)
  if arguments.until_stdin_closes then controller:wrap(wait_for_end_of_input, service, can_wait_for(STANDARD_INPUT)) end
  if arguments.ready_file then write_ready_file(arguments.ready_file, service) end
  print_exports(service)
  service:loop()
  if arguments.ready_file then os.remove(arguments.ready_file) end
end

--- Runs the command until SIGINT, SIGTERM or, with an option, the end of standard input.
---@param arguments string[] of the command line; a bad one ends the process with status 2
---@param version string of the module
---@return integer status for `os.exit`
---@usage os.exit(require("bytenite.sandbox.command").run(arg, require("bytenite")._VERSION))
function command.run(arguments, version)
  local parsed <const> = command.parser(version):parse(arguments)
  signal.ignore(signal.SIGPIPE) -- a closed stderr must not stop the service
  local ran <const>, problem <const> = pcall(start, parsed)
  if ran then return 0 end
  io.stderr:write("bytenite-sandbox: ", tostring(problem), "\n")
  return 1
end

return command
