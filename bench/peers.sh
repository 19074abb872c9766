# shellcheck shell=sh disable=SC2154
# peers.sh: alternative clients as rows: how each is started, and what is missing if it cannot run. To be sourced by rows.sh.

# command_of_peer PEER AT_ONCE
command_of_peer() {
  case $1 in
    requests) echo "$(find_python requests) -B bench/peers/python_requests.py" ;;
    aiohttp) echo "$(find_python aiohttp) -B bench/peers/python_aiohttp.py $2" ;;
    fetch) echo "env NODE_EXTRA_CA_CERTS=$scratch/cert.pem NODE_NO_WARNINGS=1 node bench/peers/node_fetch.mjs $2" ;;
    lua_http) echo "$lua bench/peers/lua_http.lua $2" ;;
    luasocket) echo "$lua bench/peers/luasocket.lua" ;;
    lua_curl) echo "$lua bench/peers/lua_curl.lua" ;;
  esac
}

# is_slow PEER: succeeds if a call takes at least ten times as long as in C.
is_slow() {
  case $1 in requests | aiohttp | fetch) ;; *) return 1 ;; esac
}

# missing_for PEER: prints why it cannot run here; nothing if it can.
missing_for() {
  case $1 in
    requests | aiohttp) find_python "$1" > /dev/null || echo "python3-$1 is missing" ;;
    fetch) node -e 'fetch' > /dev/null 2>&1 || echo 'Node 18 or newer is missing' ;;
    lua_http) "$lua" -e 'require "http.client"' 2> /dev/null || echo 'lua-http is missing' ;;
    luasocket) "$lua" -e 'require "socket.http" require "ssl"' 2> /dev/null || echo 'lua-socket or lua-sec is missing' ;;
    lua_curl)
      "$lua" -e 'assert(require("cURL").easy)' 2> /dev/null || echo "not in Debian; LuaRocks' server is not reached"
      ;;
  esac
}

# version_of PEER: prints its version for the page.
version_of() {
  case $1 in
    requests | aiohttp)
      "$(find_python "$1")" -c "import platform, $1 as m; print('Python', platform.python_version() + ',', '$1', m.__version__)"
      ;;
    fetch) echo "Node $(node -p 'process.versions.node + ", undici " + process.versions.undici')" ;;
    lua_http) "$lua" -e 'local version = require "http.version" print("lua-http " .. version.version)' ;;
    luasocket) "$lua" -e 'print(require("socket")._VERSION .. ", LuaSec " .. require("ssl")._VERSION)' ;;
    lua_curl) "$lua" -e 'print("Lua-cURLv3 " .. require("cURL")._VERSION)' ;;
  esac
}

# find_peers PEER...: sets $peers to those that can run here, and notes why others cannot.
find_peers() {
  (prepare peers) || true # rows say what could not be installed
  peers=
  for peer in "$@"; do
    reason=$(missing_for "$peer")
    if [ -z "$reason" ]; then
      peers="$peers $peer"
      note "about Peers $(version_of "$peer")"
    else
      note "skipped $peer $reason"
    fi
  done
}
