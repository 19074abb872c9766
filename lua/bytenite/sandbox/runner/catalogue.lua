--- Finds the blocks and templates below a folder, resolves tags such as "word-count@1", and shows
--- templates in the form of the service.
---
--- A folder with `manifest.json` is a block. A template is `templates/NAME.json` anywhere outside a
--- block, or `template.json` in a block's folder.
local core <const> = require "bytenite.core"

local data_sources <const> = require "bytenite.sandbox.model.data_sources"
local files <const> = require "bytenite.sandbox.runner.files"
local job_body <const> = require "bytenite.sandbox.model.job_body"
local manifest <const> = require "bytenite.sandbox.runner.manifest"

---@class bytenite.sandbox.RunTemplate
---@field values table in the form of the service
---@field app bytenite.sandbox.Block
---@field partitioner bytenite.sandbox.Block|nil nil: the built-in "passthrough"
---@field assembler bytenite.sandbox.Block|nil nil: "passthrough"

---@class bytenite.sandbox.Catalogue
---@field problems bytenite.sandbox.Problem[]
---@field package blocks table<string, bytenite.sandbox.Block[]> by name, the latest version first
---@field package folders string[] of blocks that can be used
---@field package list table[] templates as shown, by id
---@field package by_id table<string, bytenite.sandbox.RunTemplate>
---@field package unusable table<string, string> why a template is left out, by id
local Catalogue = {}
Catalogue.__index = Catalogue

local catalogue = {}

local MOST_LEVELS <const> = 6 -- of folders that are searched
local OWNER <const> = "00000000-0000-4000-8000-000000000000"
local BUILT_IN <const> = "passthrough"

local function is_hidden(name)
  return name:sub(1, 1) == "." or name == "node_modules"
end

-- Collects the folders of blocks and the files of templates.
local function search(folder, found, level)
  if files.kind(files.join(folder, "manifest.json")) then
    found.blocks[#found.blocks + 1] = folder
    local template <const> = files.join(folder, "template.json")
    if files.kind(template) then found.templates[#found.templates + 1] = template end
    return
  end
  if level == 0 then return end
  for _, name in ipairs(files.list(folder) or {}) do
    local path <const> = files.join(folder, name)
    local real_kind <const> = files.kind(files.real(path) or path)
    if real_kind == "directory" and not is_hidden(name) then
      search(path, found, level - 1)
    elseif real_kind == "file" and name:find "%.json$" and folder:find "/templates$" then
      found.templates[#found.templates + 1] = path
    end
  end
end

local function add_block(self, folder)
  local block <const>, problems <const> = manifest.read(folder)
  table.move(problems, 1, #problems, #self.problems + 1, self.problems)
  if block == nil then return end
  local versions <const> = self.blocks[block.name] or {}
  self.blocks[block.name] = versions
  for _, other in ipairs(versions) do
    if other.major == block.major and other.minor == block.minor then
      local note <const> = manifest.notes(self.problems, files.join(folder, "manifest.json"))
      note("version", ("%s has the same version"):format(other.folder))
      return
    end
  end
  table.insert(versions, block)
  table.sort(versions, function(left, right)
    if left.major ~= right.major then return left.major > right.major end
    return left.minor > right.minor
  end)
end

--- Returns the block for a tag: "name", "name@major" or "name@major.minor". Chooses the highest
--- version that matches.
---@param tag any
---@return bytenite.sandbox.Block|nil
---@return string|nil problem
---@usage local block, problem = blocks:block "word-count@1"
function Catalogue:block(tag)
  if type(tag) ~= "string" then return nil, "it must name a block" end
  local name <const>, rest <const> = tag:match "^([%w_-]+)(.*)$"
  local major <const>, minor <const> = (rest or ""):match "^@(%d+)%.?(%d*)$"
  if name == nil or rest ~= "" and major == nil then
    return nil, ('%q is not a tag: "name", "name@1" or "name@1.2"'):format(tag)
  end
  local versions <const> = self.blocks[name]
  if versions == nil then return nil, ('there is no block "%s"'):format(name) end
  for _, block in ipairs(versions) do
    local has_major <const> = major == nil or block.major == tonumber(major)
    if has_major and (minor == nil or minor == "" or block.minor == tonumber(minor)) then return block end
  end
  return nil, ('there is no version of the block "%s" that fits "%s"'):format(name, tag)
end

-- Resolves one of the three blocks of a template. Returns nil for the built-in "passthrough".
local function resolve(self, object, member, note)
  local tag <const> = object[member]
  if member ~= "app" and type(tag) == "string" and (tag == BUILT_IN or tag:find("^" .. BUILT_IN .. "@")) then
    if self.blocks[BUILT_IN] == nil then return nil end
  end
  local block <const>, problem <const> = self:block(tag)
  if block == nil then
    note(member, tag == nil and "it is missing" or problem)
  elseif block.kind ~= nil and block.kind ~= member then
    note(member, ("%s says that it is of type %s"):format(files.join(block.folder, "manifest.json"), block.kind), true)
  end
  return block
end

-- Readers of a template's members for its jobs.
local DEFAULTS <const> = {
  dataSource = data_sources.read,
  dataDestination = data_sources.read,
  params = job_body.read_params,
  config = job_body.read_config,
}

-- Members of templates that need no reader.
local KNOWN <const> = { id = true, description = true, app = true, partitioner = true, assembler = true }

local function read_defaults(object, values, note)
  for name, value in pairs(object) do
    local read <const> = DEFAULTS[name]
    if read and value ~= core.null then
      local kept <const>, problem <const> = read(value, name)
      if kept == nil then
        note(name, problem)
      else
        values[name] = kept
      end
    elseif read == nil and not KNOWN[name] then
      note(name, "unknown member, which is ignored", true)
    end
  end
end

local function is_clean(problems, first)
  for index = first, #problems do
    if not problems[index].is_warning then return false end
  end
  return true
end

local function add_template(self, path)
  local first <const> = #self.problems + 1
  local note <const> = manifest.notes(self.problems, path)
  local object <const> = manifest.read_object(path, note)
  if object == nil then return end
  local id <const> = object.id
  if type(id) ~= "string" or id == "" then
    note("id", "it must be text")
    return
  end
  if self.by_id[id] then note("id", ('there is another template "%s"'):format(id)) end
  local values <const> = {
    id = id,
    owner = OWNER,
    description = type(object.description) == "string" and object.description or "",
    app = object.app,
    partitioner = object.partitioner,
    assembler = object.assembler,
  }
  local template <const> = {
    values = values,
    app = resolve(self, object, "app", note),
    partitioner = resolve(self, object, "partitioner", note),
    assembler = resolve(self, object, "assembler", note),
  }
  read_defaults(object, values, note)
  if is_clean(self.problems, first) then
    self.by_id[id] = template
    self.list[#self.list + 1] = values
  else
    for index = first, #self.problems do
      local problem <const> = self.problems[index]
      if not problem.is_warning then self.unusable[id] = self.unusable[id] or manifest.line(problem) end
    end
  end
end

--- Reads all blocks and templates below a folder.
---@param folder string
---@return bytenite.sandbox.Catalogue|nil catalogue nil if there is no such folder
---@return string|nil problem
---@usage local blocks = assert(catalogue.read "blocks")
function catalogue.read(folder)
  local top <const> = files.real(folder)
  if top == nil or files.kind(top) ~= "directory" then return nil, ("there is no folder %s"):format(folder) end
  local self <const> = setmetatable({ problems = {}, blocks = {}, list = {}, by_id = {}, unusable = {} }, Catalogue)
  local found <const> = { blocks = {}, templates = {} }
  search(top, found, MOST_LEVELS)
  self.folders = found.blocks
  for _, path in ipairs(found.blocks) do
    add_block(self, path)
  end
  for _, path in ipairs(found.templates) do
    add_template(self, path)
  end
  return self
end

--- Returns the numbers of usable blocks and templates.
---@return integer blocks
---@return integer templates
---@usage local blocks, templates = found:count()
function Catalogue:count()
  local count = 0
  for _, versions in pairs(self.blocks) do
    count = count + #versions
  end
  return count, #self.list
end

--- Returns the templates in the form of the service's list.
---@return table[]
---@usage return pages.page(found:all(), wanted)
function Catalogue:all()
  return self.list
end

--- Returns a template.
---@param id string
---@return bytenite.sandbox.RunTemplate|nil
---@return string|nil problem the reason if there is none
---@usage local template, problem = found:template(id)
function Catalogue:template(id)
  local template <const> = self.by_id[id]
  if template then return template end
  local reason <const> = self.unusable[id]
  if reason then return nil, ("the template cannot be used: %s"):format(reason) end
  return nil, ("there is no template %s"):format(core.encode(id))
end

return catalogue
