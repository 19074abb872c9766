# shellcheck shell=sh disable=SC2154
# server.sh: the server of the benchmark: nginx on 127.0.0.1, one process ($server), whose responses are in tables that
# server_responses.lua writes. To be sourced by common.sh. The scripts set $lua, $programs, $server_core, $scratch, the folder
# for all files, and $doors, the ports that they need; "plain" is one of them.

# Makes a self-signed certificate for this run.
make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$scratch/key.pem" -out "$scratch/cert.pem" 2> "$scratch/openssl.log" ||
    fail "openssl could not make a certificate: $(cat "$scratch/openssl.log")"
}

# door_block DOOR: prints nginx's configuration of a door, a port with the same responses as the others:
#   plain, tls           HTTP/1.1, at once
#   h2                   HTTP/2 over TLS, as soon as it has read the request
#   slow, slow_h2        HTTP/1.1 and HTTP/2 over TLS, after 50 ms; logs the connection of each request
#   log                  HTTP/1.1; reads and logs requests before it hands them to the plain one ("return" never reads a body)
door_block() {
  eval "port=\${$1_port}"
  case $1 in
    plain) echo "server { listen 127.0.0.1:$port; return 200 \$response; }" ;;
    tls) echo "server { listen 127.0.0.1:$port ssl; return 200 \$response; }" ;;
    h2) respond_after "127.0.0.1:$port ssl http2" echo_read_request_body ;;
    slow) respond_after "127.0.0.1:$port" 'echo_sleep 0.05' "access_log \"$scratch/slow.log\" connection;" ;;
    slow_h2) respond_after "127.0.0.1:$port ssl http2" 'echo_sleep 0.05' "access_log \"$scratch/slow_h2.log\" connection;" ;;
    log) cat << EOF_CONFIG ;;
  upstream responses { server 127.0.0.1:$plain_port; keepalive 1; }
  server {
    listen 127.0.0.1:$port;
    access_log "$scratch/log.log" request;
    location / {
      proxy_pass http://responses;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
EOF_CONFIG
  esac
}

# respond_after ADDRESS STEP [SETTING]: prints a door that does something first, with the module echo.
respond_after() {
  cat << EOF_CONFIG
  server {
    listen $1;
    ${3:-}
    location / { $2; echo_exec /response; }
    location /response { internal; return 200 \$response; }
  }
EOF_CONFIG
}

# Prints the line that loads the module echo if a door needs it.
load_echo() {
  case " $doors " in *' slow '* | *' slow_h2 '* | *' h2 '*) ;; *) return 0 ;; esac
  folder=$(nginx -V 2>&1 | tr ' ' '\n' | sed -n 's/^--modules-path=//p')
  module=$folder/ngx_http_echo_module.so
  if [ ! -e "$module" ]; then fail "nginx's module echo is missing: $module (Debian: apt-get install libnginx-mod-http-echo)"; fi
  echo "load_module \"$module\";"
}

write_server_config() {
  load_modules=$(load_echo) || exit 3
  cat > "$scratch/nginx.conf" << EOF_CONFIG
$load_modules
master_process off;
error_log "$scratch/error.log";
pid "$scratch/nginx.pid";
events { worker_connections 2048; }
http {
  access_log off;
  default_type application/json;
  keepalive_requests 1000000;
  keepalive_timeout 60s;
  http2_max_concurrent_streams 1000;
  client_header_buffer_size 8k;
  client_body_temp_path "$scratch/body";
  proxy_temp_path "$scratch/proxy";
  fastcgi_temp_path "$scratch/fastcgi";
  uwsgi_temp_path "$scratch/uwsgi";
  scgi_temp_path "$scratch/scgi";
  ssl_certificate "$scratch/cert.pem";
  ssl_certificate_key "$scratch/key.pem";
  ssl_protocols TLSv1.3;

  map_hash_max_size 65536;
  map_hash_bucket_size 128;
  map \$connection_requests \$last_digits { "~(?<digits>[0-9]{1,4})\$" \$digits; }
  map \$last_digits \$turn { include "$scratch/turns.map"; }
  map \$turn \$response { include "$scratch/responses.map"; }

  log_format request escape=json '{"method":"\$request_method","path":"\$request_uri","protocol":"\$server_protocol",'
    '"authorization":"\$http_authorization","content_type":"\$http_content_type","accept":"\$http_accept",'
    '"body":"\$request_body","connection":"\$connection"}';
  log_format connection '\$server_protocol \$connection';

$(for door in $doors; do door_block "$door"; done)
}
EOF_CONFIG
}

# pick_ports: sets a free port for each of $doors, as DOOR_port.
pick_ports() {
  # shellcheck disable=SC2046,SC2086 # words
  set -- $("$programs/free_ports" $(echo $doors | wc -w))
  for door in $doors; do
    eval "${door}_port=\$1"
    shift
  done
}

# Starts nginx on free ports and waits until it responds. If another process takes a port first, tries other ports.
start_server() {
  "$lua" bench/server_responses.lua "$scratch"
  make_certificate
  for _ in 1 2 3; do
    pick_ports
    write_server_config
    taskset -c "$server_core" nginx -e "$scratch/error.log" -p "$scratch" -c "$scratch/nginx.conf" -g 'daemon off;' \
      > "$scratch/nginx.out" 2>&1 &
    server=$!
    if server_responds; then return 0; fi
    stop_server
  done
  fail "nginx does not start: $(cat "$scratch/nginx.out" "$scratch/error.log" 2> /dev/null)"
}

# Waits up to five seconds for the first response, while nginx runs.
server_responds() {
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
    kill -0 "$server" 2> /dev/null || return 1
    if through plain "$programs/curl_loop" 1 2> /dev/null; then return 0; fi
    sleep 0.2
  done
  return 1
}

stop_server() {
  if [ -z "${server:-}" ]; then return 0; fi
  kill "$server" 2> /dev/null || true
  kill -CONT "$server" 2> /dev/null || true # pending.lua may have stopped it
  wait "$server" 2> /dev/null || true
  server=
}

# through DOOR COMMAND...: runs a command with one of the server's doors in its environment, or none.
through() {
  if [ "$1" = none ]; then
    shift
    "$@"
    return
  fi
  eval "port=\${$1_port}"
  case $1 in
    tls | h2 | slow_h2) BENCH_BASE_URL=https://127.0.0.1:$port/v1 ;;
    *) BENCH_BASE_URL=http://127.0.0.1:$port/v1 ;;
  esac
  shift
  BENCH_CA_FILE=$scratch/cert.pem
  export BENCH_BASE_URL BENCH_CA_FILE
  "$@"
}
