--- What the module offers its users, as data: the one source of docs/reference.md and of the types in docs/types (written by
-- docs/generate.lua), and what spec/project/docs_spec.lua compares with the module itself.
--
-- Types are written as the Lua language server reads them. The calls' methods and paths, and the members of jobs, are not here:
-- they come from core.operations and core.schemas.
local loops <const> = require "docs.api.loops"
local transfers <const> = require "docs.api.transfers"

return {
  --- What the field `source` of an entry refers to.
  sources = {
    { "page", "ByteNite's published reference page of the call, as captured in August 2025" },
    { "docs", "ByteNite's documentation and the public source of it, 2025" },
    { "clients", "public code that called the service, 2023 to 2025" },
    { "inferred", "our reading of those; no source shows it" },
    { "module", "decided by this module" },
  },

  --- What the examples start from, but for those that require the module themselves.
  preamble = [[
local bytenite = require "bytenite"
local client <close> = bytenite.new()
local job = assert(client:create_job { templateId = "img-gen", name = "Nightly batch" })
]],

  options = require "docs.api.options",
  errors = require "docs.api.errors",
  events = require "docs.api.events",
  states = require "docs.api.states",
  internal_objects = require "docs.api.internal_objects",

  --- In the order of the reference: sections, which may share a name. One without a title goes on in the section before. `prefix`
  -- stands before the name in a call.
  classes = {
    require "docs.api.module",
    require "docs.api.datasource",
    require "docs.api.client",
    require "docs.api.lists",
    require "docs.api.submit",
    require "docs.api.job",
    require "docs.api.run",
    transfers.job,
    transfers.events,
    require "docs.api.many",
    require "docs.api.future",
    loops.client,
    loops.pollable,
    loops.cqueues,
    loops.luv,
  },
}
