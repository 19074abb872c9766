# shellcheck shell=sh
# about.sh: the versions with which a suite ran. To be sourced after prepare.sh and environment.sh.

# Prints a line of JSON, for a report that docs/reliability.md is made of.
about_run() {
  lua=$(find_lua)
  "$lua" - "$(. /etc/os-release 2> /dev/null && echo "${VERSION_CODENAME:-${ID:-}}")" "$("$lua" -v)" << 'EOF_LUA'
local bytenite, core = require "bytenite", require "bytenite.core"
print(bytenite.encode {
  about = {
    libcurl = core.curl_version,
    lua = arg[2]:match "%d+%.%d+%.?%d*",
    release = arg[1] ~= "" and arg[1] or nil,
    date = os.date "!%Y-%m-%d",
  },
})
EOF_LUA
}

# about_fuzz TARGET INPUTS CALLS: prints the line for a run of the fuzzer that found nothing.
about_fuzz() {
  printf '{"fuzz":{"target":"%s","inputs":%d,"calls":%d,"date":"%s"}}\n' "$1" "$2" "$3" "$(date -u +%Y-%m-%d)"
}
