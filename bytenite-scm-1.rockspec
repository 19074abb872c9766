rockspec_format = "3.0"
package = "bytenite"
version = "scm-1"

source = {
  url = "git+https://example.org/bytenite-lua.git", -- to be set where the repository is published
}

description = {
  summary = "The ByteNite jobs API for Lua",
  detailed = [[
An extension module for Lua 5.4, written in C, for the ByteNite jobs API: a job is a plain table, and every call of the
API is a method. A local sandbox of the service comes with it.]],
  license = "MIT",
}

dependencies = {
  "lua >= 5.4, < 5.5",
  "lua-cjson >= 2.1.0", -- reads what is no API object (token exchange, error bodies), and its null is ours
  -- bytenite needs the rock argparse, bytenite-sandbox argparse and http, the module itself neither: each names what it lacks. Nor does
  -- it need cqueues and luv, but for the adapters of that name.
}

-- libcurl 7.88 or newer makes the HTTP calls. The library is looked for and not the header: LuaRocks does not know
-- Debian's folders for headers, the compiler does, and both come in one package.
external_dependencies = {
  CURL = { library = "curl" },
}

build = {
  type = "builtin",
  modules = {
    ["bytenite.core"] = {
      sources = {
        "src/api/operations.c",
        "src/api/schema.c",
        "src/api/schema_calls.c",
        "src/api/schema_jobs.c",
        "src/base/buffer.c",
        "src/base/suggest.c",
        "src/base/terminal.c",
        "src/binding/files.c",
        "src/binding/job_refresh.c",
        "src/binding/marshal.c",
        "src/binding/marshal_job.c",
        "src/binding/marshal_read.c",
        "src/binding/marshal_refusal.c",
        "src/binding/marshal_write.c",
        "src/http/url.c",
        "src/json/number.c",
        "src/json/read.c",
        "src/json/shortest.c",
        "src/json/utf8.c",
        "src/json/write.c",
        "src/answer.c",
        "src/box.c",
        "src/core.c",
        "src/exchange.c",
        "src/exchange_stream.c",
        "src/poller_epoll.c",
        "src/poller_kqueue.c",
        "src/poller_none.c",
        "src/session.c",
        "src/sockets.c",
        "src/stream.c",
        "src/transfer.c",
        "src/transport.c",
      },
      incdirs = { "include", "src", "$(CURL_INCDIR)" },
      libdirs = { "$(CURL_LIBDIR)" },
      libraries = { "curl" },
    },
    bytenite = "lua/bytenite/init.lua",
    ["bytenite.accept"] = "lua/bytenite/accept.lua",
    ["bytenite.call"] = "lua/bytenite/call.lua",
    ["bytenite.calls"] = "lua/bytenite/calls.lua",
    ["bytenite.check"] = "lua/bytenite/check.lua",
    ["bytenite.client"] = "lua/bytenite/client.lua",
    ["bytenite.command"] = "lua/bytenite/command/init.lua",
    ["bytenite.command.completion"] = "lua/bytenite/command/completion.lua",
    ["bytenite.command.console"] = "lua/bytenite/command/console.lua",
    ["bytenite.command.exits"] = "lua/bytenite/command/exits.lua",
    ["bytenite.command.failures"] = "lua/bytenite/command/failures.lua",
    ["bytenite.command.input"] = "lua/bytenite/command/input.lua",
    ["bytenite.command.jobs"] = "lua/bytenite/command/jobs.lua",
    ["bytenite.command.listing"] = "lua/bytenite/command/listing.lua",
    ["bytenite.command.logs"] = "lua/bytenite/command/logs.lua",
    ["bytenite.command.parser"] = "lua/bytenite/command/parser.lua",
    ["bytenite.command.progress"] = "lua/bytenite/command/progress.lua",
    ["bytenite.command.runs"] = "lua/bytenite/command/runs.lua",
    ["bytenite.command.service"] = "lua/bytenite/command/service.lua",
    ["bytenite.command.submit"] = "lua/bytenite/command/submit.lua",
    ["bytenite.command.tables"] = "lua/bytenite/command/tables.lua",
    ["bytenite.command.text"] = "lua/bytenite/command/text.lua",
    ["bytenite.command.transfers"] = "lua/bytenite/command/transfers.lua",
    ["bytenite.command.updates"] = "lua/bytenite/command/updates.lua",
    ["bytenite.command.view"] = "lua/bytenite/command/view.lua",
    ["bytenite.datasource"] = "lua/bytenite/datasource.lua",
    ["bytenite.download"] = "lua/bytenite/download.lua",
    ["bytenite.driver"] = "lua/bytenite/driver.lua",
    ["bytenite.errors"] = "lua/bytenite/errors.lua",
    ["bytenite.events"] = "lua/bytenite/events.lua",
    ["bytenite.failure"] = "lua/bytenite/failure.lua",
    ["bytenite.filters"] = "lua/bytenite/filters.lua",
    ["bytenite.future"] = "lua/bytenite/future.lua",
    ["bytenite.job"] = "lua/bytenite/job.lua",
    ["bytenite.later"] = "lua/bytenite/later.lua",
    ["bytenite.lenient"] = "lua/bytenite/lenient.lua",
    ["bytenite.link"] = "lua/bytenite/link.lua",
    ["bytenite.logs"] = "lua/bytenite/logs.lua",
    ["bytenite.loop.cqueues"] = "lua/bytenite/loop/cqueues.lua",
    ["bytenite.loop.luv"] = "lua/bytenite/loop/luv.lua",
    ["bytenite.map"] = "lua/bytenite/map.lua",
    ["bytenite.outcome"] = "lua/bytenite/outcome.lua",
    ["bytenite.pages"] = "lua/bytenite/pages.lua",
    ["bytenite.query"] = "lua/bytenite/query.lua",
    ["bytenite.redact"] = "lua/bytenite/redact.lua",
    ["bytenite.request"] = "lua/bytenite/request.lua",
    ["bytenite.retry"] = "lua/bytenite/retry.lua",
    ["bytenite.sandbox"] = "lua/bytenite/sandbox/init.lua",
    ["bytenite.sandbox.answers"] = "lua/bytenite/sandbox/answers.lua",
    ["bytenite.sandbox.any"] = "lua/bytenite/sandbox/any.lua",
    ["bytenite.sandbox.base64"] = "lua/bytenite/sandbox/base64.lua",
    ["bytenite.sandbox.certificates"] = "lua/bytenite/sandbox/certificates.lua",
    ["bytenite.sandbox.clock"] = "lua/bytenite/sandbox/clock.lua",
    ["bytenite.sandbox.command"] = "lua/bytenite/sandbox/command.lua",
    ["bytenite.sandbox.contents"] = "lua/bytenite/sandbox/contents.lua",
    ["bytenite.sandbox.control"] = "lua/bytenite/sandbox/control.lua",
    ["bytenite.sandbox.delivery"] = "lua/bytenite/sandbox/delivery.lua",
    ["bytenite.sandbox.drop"] = "lua/bytenite/sandbox/drop.lua",
    ["bytenite.sandbox.effects"] = "lua/bytenite/sandbox/effects.lua",
    ["bytenite.sandbox.events"] = "lua/bytenite/sandbox/events.lua",
    ["bytenite.sandbox.fault_text"] = "lua/bytenite/sandbox/fault_text.lua",
    ["bytenite.sandbox.faults"] = "lua/bytenite/sandbox/faults.lua",
    ["bytenite.sandbox.fields"] = "lua/bytenite/sandbox/fields.lua",
    ["bytenite.sandbox.fill"] = "lua/bytenite/sandbox/fill.lua",
    ["bytenite.sandbox.filters"] = "lua/bytenite/sandbox/filters.lua",
    ["bytenite.sandbox.gateway"] = "lua/bytenite/sandbox/gateway.lua",
    ["bytenite.sandbox.handlers.account"] = "lua/bytenite/sandbox/handlers/account.lua",
    ["bytenite.sandbox.handlers.drafts"] = "lua/bytenite/sandbox/handlers/drafts.lua",
    ["bytenite.sandbox.handlers.lists"] = "lua/bytenite/sandbox/handlers/lists.lua",
    ["bytenite.sandbox.handlers.runs"] = "lua/bytenite/sandbox/handlers/runs.lua",
    ["bytenite.sandbox.handlers.settings"] = "lua/bytenite/sandbox/handlers/settings.lua",
    ["bytenite.sandbox.handlers.sources"] = "lua/bytenite/sandbox/handlers/sources.lua",
    ["bytenite.sandbox.header_memory"] = "lua/bytenite/sandbox/header_memory.lua",
    ["bytenite.sandbox.identifiers"] = "lua/bytenite/sandbox/identifiers.lua",
    ["bytenite.sandbox.job"] = "lua/bytenite/sandbox/job.lua",
    ["bytenite.sandbox.jobs"] = "lua/bytenite/sandbox/jobs.lua",
    ["bytenite.sandbox.journal"] = "lua/bytenite/sandbox/journal.lua",
    ["bytenite.sandbox.lifecycle"] = "lua/bytenite/sandbox/lifecycle.lua",
    ["bytenite.sandbox.links"] = "lua/bytenite/sandbox/links.lua",
    ["bytenite.sandbox.listing"] = "lua/bytenite/sandbox/listing.lua",
    ["bytenite.sandbox.logs"] = "lua/bytenite/sandbox/logs.lua",
    ["bytenite.sandbox.members"] = "lua/bytenite/sandbox/members.lua",
    ["bytenite.sandbox.operations"] = "lua/bytenite/sandbox/operations.lua",
    ["bytenite.sandbox.options"] = "lua/bytenite/sandbox/options.lua",
    ["bytenite.sandbox.reading"] = "lua/bytenite/sandbox/reading.lua",
    ["bytenite.sandbox.recorder"] = "lua/bytenite/sandbox/recorder.lua",
    ["bytenite.sandbox.request"] = "lua/bytenite/sandbox/request.lua",
    ["bytenite.sandbox.results"] = "lua/bytenite/sandbox/results.lua",
    ["bytenite.sandbox.rocks"] = "lua/bytenite/sandbox/rocks.lua",
    ["bytenite.sandbox.routes"] = "lua/bytenite/sandbox/routes.lua",
    ["bytenite.sandbox.sources"] = "lua/bytenite/sandbox/sources.lua",
    ["bytenite.sandbox.state"] = "lua/bytenite/sandbox/state.lua",
    ["bytenite.sandbox.storage"] = "lua/bytenite/sandbox/storage.lua",
    ["bytenite.sandbox.templates"] = "lua/bytenite/sandbox/templates.lua",
    ["bytenite.sandbox.tokens"] = "lua/bytenite/sandbox/tokens.lua",
    ["bytenite.sandbox.transfers"] = "lua/bytenite/sandbox/transfers.lua",
    ["bytenite.sandbox.uploads"] = "lua/bytenite/sandbox/uploads.lua",
    ["bytenite.sandbox.writing"] = "lua/bytenite/sandbox/writing.lua",
    ["bytenite.scheduler"] = "lua/bytenite/scheduler.lua",
    ["bytenite.settings"] = "lua/bytenite/settings.lua",
    ["bytenite.source"] = "lua/bytenite/source.lua",
    ["bytenite.states"] = "lua/bytenite/states.lua",
    ["bytenite.steps"] = "lua/bytenite/steps.lua",
    ["bytenite.stream"] = "lua/bytenite/stream.lua",
    ["bytenite.submit"] = "lua/bytenite/submit.lua",
    ["bytenite.time"] = "lua/bytenite/time.lua",
    ["bytenite.timers"] = "lua/bytenite/timers.lua",
    ["bytenite.token"] = "lua/bytenite/token.lua",
    ["bytenite.upload"] = "lua/bytenite/upload.lua",
    ["bytenite.wait"] = "lua/bytenite/wait.lua",
    ["bytenite.waiting"] = "lua/bytenite/waiting.lua",
  },
  install = {
    bin = { "bin/bytenite", "bin/bytenite-sandbox" },
  },
}

test_dependencies = {
  "busted >= 2.1", -- runs the specs
  "http >= 0.4", -- serves the sandbox
  "argparse >= 0.7", -- reads the command lines
}

test = {
  type = "command",
  command = "scripts/test",
}
