-- The worked change of CONTRIBUTING.md, made in a copy of the tree: a new call needs only four
-- files.
local compile <const> = require "spec.support.compile"
local folder <const> = require "spec.support.folder"
local lfs <const> = require "lfs"
local markdown <const> = require "spec.support.markdown"
local program <const> = require "spec.support.program"

local root <const> = lfs.currentdir()

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

-- Returns the files of a diff in order: the path, and for each hunk the text before and after it.
local function files_of(diff)
  local files <const> = {}
  for path, rest in (diff .. "--- "):gmatch "%+%+%+ b/([^\n]+)\n(.-)%f[-\0]%-%-%- " do
    local file <const> = { path = path }
    for hunk in (rest .. "@@"):gmatch "@@ [^\n]+ @@\n(.-)%f[@]@@" do
      local before <const>, after <const> = {}, {}
      for sign, line in hunk:gmatch "([-+ ])([^\n]*)\n" do
        if sign ~= "+" then before[#before + 1] = line .. "\n" end
        if sign ~= "-" then after[#after + 1] = line .. "\n" end
      end
      file[#file + 1] = { before = table.concat(before), after = table.concat(after) }
    end
    files[#files + 1] = file
  end
  return files
end

-- Changes the files below a folder.
local function apply(files, tree)
  for _, file in ipairs(files) do
    local text = read(tree:at(file.path))
    for _, hunk in ipairs(file) do
      local from <const>, to <const> = text:find(hunk.before, 1, true)
      assert(from, ("%s has no lines %s"):format(file.path, hunk.before))
      text = text:sub(1, from - 1) .. hunk.after .. text:sub(to + 1)
    end
    tree:write(file.path, text)
  end
end

local files <const> = files_of(assert(markdown.blocks(read "CONTRIBUTING.md", "diff")[1]).code)

describe("the worked change of CONTRIBUTING.md", function()
  it("touches the row, its documentation, its line of the contract and its handler in the sandbox", function()
    local paths <const> = {}
    for index, file in ipairs(files) do
      paths[index] = file.path
    end
    assert.same({
      "src/api/operations.c",
      "docs/api/job.lua",
      "spec/contract/operations.lua",
      "lua/bytenite/sandbox/http/handlers/drafts.lua",
    }, paths)
  end)

  it("is all that a new call needs #slow", function()
    local tree <close> = folder.new()
    local function must_run(command, where)
      local ran <const> = program.run({ "sh", "-c", command }, nil, where)
      assert.equal(0, ran.status, ran.output .. ran.errors)
    end
    must_run(("tar --exclude=./build --exclude=./.git -cf - . | tar -xf - -C '%s'"):format(tree.path))
    must_run(
      ("mkdir -p build/bytenite && if [ -d '%s/build/rocks' ]; then ln -s '%s/build/rocks' build/; fi"):format(
        root,
        root
      ),
      tree.path
    )
    apply(files, tree)
    compile.core_of(tree.path, "build/bytenite/core.so")
    must_run(
      (". scripts/lib/environment.sh && '%s' docs/generate.lua && "):format(program.interpreter())
        .. ("'%s' scripts/lib/run_busted.lua --ignore-lua --lpath='lua/?.lua;lua/?/init.lua' --cpath='build/?.so' "):format(
          program.interpreter()
        )
        .. "spec/api/operations_spec.lua spec/contract/contract_spec.lua spec/project/docs_spec.lua "
        .. "spec/project/docs_snippets_spec.lua",
      tree.path
    )
  end)
end)
