--- mutations.lua: the changes of one token that scripts/mutants makes in a source of Lua or C.
local mutations <const> = {}

local function set(words)
  local result <const> = {}
  for word in words:gmatch "%S+" do
    result[word] = true
  end
  return result
end

local languages <const> = {
  lua = {
    keywords = set(
      "and break do else elseif end false for function goto if in local nil not or repeat return then true "
        .. "until while"
    ),
    before_statement = set "then do else repeat end ;",
    after_statement = set "end else elseif until ;",
    operators = { "...", "<=", ">=", "==", "~=", "//", "::", "..", "<<", ">>" },
    replaced = {
      ["<"] = "<=",
      ["<="] = "<",
      [">"] = ">=",
      [">="] = ">",
      ["=="] = "~=",
      ["~="] = "==",
      ["+"] = "-",
      ["-"] = "+",
      ["*"] = "/",
      ["/"] = "*",
      ["//"] = "*",
      ["%"] = "*",
      ["and"] = "or",
      ["or"] = "and",
      ["true"] = "false",
      ["false"] = "true",
      ["not"] = "",
    },
    nothing = "",
  },
  c = {
    keywords = set "if while for switch return sizeof else do case default goto break continue struct enum union static const",
    before_statement = set "; { } ) else",
    after_statement = set ";",
    operators = {
      "...",
      "<<=",
      ">>=",
      "<=",
      ">=",
      "==",
      "!=",
      "&&",
      "||",
      "->",
      "++",
      "--",
      "<<",
      ">>",
      "+=",
      "-=",
      "*=",
      "|=",
    },
    replaced = {
      ["<"] = "<=",
      ["<="] = "<",
      [">"] = ">=",
      [">="] = ">",
      ["=="] = "!=",
      ["!="] = "==",
      ["+"] = "-",
      ["-"] = "+",
      ["*"] = "/",
      ["/"] = "*",
      ["%"] = "*",
      ["&&"] = "||",
      ["||"] = "&&",
      ["|"] = "&",
      ["&"] = "|",
      ["<<"] = ">>",
      [">>"] = "<<",
      ["++"] = "--",
      ["--"] = "++",
      ["+="] = "-=",
      ["-="] = "+=",
      ["true"] = "false",
      ["false"] = "true",
      ["!"] = "",
    },
    nothing = "(void)0",
  },
}

-- Operators that have another meaning with one operand (a minus sign, a pointer): these count only between spaces.
local binary <const> = set "+ - * / % & |"

-- Returns the place behind a comment, a string, or (in C) a line of the preprocessor that begins at a place; and
-- whether it is a string. Returns nil if none begins there.
local function skip(source, at, is_c)
  if is_c then
    if source:find("^/%*", at) then return select(2, source:find("*/", at, true)) + 1, false end
    if source:find("^//", at) then return (source:find("\n", at, true) or #source + 1), false end
    if source:find("^#", at) and source:sub(1, at - 1):match "[^\n]*$" == "" then
      local stop = source:find("\n", at, true) or #source + 1
      while source:sub(stop - 1, stop - 1) == "\\" do
        stop = source:find("\n", stop + 1, true) or #source + 1
      end
      return stop, false
    end
  else
    local level <const> = source:match("^%-%-%[(=*)%[", at)
    if level then return select(2, source:find("]" .. level .. "]", at, true)) + 1, false end
    if source:find("^%-%-", at) then return (source:find("\n", at, true) or #source + 1), false end
    local long <const> = source:match("^%[(=*)%[", at)
    if long then return select(2, source:find("]" .. long .. "]", at, true)) + 1, true end
  end
  local quote <const> = source:match("^[\"']", at)
  if not quote then return nil end
  local stop = at + 1
  while source:sub(stop, stop) ~= quote do
    stop = stop + (source:sub(stop, stop) == "\\" and 2 or 1)
  end
  return stop + 1, true
end

-- Returns the tokens of a source, without comments: kind, text, from, to, line.
local function tokens_of(source, is_c)
  local language <const> = is_c and languages.c or languages.lua
  local tokens <const>, line = {}, 1
  local at = 1
  local function add(kind, to)
    tokens[#tokens + 1] = { kind = kind, text = source:sub(at, to), from = at, to = to, line = line }
  end
  while at <= #source do
    local stop, is_string = skip(source, at, is_c)
    if stop then
      if is_string then add("string", stop - 1) end
    elseif source:find("^%s", at) then
      stop = at + 1
    elseif source:find("^[%a_]", at) then
      stop = select(2, source:find("^[%w_]+", at)) + 1
      add(language.keywords[source:sub(at, stop - 1)] and "keyword" or "name", stop - 1)
    elseif source:find("^%.?%d", at) then
      stop = select(2, source:find("^[%w.]+", at)) + 1
      add("number", stop - 1)
    else
      stop = at + 1
      for _, operator in ipairs(language.operators) do
        if source:sub(at, at + #operator - 1) == operator then
          stop = at + #operator
          break
        end
      end
      add("operator", stop - 1)
    end
    for _ in source:sub(at, stop - 1):gmatch "\n" do
      line = line + 1
    end
    at = stop
  end
  return tokens
end

local closing <const> = { ["("] = ")", ["{"] = "}", ["["] = "]" }

-- Returns the index of the token that closes the bracket at an index, and the indexes of the commas between its items.
local function match(tokens, open)
  local depth, commas = 0, {}
  for index = open, #tokens do
    local text <const> = tokens[index].kind == "operator" and tokens[index].text or ""
    if closing[text] then
      depth = depth + 1
    elseif text == ")" or text == "}" or text == "]" then
      depth = depth - 1
      if depth == 0 then return index, commas end
    elseif text == "," and depth == 1 then
      commas[#commas + 1] = index
    end
  end
  return nil, commas
end

local function is_attribute(tokens, index)
  for _, name in ipairs { index + 1, index - 1 } do
    local token <const> = tokens[name]
    if token and (token.text == "const" or token.text == "close") then
      local before <const>, after <const> = tokens[name - 1], tokens[name + 1]
      if before and after and before.text == "<" and after.text == ">" then return true end
    end
  end
  return false
end

local function other_numbers(text)
  local digits <const>, suffix = text:match "^(%d+)([uUlL]*)$"
  if digits then
    local number <const> = math.tointeger(tonumber(digits))
    if not number then return {} end
    local others <const> = { ("%d%s"):format(number + 1, suffix) }
    if number > 0 then others[2] = ("%d%s"):format(number - 1, suffix) end
    return others
  end
  local hex <const> = text:match "^0[xX](%x+)$"
  if not hex then return {} end
  return { ("0x%X"):format(tonumber(hex, 16) + 1), ("0x%X"):format(tonumber(hex, 16) - 1) }
end

--- Returns the changes that can be made in a source.
---@param path string
---@param source string
---@return table[] # from, to (the bytes that are replaced), text (their replacement), line, what (for people)
function mutations.of(path, source)
  local is_c <const> = path:find "%.[ch]$" ~= nil
  local language <const> = is_c and languages.c or languages.lua
  local tokens <const> = tokens_of(source, is_c)
  local found <const> = {}
  local function add(from, to, text, what)
    found[#found + 1] = { from = from.from, to = to.to, text = text, line = from.line, what = what }
  end
  local function text_of(first, last)
    return source:sub(tokens[first].from, tokens[last].to)
  end

  -- a call, from the first token of its name to its closing bracket
  local function look_at_call(open)
    local first = open - 1
    if tokens[first].kind ~= "name" then return end
    while tokens[first - 1] and (tokens[first - 1].text:find "^[.:]$" or tokens[first - 1].text == "->") do
      first = first - 2
    end
    local before <const> = tokens[first - 1]
    local close <const>, commas <const> = match(tokens, open)
    if not close or not tokens[first] or tokens[first].kind ~= "name" then return end
    local after <const> = tokens[close + 1]
    if before and before.text == "function" then return end
    if is_c and (not after or after.text == "{" or source:sub(1, tokens[first].from - 1):match "[^\n]*$" == "") then
      return
    end
    if is_c and before and before.kind == "name" then return end -- a declaration
    local name <const> = text_of(first, open - 1)
    if #commas > 0 and not name:find "m[ai][nx]$" then -- the order makes no difference there
      local last <const> = (commas[2] or close) - 1
      local one <const>, other <const> = text_of(open + 1, commas[1] - 1), text_of(commas[1] + 1, last)
      if one ~= other then
        add(tokens[open + 1], tokens[last], other .. ", " .. one, ("first arguments of %s swapped"):format(name))
      end
    end
    local starts = before == nil or language.before_statement[before.text]
    local ends = after == nil or language.after_statement[after.text]
    if not is_c then
      starts = starts
        or (before.line < tokens[first].line and (before.kind ~= "operator" or before.text:find "^[%)%]}]$"))
          and not (before.kind == "keyword" and not before.text:find "^[tfen]")
      ends = ends or (after.line > tokens[close].line and (after.kind == "name" or after.kind == "keyword"))
      if before and before.kind == "keyword" and before.text:find "^[rnaol]" and before.text ~= "repeat" then
        starts = false
      end
    end
    if starts and ends then add(tokens[first], tokens[close], language.nothing, ("call of %s dropped"):format(name)) end
  end

  for index, token in ipairs(tokens) do
    local other <const> = language.replaced[token.text]
    local around <const> = source:sub(token.from - 1, token.from - 1) .. source:sub(token.to + 1, token.to + 1)
    if token.kind == "number" then
      for _, number in ipairs(other_numbers(token.text)) do
        add(token, token, number, ("%s became %s"):format(token.text, number))
      end
    elseif
      token.kind ~= "string"
      and other
      and (not binary[token.text] or around == "  ")
      and not is_attribute(tokens, index)
    then
      add(token, token, other, other == "" and token.text .. " dropped" or ("%s became %s"):format(token.text, other))
    end
    if token.text == "(" and index > 1 then look_at_call(index) end
  end
  return found
end

return mutations
