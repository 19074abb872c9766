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
  -- bytenite-sandbox needs the rocks http and argparse, the module itself does not: the command names what it lacks. Nor does
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
        "src/box.c",
        "src/buffer.c",
        "src/core.c",
        "src/exchange.c",
        "src/json_read.c",
        "src/json_write.c",
        "src/marshal.c",
        "src/marshal_read.c",
        "src/marshal_write.c",
        "src/operations.c",
        "src/poller_epoll.c",
        "src/poller_kqueue.c",
        "src/poller_none.c",
        "src/refresh.c",
        "src/schema.c",
        "src/session.c",
        "src/suggest.c",
        "src/transfer.c",
        "src/transport.c",
        "src/url.c",
        "src/utf8.c",
      },
      incdirs = { "include", "$(CURL_INCDIR)" },
      libdirs = { "$(CURL_LIBDIR)" },
      libraries = { "curl" },
    },
    bytenite = "lua/bytenite/init.lua",
    ["bytenite.call"] = "lua/bytenite/call.lua",
    ["bytenite.check"] = "lua/bytenite/check.lua",
    ["bytenite.client"] = "lua/bytenite/client.lua",
    ["bytenite.datasource"] = "lua/bytenite/datasource.lua",
    ["bytenite.driver"] = "lua/bytenite/driver.lua",
    ["bytenite.errors"] = "lua/bytenite/errors.lua",
    ["bytenite.failure"] = "lua/bytenite/failure.lua",
    ["bytenite.future"] = "lua/bytenite/future.lua",
    ["bytenite.job"] = "lua/bytenite/job.lua",
    ["bytenite.lenient"] = "lua/bytenite/lenient.lua",
    ["bytenite.loop.cqueues"] = "lua/bytenite/loop/cqueues.lua",
    ["bytenite.loop.luv"] = "lua/bytenite/loop/luv.lua",
    ["bytenite.map"] = "lua/bytenite/map.lua",
    ["bytenite.outcome"] = "lua/bytenite/outcome.lua",
    ["bytenite.redact"] = "lua/bytenite/redact.lua",
    ["bytenite.request"] = "lua/bytenite/request.lua",
    ["bytenite.retry"] = "lua/bytenite/retry.lua",
    ["bytenite.sandbox"] = "lua/bytenite/sandbox/init.lua",
    ["bytenite.sandbox.answers"] = "lua/bytenite/sandbox/answers.lua",
    ["bytenite.sandbox.base64"] = "lua/bytenite/sandbox/base64.lua",
    ["bytenite.sandbox.certificates"] = "lua/bytenite/sandbox/certificates.lua",
    ["bytenite.sandbox.clock"] = "lua/bytenite/sandbox/clock.lua",
    ["bytenite.sandbox.command"] = "lua/bytenite/sandbox/command.lua",
    ["bytenite.sandbox.control"] = "lua/bytenite/sandbox/control.lua",
    ["bytenite.sandbox.delivery"] = "lua/bytenite/sandbox/delivery.lua",
    ["bytenite.sandbox.drop"] = "lua/bytenite/sandbox/drop.lua",
    ["bytenite.sandbox.effects"] = "lua/bytenite/sandbox/effects.lua",
    ["bytenite.sandbox.fault_text"] = "lua/bytenite/sandbox/fault_text.lua",
    ["bytenite.sandbox.faults"] = "lua/bytenite/sandbox/faults.lua",
    ["bytenite.sandbox.fields"] = "lua/bytenite/sandbox/fields.lua",
    ["bytenite.sandbox.gateway"] = "lua/bytenite/sandbox/gateway.lua",
    ["bytenite.sandbox.header_memory"] = "lua/bytenite/sandbox/header_memory.lua",
    ["bytenite.sandbox.identifiers"] = "lua/bytenite/sandbox/identifiers.lua",
    ["bytenite.sandbox.job"] = "lua/bytenite/sandbox/job.lua",
    ["bytenite.sandbox.operations"] = "lua/bytenite/sandbox/operations.lua",
    ["bytenite.sandbox.options"] = "lua/bytenite/sandbox/options.lua",
    ["bytenite.sandbox.recorder"] = "lua/bytenite/sandbox/recorder.lua",
    ["bytenite.sandbox.request"] = "lua/bytenite/sandbox/request.lua",
    ["bytenite.sandbox.rocks"] = "lua/bytenite/sandbox/rocks.lua",
    ["bytenite.sandbox.routes"] = "lua/bytenite/sandbox/routes.lua",
    ["bytenite.sandbox.sources"] = "lua/bytenite/sandbox/sources.lua",
    ["bytenite.sandbox.state"] = "lua/bytenite/sandbox/state.lua",
    ["bytenite.sandbox.tokens"] = "lua/bytenite/sandbox/tokens.lua",
    ["bytenite.scheduler"] = "lua/bytenite/scheduler.lua",
    ["bytenite.settings"] = "lua/bytenite/settings.lua",
    ["bytenite.time"] = "lua/bytenite/time.lua",
    ["bytenite.timers"] = "lua/bytenite/timers.lua",
    ["bytenite.token"] = "lua/bytenite/token.lua",
    ["bytenite.wait"] = "lua/bytenite/wait.lua",
  },
  install = {
    bin = { "bin/bytenite-sandbox" },
  },
}

test_dependencies = {
  "busted >= 2.1", -- runs the specs
  "http >= 0.4", -- serves the sandbox
  "argparse >= 0.7", -- reads the sandbox's command line
}

test = {
  type = "command",
  command = "scripts/test",
}
