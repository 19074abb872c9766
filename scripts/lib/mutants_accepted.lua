--- mutants_accepted.lua: changes that survive scripts/mutants, and why they may. Each entry names the file, the line of
--- code and the change as the script prints them: an entry for a line that has changed since has no effect.

local FINAL <const> = "All these statuses are of the class final."
local LEAK <const> = "Leaks memory, which scripts/asan reports."
local OOM <const> = "Matters only without memory: scripts/oom."
local SAME <const> = "Makes no difference: "

return {
  {
    path = "lua/bytenite/async/await.lua",
    code = "local DEEPEST <const> = 8",
    what = "8 became 9",
    why = "How deep tasks may nest is bounded by Lua's C stack alone, far above.",
  },
  {
    path = "lua/bytenite/async/reactor.lua",
    code = "call.timer = false",
    what = "false became true",
    why = SAME .. "a timer counts only if it is the entry in the heap.",
  },
  {
    path = "lua/bytenite/async/reactor.lua",
    code = "local MOST_TASKS <const>, MOST_TURNS <const> = 64, 64",
    what = "64 became 63",
    why = "How many turns go before the host's loop is no promise.",
  },
  {
    path = "lua/bytenite/async/reactor.lua",
    code = "while has_more and turns < MOST_TURNS and self.clock.now() < until_time do",
    what = "< became <=",
    why = "The instant at which 5 ms have passed may count either way.",
  },
  {
    path = "lua/bytenite/async/reactor.lua",
    code = "paused_until = 0, -- by the server's request",
    what = "0 became 1",
    why = SAME .. "no client's clock shows as little as one second.",
  },
  {
    path = "lua/bytenite/async/timers.lua",
    code = "if heap[parent].at <= heap[at].at then return end",
    what = "<= became <",
    why = "The order of timers that are due at the same time is no promise.",
  },
  {
    path = "lua/bytenite/async/timers.lua",
    code = "for child = 2 * at, 2 * at + 1 do",
    what = "2 became 3",
    why = SAME .. "the least of the children and of later entries may move up as well.",
  },
  {
    path = "lua/bytenite/async/timers.lua",
    code = "for index = count // 2, 1, -1 do",
    what = "2 became 1",
    why = SAME .. "the entries behind the middle have no children to compare with.",
  },
  {
    path = "lua/bytenite/async/timers.lua",
    code = "for index = count // 2, 1, -1 do",
    what = "// became *",
    why = SAME .. "the entries behind the middle have no children to compare with.",
  },
  {
    path = "lua/bytenite/call/call_object.lua",
    code = "finish(self, nil, made and problem or nil, not made and problem or nil)",
    what = "or became and",
    why = OOM,
  },
  {
    path = "lua/bytenite/call/state_machine.lua",
    code = "if time_left < timeout and not self.plan.stream then timeout = time_left end -- a stream has a timer of its own",
    what = "< became <=",
    why = SAME .. "both are the same number then.",
  },
  {
    path = "lua/bytenite/call/state_machine.lua",
    code = "return retry_or_fail(self, problem, retry_policy.of_status(401))",
    what = "401 became 400",
    why = FINAL,
  },
  {
    path = "lua/bytenite/call/state_machine.lua",
    code = "return retry_or_fail(self, problem, retry_policy.of_status(401))",
    what = "401 became 402",
    why = FINAL,
  },
  {
    path = "src/http/connection_pool.c",
    code = "NEVER = -1",
    what = "1 became 0",
    why = SAME .. "libcurl stores a value in any case.",
  },
  { path = "src/http/connection_pool.c", code = "free(pool);", what = "call of free dropped", why = LEAK },
  {
    path = "src/http/event_loop.c",
    code = "if (!transfer->was_begun && transfer->connects_by <= now) {",
    what = "&& became ||",
    why = "libcurl looks at its transfers once more than it must.",
  },
  {
    path = "src/http/event_loop.c",
    code = "step(transport, (int)((until - transport->now) / MILLISECOND) + 1);",
    what = "/ became *",
    why = "A timer of libcurl's ends the wait soon after.",
  },
  {
    path = "src/http/loopback.c",
    code = "memcpy(text, host + 1, length - 2);",
    what = "2 became 1",
    why = SAME .. "a NUL is written over the bracket.",
  },
  {
    path = "src/http/request.c",
    code = "if (code != CURLUE_OK) buffer_reset(origin, 0); /* libcurl's URL is now empty or incomplete */",
    what = "0 became 1",
    why = SAME .. "no buffer is that small.",
  },
  {
    path = "src/http/response.c",
    code = "KEEP_RESPONSE = 256 * 1024, /* bytes of a buffer that are worth keeping for the next response */",
    what = "256 became 257",
    why = "How much memory is kept for the next response is no promise.",
  },
  {
    path = "src/http/response.c",
    code = "OK = 200,",
    what = "200 became 199",
    why = SAME .. "no server uses 199 as a final status.",
  },
  {
    path = "src/http/tls_options.c",
    code = "return code == CURLE_NOT_BUILT_IN || code == CURLE_UNKNOWN_OPTION ? CURLE_OK : code;",
    what = "|| became &&",
    why = "Matters only with a libcurl that was built without the option.",
  },
  {
    path = "src/http/tls_unread.c",
    code = "if (dladdr(&own, &file) == 0) return;",
    what = "0 became 1",
    why = "Matters only with libcurl 8.23, which lets OpenSSL read ahead: make fresh RELEASE=sid runs the faults there.",
  },
  {
    path = "src/http/tls_unread.c",
    code = "if (session == NULL || session->backend != CURLSSLBACKEND_OPENSSL || session->internals == NULL) return false;",
    what = "== became !=",
    why = "Matters only with libcurl 8.23, which lets OpenSSL read ahead: make fresh RELEASE=sid runs the faults there.",
  },
  {
    path = "src/http/transport.c",
    code = "poller_close(&transport->poller, false);",
    what = "false became true",
    why = SAME .. "epoll has nothing that belongs to the parent alone. spec/http/pollers_spec.lua runs kqueue.",
  },
  {
    path = "lua/bytenite/call/state_machine.lua",
    code = "if renewed == token then return retry_or_fail(self, problem, retry_policy.of_status(401)) end",
    what = "401 became 402",
    why = FINAL,
  },
  {
    path = "lua/bytenite/call/state_machine.lua",
    code = "self.waits_for, self.timer = false, false",
    what = "false became true",
    why = SAME .. "a timer counts only if it is the entry in the heap.",
  },
  {
    path = "lua/bytenite/streaming/download_plan.lua",
    code = 'if name:sub(1, 1) == "/" then return nil, "it is absolute" end',
    what = "1 became 0",
    why = "Such a name is refused all the same: its first part is empty.",
  },
  {
    path = "src/http/event_loop.c",
    code = "if (!transfer->was_begun && transfer->connects_by <= now) {",
    what = "<= became <",
    why = "The very instant of a limit may count either way.",
  },
  {
    path = "src/http/event_loop.c",
    code = "if (transport->probe == NULL || transport->probe_until > transport->now) return;",
    what = "> became >=",
    why = "The very instant of a limit may count either way.",
  },
  {
    path = "src/http/poller_epoll.c",
    code = "in.it_value.tv_nsec = (long)(milliseconds % 1000) * 1000000;",
    what = "1000 became 1001",
    why = "A millisecond of a second.",
  },
  {
    path = "lua/bytenite/streaming/events.lua",
    code = 'local line_end <const> = reader.text:find("\\n", reader.at, true)',
    what = "true became false",
    why = SAME .. "a line feed means itself in a pattern, too.",
  },
  {
    path = "lua/bytenite/streaming/events.lua",
    code = 'reader.text, reader.at = "", 1',
    what = "1 became 0",
    why = SAME .. "a search from 0 begins at 1.",
  },
  {
    path = "lua/bytenite/streaming/events.lua",
    code = "reader.text, reader.at = reader.text:sub(reader.at) .. bytes, 1",
    what = "1 became 0",
    why = SAME .. "a search from 0 begins at 1.",
  },
  {
    path = "lua/bytenite/streaming/download.lua",
    code = "local fraction <const> = self.done == self.files and 1 or math.min(1, self.shares / self.files)",
    what = "== became ~=",
    why = "Matters only where the shares of files do not add up exactly.",
  },
  {
    path = "lua/bytenite/streaming/events.lua",
    code = [[local line <const> = reader.text:sub(reader.at, line_end - 1):gsub("\r$", "")]],
    what = "1 became 0",
    why = SAME .. "a line feed is white space behind an object.",
  },
  {
    path = "lua/bytenite/streaming/download_file.lua",
    code = "if size == 0 or not fetch.validator or fetch.is_decoded then return headers end",
    what = "0 became 1",
    why = SAME .. "a validator is known only once bytes have come.",
  },
  {
    path = "lua/bytenite/streaming/download_file.lua",
    code = "if fetch.status == 206 and size > size_before and size < fetch.total then return false end",
    what = "< became <=",
    why = SAME .. "the line before returns if both are equal.",
  },
}
