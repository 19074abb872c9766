-- The option --launcher: words in front of each program, which may confine it.
local block_jobs <const> = require "spec.support.block_jobs"
local blocks <const> = require "spec.support.blocks"
local launcher <const> = require "bytenite.sandbox.runner.launcher"
local sandbox <const> = require "spec.support.sandbox"

local PATH <const> = os.getenv "PATH"

local BLOCK <const> = {
  image = "python:3",
  folder = "/blocks/count",
  program = "/blocks/count/app/main.py",
  interpreter = "python3",
  cpus = 1.5,
  memory = 8192,
}

-- What docs/blocks.md gives for bubblewrap.
local function bubblewrap()
  local file <close> = assert(io.open "docs/blocks.md")
  local lines <const> = assert(file:read("a"):match "%-%-launcher '(bwrap [^']*)'")
  return (lines:gsub("%s+", " "))
end

describe("a launcher", function()
  local function words(template, block)
    local made <const> = assert(launcher.new(template, PATH))
    local list <const>, problem <const> = made:command(block or BLOCK, { dir = "/jobs/1/tasks/0", cache = "/cache" })
    return list and table.concat(list, "|"), problem
  end

  it("is not needed: limits alone are set then", function()
    assert.equal(
      "setpriv|--pdeathsig|KILL|prlimit|--core=0|--nofile=1024|--as=8589934592|python3|/blocks/count/app/main.py",
      words(nil)
    )
  end)

  it("has its places filled in, each in one word", function()
    assert.equal(
      "setpriv|--pdeathsig|KILL|prlimit|--core=0|--nofile=1024|env|A=python:3|/jobs/1/tasks/0:/jobs/1/tasks/0|x 'y'|2 8192|"
        .. "/blocks/count|/cache|python3|/blocks/count/app/main.py",
      words [[env A={image} {dir}:{dir} "x 'y'"  '{cpus} {memory}' {app} {cache}]]
    )
  end)

  it("leaves no place open: a block without a container cannot be run in its image", function()
    local block <const> = { folder = "/b", program = "/b/app/main.sh", interpreter = "sh", cpus = 1, memory = 0 }
    local text <const>, problem <const> = words("env {image}", block)
    assert.same({ nil, "its manifest names no container, which the launcher needs" }, { text, problem })
  end)

  it("is refused with the place of the mistake", function()
    for template, message in pairs {
      ["env {imgae}"] = "launcher: {imgae} is unknown; there are {image}, {dir}, {app}, {cache}, {cpus} and {memory}",
      ["env 'x"] = "launcher: a quote is not closed",
      [" "] = "launcher: it is empty",
      ["no-such-program x"] = "the program no-such-program is missing (setpriv and prlimit are in util-linux)",
    } do
      assert.same({ nil, message }, { launcher.new(template, PATH) })
    end
  end)

  it("is given to the sandbox as an option, with blocks alone", function()
    local pipe <const> = assert(io.popen(sandbox.command "--launcher env --until-stdin-closes 2>&1 </dev/null"))
    assert.is_truthy(pipe:read("a"):find("option launcher needs the option blocks", 1, true))
    pipe:close()
  end)
end)

-- It needs namespaces of its own, which containers and changed roots may forbid.
local can_bubblewrap <const> = os.execute "bwrap --unshare-all --ro-bind / / true 2>/dev/null"

describe("bubblewrap as launcher", function()
  local place, jobs

  if not can_bubblewrap then
    it("confines programs", function()
      pending "bubblewrap cannot make namespaces here"
    end)
    return
  end

  setup(function()
    place = blocks.folder()
    for name, script in pairs {
      count = 'wc -w < "$TASK_DIR/data.bin" > "$TASK_RESULTS_DIR/count"; echo x > "$USER_CACHE_DIR/x"',
      outside = [[
ls /root /home /etc 2>&1 | head -1
for file in "$1" /usr/x "$0" "$SHARED_CACHE_DIR/x"; do (: > "$file") 2>/dev/null && echo "wrote $file"; done
wc -l < /proc/net/dev
ls /proc | grep -c '^[0-9]'
echo end]],
      escaped = [[
setsid sh -c ': mark-escaped; echo ran mark-escaped; while :; do sleep 0.1; done' &
env -i setsid sh -c ': mark-escaped; echo ran mark-escaped; while :; do sleep 0.1; done' &
sleep 0.5]],
      many = [[
i=0
while [ $i -lt 20 ]; do
  setsid sh -c 'trap "" TERM HUP; : mark-many
    while :; do setsid sh -c "trap \"\" TERM; : mark-many; sleep 0.2" & sleep 0.1; done' &
  i=$((i + 1))
done
wait]],
    } do
      place:block(name, { script = script })
      place:template(name, { app = name })
    end
    jobs = block_jobs.start(place.path, ("--launcher '%s'"):format(bubblewrap()))
  end)

  teardown(function()
    jobs:close()
    place:close()
  end)

  -- How many processes have a text in their command lines.
  local function count(text)
    local pipe <close> = assert(io.popen "ls -d /proc/[0-9]* 2>/dev/null")
    local found = 0
    for path in pipe:lines() do
      local file <close> = io.open(path .. "/cmdline")
      if file and (file:read "a" or ""):find(text, 1, true) then found = found + 1 end
    end
    return found
  end

  it("lets programs work", function()
    local job <const> = jobs:run { templateId = "count", input = "a b c" }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    assert.same({ ["out_0/count"] = "3\n" }, jobs:results(job.id))
  end)

  it("shows them no other files, no network and no other processes", function()
    local job <const> = jobs:run { templateId = "outside" }
    local lines <const> = jobs:logs(job.id).tasks[1]
    assert.is_truthy(lines[1]:find "^ls: cannot access" or lines[1]:find "^/etc:")
    assert.equal("end", lines[#lines])
    assert.is_nil(table.concat(lines, "\n"):find "wrote")
    assert.same({ "3", true }, { lines[#lines - 2], tonumber(lines[#lines - 1]) < 8 }) -- a head of 2 lines, then lo
  end)

  it("ends those in sessions of their own and without the job's environment", function()
    local job <const> = jobs:run { templateId = "escaped" }
    assert.equal("JOB_STATE_COMPLETE", job.state, job.errorMessage)
    local _ <const>, marks <const> = table.concat(jobs:logs(job.id).tasks[1], "\n"):gsub("ran mark%-escaped", "")
    assert.equal(2, marks)
    jobs.wait_until(function()
      return count "mark-escaped" == 0
    end)
  end)

  it("ends those that start others again and again, and ignore signals", function()
    local id <const> = jobs:start { templateId = "many", config = { taskTimeout = 5 } }
    jobs.wait_until(function()
      return count "mark-many" > 20
    end)
    assert.equal('task 0 of "many": it took longer than taskTimeout, 5 s', jobs:wait(id).errorMessage)
    jobs.wait_until(function()
      return count "mark-many" == 0
    end)
  end)
end)
