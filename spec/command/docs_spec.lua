-- What README.md, the guides and docs/command.md say about the command line: their sessions work as
-- printed.
local lfs <const> = require "lfs"
local markdown <const> = require "spec.support.markdown"
local program <const> = require "spec.support.program"
local sandbox <const> = require "spec.support.sandbox"

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(text))
end

local guide <const> = read "docs/guides/command-line.md"
local testing_guide <const> = read "docs/guides/testing.md"

-- A user's shell: the program is on its path, the working directory is the user's.
local SHELL <const> = [[
root=$PWD
bytenite() { "%s" "$root/bin/bytenite" "$@"; }
cd '%s'
set -eu
%s]]

describe("the command line of the pages", function()
  local folder, service

  before_each(function()
    folder = os.tmpname() .. ".d"
    assert(lfs.mkdir(folder))
    service = sandbox.start "--speed 100 --jobs 200"
  end)

  after_each(function()
    service:close()
    os.execute(("rm -r '%s'"):format(folder))
  end)

  local function run(script)
    return program.run(
      { "bash", "-c", SHELL:format(program.interpreter(), folder, script) },
      program.environment(service)
    )
  end

  it("works, from the file to the results", function()
    write(folder .. "/job.lua", markdown.blocks(guide, "lua")[1].code)
    local ran <const> = run(markdown.blocks(guide, "bash")[1].code)
    assert.equal(0, ran.status, ran.output .. ran.errors)
    assert.equal("directory", lfs.attributes(folder .. "/out", "mode"))
    for _, pattern in ipairs {
      "\nname +Another batch\n",
      '"prompt":"A sunrise"',
      "\nstate +complete\n",
      "\ndeleted %x+%-",
    } do
      assert.is_truthy(ran.output:find(pattern), pattern .. "\n" .. ran.output)
    end
  end)

  it("works as README.md shows it", function()
    write(folder .. "/job.lua", markdown.blocks(guide, "lua")[1].code)
    local session <const> = markdown.blocks(read "README.md", "bash")[1].code
    local ran <const> = run(session)
    assert.equal(0, ran.status, ran.output .. ran.errors)
    assert.is_truthy(ran.output:find '"name":%s*"Sunsets"', ran.output)
  end)

  it("works with curl", function()
    local ran <const> = run(markdown.blocks(read "docs/guides/from-curl-or-python.md", "bash")[1].code)
    assert.equal(0, ran.status, ran.output .. ran.errors)
    assert.is_truthy(ran.output:find '"name":%s*"Sunsets"', ran.output)
  end)

  it("works with Python", function()
    if program.run({ "sh", "-c", "command -v python3" }).status ~= 0 then return pending "python3 is not installed" end
    local code <const> = markdown.blocks(read "docs/guides/from-curl-or-python.md", "python")[1].code
    local ran <const> = program.run({ "python3", "-c", code }, program.environment(service))
    assert.equal(0, ran.status, ran.errors)
    assert.equal("Sunsets\n", ran.output)
  end)

  it("works with the sandbox started as in its section", function()
    local ran <const> = run(markdown.blocks(testing_guide, "bash")[1].code)
    assert.equal(0, ran.status, ran.output .. ran.errors)
    for _, pattern in ipairs {
      "\n%x+%-[^\n]* failed ",
      "\nword%-count%-template ",
      "no seed given",
      "\ncall me Ishmael\n$",
    } do
      assert.is_truthy(ran.output:find(pattern), pattern .. "\n" .. ran.output)
    end
    local speed <const> = testing_guide:match "bin/bytenite%-sandbox %-%-port 8080 %-%-speed %d+ %-%-jobs 200\n"
    assert.is_string(speed)
  end)

  it("completes commands", function()
    local line <const> = guide:match '`(eval "%$%(bytenite completion bash%)")`'
    local ran <const> = run(line .. "\ncomplete -p bytenite")
    assert.equal(0, ran.status, ran.errors)
    assert.is_truthy(ran.output:find "^complete .*bytenite\n$")
  end)
end)

describe("docs/command.md", function()
  local page <const> = read "docs/command.md"

  it("has a file that can be submitted", function()
    local path <const> = os.tmpname()
    write(path .. ".lua", markdown.blocks(page, "lua")[1].code)
    local service <const> = sandbox.plain()
    service:reset()
    local ran <const> =
      program.lua({ "bin/bytenite", "submit", path .. ".lua", "--draft" }, program.environment(service))
    os.remove(path .. ".lua")
    os.remove(path)
    assert.equal(0, ran.status, ran.errors)
  end)

  it("has links that lead somewhere", function()
    for _, link in ipairs(markdown.links(page)) do
      local file <const>, anchor <const> = link:match "^([^#]*)#?(.*)$"
      assert.is_true(markdown.anchors(read("docs/" .. file))[anchor] or false, link)
    end
  end)

  it("has a section for each command of --help", function()
    local help <const> = program.lua({ "bin/bytenite", "--help" }).output:match "\nCommands:\n(.-)\n\n"
    local count = 0
    for name in help:gmatch "   (%S+) [^\n]*" do
      count = count + 1
      assert.is_true(markdown.anchors(page)["bytenite-" .. name] or false, name)
    end
    assert.is_true(count > 15)
  end)
end)
