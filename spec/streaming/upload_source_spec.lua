-- Where the bytes of uploads come from. No network.
local upload_source <const> = require "bytenite.streaming.upload_source"

local function open(given, size)
  return upload_source.open("upload: source", given, size)
end

-- Reads a source to its end, at most `most` bytes at a time. Returns the pieces, and an error.
local function read_all(source, most)
  local pieces <const> = {}
  while source.given < source.size do
    local piece <const>, problem <const> = source:read(most)
    if not piece then return pieces, problem end
    pieces[#pieces + 1] = piece
  end
  return pieces
end

-- Makes a file with `content`. It is removed when the variable goes out of scope.
local function file_with(content)
  local path <const> = os.tmpname()
  local file <close> = assert(io.open(path, "wb"))
  file:write(content)
  return setmetatable({ path = path }, {
    __close = function()
      os.remove(path)
    end,
  })
end

-- Returns a reader function that returns these pieces.
local function reader_of(pieces)
  local index = 0
  return function()
    index = index + 1
    return pieces[index]
  end
end

describe("a source of an upload", function()
  it("may be a string, which can be read repeatedly", function()
    local source <close> = open { data = "abcdefg" }
    assert.same({ 7, "the string" }, { source.size, source.name })
    for _ = 1, 2 do
      assert.same({ "abc", "def", "g" }, read_all(source, 3))
      assert.is_true(source:can_rewind())
      assert.is_true(source:rewind())
      assert.equal(0, source.given)
    end
    assert.is_nil(source:check_unchanged())
  end)

  it("may be a path", function()
    local file <close> = file_with "abcdefg"
    local source <close> = open(file.path)
    assert.same({ 7, file.path }, { source.size, source.name })
    assert.same({ "abcde", "fg" }, read_all(source, 5))
    assert.is_true(source:rewind())
    assert.same({ "abcdefg" }, read_all(source, 100))
    assert.is_nil(source:check_unchanged())
  end)

  it("may be an open file, which is read from its current position, and stays open", function()
    local file <close> = file_with "abcdefg"
    local handle <close> = assert(io.open(file.path, "rb"))
    handle:seek("set", 3)
    do
      local source <close> = open(handle)
      assert.same({ 4, "the file" }, { source.size, source.name })
      assert.same({ "defg" }, read_all(source, 100))
      assert.is_true(source:rewind())
      assert.same({ "de", "fg" }, read_all(source, 2))
    end
    assert.equal("file", io.type(handle))
  end)

  it("may be empty, or a file whose position is past its end", function()
    local source <close> = open { data = "" }
    assert.equal(0, source.size)
    local file <close> = file_with "abc"
    local handle <close> = assert(io.open(file.path, "rb"))
    handle:seek("set", 9)
    local behind <close> = open(handle)
    assert.equal(0, behind.size)
  end)

  it("may be a function, which is read once", function()
    local source <close> = open(reader_of { "abc", "", "de" }, 5)
    assert.is_true(source:can_rewind() and source:rewind()) -- the reader has not been called yet
    assert.same({ "abc", "de" }, read_all(source, 100))
    assert.is_false(source:can_rewind())
    assert.is_false(source:rewind())
    assert.is_nil(source:check_unchanged())
  end)

  it("is read for at most the bytes that are left", function()
    local asked <const> = {}
    local source <close> = open({ data = "abcdefg" }, 7)
    local next_piece <const> = source.next_piece
    function source.next_piece(most)
      asked[#asked + 1] = most
      return next_piece(most)
    end
    read_all(source, 5)
    assert.same({ 5, 2 }, asked)
  end)

  it("counts as read as soon as its function is called: its piece must not be lost", function()
    local source
    source = open(function()
      assert.is_false(source:can_rewind())
      error("stop", 0)
    end, 5)
    assert.has_error(function()
      source:read(5)
    end, "stop")
    assert.is_false(source:can_rewind())
  end)

  it("fails if it ends early", function()
    local source <close> = open(reader_of { "abc" }, 5)
    local pieces <const>, problem <const> = read_all(source, 100)
    assert.same({ "abc" }, pieces)
    assert.same({ "file", "the reader ended after 3 of 5 bytes" }, { problem.kind, problem.message })
    assert.matches("did it change", problem.hint)
  end)

  it("fails if it returns more than was announced", function()
    local source <close> = open(reader_of { "abc", "def" }, 5)
    local pieces <const>, problem <const> = read_all(source, 100)
    assert.same({ "abc" }, pieces)
    assert.same({ "file", "the reader returned more than the announced 5 bytes" }, { problem.kind, problem.message })
  end)

  it("has changed if there is more than was sent", function()
    local source <close> = open(reader_of { "abc", "", "more" }, 3)
    read_all(source, 100)
    local problem <const> = source:check_unchanged()
    assert.same({ "file", "the reader changed during the upload" }, { problem.kind, problem.message })
    local whole <close> = open(reader_of { "abc", "", "" }, 3)
    read_all(whole, 100)
    assert.is_nil(whole:check_unchanged())
  end)

  it("has changed if its file has", function()
    local file <close> = file_with "abc"
    local source <close> = open(file.path)
    read_all(source, 100)
    local other <close> = assert(io.open(file.path, "ab"))
    other:write "d"
    other:flush()
    assert.equal(file.path .. " changed during the upload", source:check_unchanged().message)
  end)

  it("closes the file that it has opened itself, once", function()
    local file <close> = file_with "abc"
    local source <const> = open(file.path)
    source:__close()
    source:__close()
    assert.is_nil(source.close)
    assert.has_error(function()
      source:read(1)
    end)
  end)

  it("may be a source that is open already", function()
    local source <close> = open { data = "abc" }
    assert.equal(source, open(source))
  end)

  it("cannot be a missing file, or a folder", function()
    local missing <const>, problem <const> = open "/nowhere/at/all"
    assert.is_nil(missing)
    assert.equal("file", problem.kind)
    assert.matches("^cannot read /nowhere/at/all: ", problem.message)
    assert.equal("file", select(2, open "/").kind)
  end)

  it("needs a size if it has none of its own", function()
    assert.error_matches(function()
      open(function() end)
    end, "upload: source: size %(bytes%) is required")
    assert.error_matches(function()
      open({ data = "abc" }, 4)
    end, "upload: source: size: the source has 3 bytes, not 4")
    assert.is_truthy(open({ data = "abc" }, 3))
  end)

  it("cannot be anything else", function()
    for _, given in ipairs { 7, true, {}, { data = 7 } } do
      assert.error_matches(function()
        open(given)
      end, "upload: source: expected a path, { data = bytes }, an open file or a reader function, got ", 1, true)
    end
    local file <close> = file_with ""
    local handle <const> = assert(io.open(file.path))
    handle:close()
    assert.error_matches(function()
      open(handle)
    end, "upload: source: the file is closed")
  end)

  it("may be a table that can be called", function()
    local source <close> = open(setmetatable({}, { __call = reader_of { "ab" } }), 2)
    assert.same({ "ab" }, read_all(source, 9))
  end)

  it("returns only strings", function()
    local source <close> = open(reader_of { 7 }, 2)
    assert.error_matches(function()
      source:read(2)
    end, "upload: source: what the reader returns: expected a string, got a number")
  end)
end)
