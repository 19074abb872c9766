-- Messages of the module in the words of the command line.
local wording <const> = require "bytenite.command.wording"

-- Returns all texts in the module's code that may become hints or messages.
local function texts_of_the_module()
  local pipe <close> =
    assert(io.popen "find lua/bytenite -name '*.lua' ! -path '*/command/*' ! -path '*/sandbox/*' | sort")
  local texts <const> = {}
  for path in pipe:lines() do
    local file <close> = assert(io.open(path))
    for line in file:lines() do
      local code <const> = line:gsub("^%s*%-%-.*$", "")
      for text in code:gmatch '"([^"]*%s[^"]*)"' do
        texts[#texts + 1] = text
      end
    end
  end
  assert(#texts > 100)
  return texts
end

describe("hints of the command line", function()
  it("name no method and no option of the module", function()
    local cannot_happen <const> = { -- in a command: they are about functions that programs pass
      ["call it as job:"] = true,
      ["call it as client:"] = true,
      ["call it with a dot"] = true,
      ["give it to client:request"] = true,
    }
    for _, text in ipairs(texts_of_the_module()) do
      local is_for_programs = text:find("access_token function", 1, true) ~= nil
      for part in pairs(cannot_happen) do
        is_for_programs = is_for_programs or text:find(part, 1, true) ~= nil
      end
      local shown <const> = is_for_programs and "" or wording.of_command(text, "j1")
      for _, word in ipairs { "job:%l", "client:%l", "bytenite%.datasource", "%f[%w_-]base_url", "%f[%w_-]ca_file" } do
        assert.is_nil(shown:find(word), shown)
      end
      for _, word in ipairs { "%f[%w_]file_name", 'existing = "', "job:results" } do
        assert.is_nil(shown:find(word), shown)
      end
      for _, word in ipairs { "%f[%w_]api_key or", "allow_http = true", "%f[%w_-]max_response_bytes", "proxy option" } do
        assert.is_nil(shown:find(word), shown)
      end
    end
  end)

  it("name the job", function()
    assert.equal(
      "a complete job has results: bytenite wait j%1 waits for that",
      wording.of_command("a complete job has results: job:wait() waits for that", "j%1")
    )
    assert.equal("it was never run: bytenite run ID", wording.of_command "it was never run: job:run()")
    assert.equal(
      "run bytenite configure, give --api-key-file, or set BYTENITE_API_KEY or BYTENITE_ACCESS_TOKEN",
      wording.of_command "set api_key or access_token, or BYTENITE_API_KEY or BYTENITE_ACCESS_TOKEN in the environment"
    )
    assert.equal(
      "check --base-url; is the service running?",
      wording.of_command "check base_url; is the service running?"
    )
    assert.equal("--base-url: x", wording.of_mistake "new: base_url: x")
  end)
end)
