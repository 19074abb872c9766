-- The help of `bytenite`: without arguments, with `help`, after unknown commands, and when it
-- cannot be written.
local command <const> = require "spec.support.command"
local program <const> = require "spec.support.program"

local function shell(script, ...)
  return program.run { "bash", "-c", script, "bash", program.interpreter(), "bin/bytenite", ... }
end

describe("the help of bytenite", function()
  it("is printed without arguments, by help, by -h and by --help", function()
    local whole <const> = command.run(nil, { "--help" }).output
    assert.is_truthy(whole:find "\nCommands:\n")
    for _, arguments in ipairs { {}, { "help" }, { "-h" } } do
      local ran <const> = command.run(nil, arguments)
      assert.same({ 0, whole, "" }, { ran.status, ran.output, ran.errors })
    end
  end)

  it("of a command is printed by help and by --help anywhere on the line", function()
    local whole <const> = command.run(nil, { "help", "list" }).output
    assert.is_truthy(whole:find "^Usage: bytenite list ")
    for _, arguments in ipairs { { "list", "--help" }, { "--quiet", "list", "-h" }, { "list", "--limit", "3", "-h" } } do
      local ran <const> = command.run(nil, arguments)
      assert.same({ 0, whole, "" }, { ran.status, ran.output, ran.errors })
    end
    assert.is_truthy(whole:find("Maximum number to show. (default: 20)", 1, true), whole)
  end)

  it("lists the commands after an unknown one, on stderr", function()
    local ran <const> = command.run(nil, { "lst" })
    assert.equal(2, ran.status)
    assert.equal("", ran.output)
    for _, name in ipairs { "submit", "list", "completion" } do
      assert.is_truthy(ran.errors:find("\n   " .. name .. " "), name)
    end
  end)

  it("that cannot be written is an error", function()
    for _, arguments in ipairs { { "--help" }, { "help" }, { "list", "--help" }, { "--version" }, { "version" }, {} } do
      local ran <const> = shell('"$@" > /dev/full', table.unpack(arguments))
      assert.equal(12, ran.status, table.concat(arguments, " "))
      assert.equal("bytenite: cannot write the output: No space left on device\n", ran.errors)
    end
  end)
end)

describe("the version of bytenite", function()
  it("is reported by version, -V and --version", function()
    for _, word in ipairs { "version", "-V", "--version" } do
      assert.equal(require("bytenite")._VERSION .. "\n", command.run(nil, { word }).output)
    end
  end)
end)
