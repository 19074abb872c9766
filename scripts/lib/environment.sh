# shellcheck shell=sh
# environment.sh: what Lua and the programs under test find around them. To be sourced, from the project's folder.

# Debian keeps the rock http and what it needs under the versions before 5.4 only, though they run on 5.4.
older_lua="/usr/share/lua/5.3/?.lua;/usr/share/lua/5.3/?/init.lua;/usr/share/lua/5.2/?.lua;/usr/share/lua/5.2/?/init.lua;/usr/share/lua/5.1/?.lua;/usr/share/lua/5.1/?/init.lua"

# No start-up code of the user's runs in our processes.
unset LUA_INIT LUA_INIT_5_4

# Lua finds this tree's module, with the C core built in build/, before anything installed. The versioned variables would
# hide ours; what they hold is kept behind our own folders (where nothing is set, two separators meet, which stand for the
# default path).
LUA_PATH="$PWD/lua/?.lua;$PWD/lua/?/init.lua;$PWD/build/rocks/share/lua/5.4/?.lua;$PWD/build/rocks/share/lua/5.4/?/init.lua;${LUA_PATH_5_4:-${LUA_PATH:-}};$older_lua"
LUA_CPATH="$PWD/build/?.so;$PWD/build/rocks/lib/lua/5.4/?.so;${LUA_CPATH_5_4:-${LUA_CPATH:-;}}"
export LUA_PATH LUA_CPATH
unset LUA_PATH_5_4 LUA_CPATH_5_4

# The tests see none of the machine's settings: no proxy, no certificates, no credentials.
forget_settings() {
  unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
  unset SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE
  for name in $(env | sed -n 's/^\(BYTENITE_[A-Za-z0-9_]*\)=.*/\1/p'); do
    unset "$name"
  done
}
