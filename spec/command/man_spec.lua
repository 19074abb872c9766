-- The manual pages: generated from the same source as the help, and accepted by groff.
local command <const> = require "bytenite.command"

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

describe("the manual page of", function()
  it("bytenite has a section for each command, and each of its options", function()
    local page <const> = read("docs/man/bytenite.1"):gsub("\\%-", "-")
    local root <const> = command.parser()
    assert.is_true(#root._commands > 15)
    for _, parser in ipairs { root, table.unpack(root._commands) } do
      local at <const> = parser == root and 1 or page:find("\n.SS bytenite " .. parser._name .. " ", 1, true)
      assert.is_truthy(at, parser._name)
      for _, option in ipairs(parser._options) do
        for _, name in ipairs(option._aliases) do
          assert.is_truthy(page:find("\\fB" .. name .. "\\fR", at, true), name)
        end
      end
    end
    for _, title in ipairs { "EXAMPLES", "ENVIRONMENT", "EXIT STATUS", "SEE ALSO" } do
      assert.is_truthy(page:find("\n.SH " .. title .. "\n", 1, true), title)
    end
  end)

  for _, name in ipairs { "bytenite", "bytenite-sandbox" } do
    it(name .. " causes no warning of groff", function()
      if not os.execute "command -v groff >/dev/null" then return pending "groff is not installed" end
      local pipe <close> = assert(io.popen(("groff -man -Tutf8 -ww docs/man/%s.1 2>&1 >/dev/null"):format(name)))
      assert.equal("", pipe:read "a")
    end)
  end
end)
