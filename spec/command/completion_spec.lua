-- Completion of commands, options and values: what the program prints, and how shells use it.
local command <const> = require "spec.support.command"
local compile <const> = require "spec.support.compile"
local folder <const> = require "spec.support.folder"
local lfs <const> = require "lfs"
local program <const> = require "spec.support.program"
local sandbox <const> = require "spec.support.sandbox"

local function complete(...)
  local ran <const> = command.run(nil, { "__complete", ... })
  assert.same({ 0, "" }, { ran.status, ran.errors })
  return (ran.output:gsub("\n$", ""):gsub("\n", " "))
end

describe("completion of bytenite", function()
  it("knows commands, options and values", function()
    for _, case in ipairs {
      { { "lo" }, "logs" },
      { { "--quiet", "set-" }, "set-name set-params set-configs set-datasource" },
      { { "list", "--or" }, "--order-by" },
      { { "list", "--js" }, "--json" },
      { { "list", "--filter", "state=c" }, "state=complete" },
      { { "list", "--filter", "st" }, "state=" },
      { { "list", "--order-by", "-c" }, "-createdAt" },
      { { "logs", "ID", "--level", "E" }, "ERROR" },
      { { "logs", "--service", "T" }, "TASKRUNNER" },
      { { "logs", "--level", "ERROR", "--ser" }, "--service" },
      { { "get", "--service", "c" }, "customer computing" },
      { { "set-datasource", "ID", "--source=b" }, "--source=bucket --source=bypass" },
      { { "help", "tem" }, "templates" },
      { { "completion", "f" }, "fish" },
      { { "request", "PA" }, "PATCH" },
    } do
      assert.equal(case[2], complete(table.unpack(case[1])), table.concat(case[1], " "))
    end
  end)

  it("knows the existing profiles", function()
    local place <close> = folder.new()
    assert(lfs.mkdir(place:at "bytenite"))
    local path <const> = place:write("bytenite/config.json", '{"profiles":{"work":{},"test":{}}}')
    os.execute("chmod 600 " .. path)
    local environment <const> = { XDG_CONFIG_HOME = place.path }
    local ran <const> = command.run(nil, { "__complete", "get", "--profile", "t" }, { environment = environment })
    assert.equal("test\n", ran.output)
  end)

  it("leaves files to the shell, and reports no errors", function()
    for _, words in ipairs { { "submit", "" }, { "upload", "ID", "" }, { "get", "--ca-file", "" }, { "lst", "" } } do
      assert.equal("", complete(table.unpack(words)))
    end
  end)

  it("knows all states of the module, in their order", function()
    local states <const> = require "bytenite.command.job_states"
    local known <const> = require "bytenite.jobs.states"
    for _, name in ipairs(states.names) do
      local job <const> = { state = "JOB_STATE_" .. name:upper() }
      assert.is_true(known.fraction(job) ~= nil or known.outcome(job) == "failed", name)
    end
    assert.equal(11, #states.names)
  end)

  it("knows the values that an option is restricted to", function()
    local ran <const> = command.run(nil, { "__complete", "results", "ID", "--existing", "s" })
    assert.equal("skip\n", ran.output)
    assert.equal("error\nskip\nreplace\n", command.run(nil, { "__complete", "submit", "--existing", "" }).output)
  end)

  it("knows the jobs that were last listed on a terminal", function()
    local ptmx <close> = io.open("/dev/ptmx", "r+")
    if not ptmx then return pending "this system has no pseudo-terminals" end
    local service <const> = sandbox.plain()
    service:reset()
    local body <const> = '{"data":[{"id":"job-1"},{"id":"job-2"},{"id":"bad\\nid $(x)"}],"pagination":{"total":3}}'
    service:fault { operation = "list_jobs", body = body, times = "forever" }
    local place <close> = folder.new()
    local environment <const> = { XDG_CACHE_HOME = place.path .. "/a cache" }
    local function ids()
      return command.run(nil, { "__complete", "get", "" }, { environment = environment }).output
    end
    assert.equal(0, command.run(service, { "list" }, { environment = environment }).status)
    assert.equal("", ids()) -- nothing is stored for lists in a pipe
    local programs <close> = compile.folder()
    local terminal <const> = programs:module "terminal"()
    local seen <const> = command.in_terminal(terminal, service, { "list" }, { environment = environment })
    assert.equal(0, seen.status, seen.output)
    assert.equal("job-1\njob-2\n", ids())
    assert.equal("rwx------", lfs.attributes(place.path .. "/a cache/bytenite", "permissions"))
  end)
end)

describe("the completion script of", function()
  -- Runs a script in a shell that finds the program as `bytenite`. Returns nil if there is no such
  -- shell.
  local function run(shell, arguments, script)
    if not os.execute("command -v " .. shell .. " >/dev/null") then return nil end
    local place <close> = folder.new()
    local path <const> = place:write(
      "bytenite",
      ('#!/bin/sh\nexec "%s" "%s/bin/bytenite" "$@"\n'):format(program.interpreter(), lfs.currentdir())
    )
    os.execute("chmod +x " .. path)
    local words <const> = { shell, table.unpack(arguments) }
    words[#words + 1] = script
    local ran <const> = program.run(words, { PATH = place.path .. ":" .. os.getenv "PATH", HOME = place.path })
    assert.equal("", ran.errors)
    return ran.output
  end

  it("bash completes after = too", function()
    local script <const> = [[
      eval "$(bytenite completion bash)"
      for COMP_LINE in "bytenite list --filter state=f" "bytenite logs --level E" "bytenite set-d" "bytenite list "; do
        COMP_POINT=${#COMP_LINE}
        _bytenite
        echo "${COMPREPLY[@]}"
      done
      complete -p bytenite]]
    local output <const> = run("bash", { "--norc", "-c" }, script)
    assert.equal("failed\nERROR\nset-datasource\n\ncomplete -o default -F _bytenite bytenite\n", output)
  end)

  it("zsh can be evaluated, without and with its completion system", function()
    local script <const> = [[
      eval "$(bytenite completion zsh)"
      print -r -- ${_comps[bytenite]}
      eval "$(bytenite completion zsh)"
      compadd() { print -r -- "$@" }
      _files() { print files }
      words=(bytenite logs --level E) CURRENT=4; _bytenite
      words=(bytenite list --filter s) CURRENT=4; _bytenite
      words=(bytenite submit "") CURRENT=3; _bytenite]]
    local output <const> = run("zsh", { "-fc" }, script)
    if not output then return pending "zsh is not installed" end
    assert.equal("_bytenite\n-- ERROR\n-S  -- state=\nfiles\n", output)
  end)

  it("fish completes values", function()
    local script <const> = [[
      bytenite completion fish | source
      complete -C "bytenite logs --level E"
      complete -C "bytenite set-n"]]
    local output <const> = run("fish", { "--no-config", "-c" }, script)
    if not output then return pending "fish is not installed" end
    assert.equal("ERROR\nset-name\n", output)
  end)
end)
