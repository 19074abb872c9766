# shellcheck shell=sh disable=SC2154
# server.sh: the server under the benchmark: nginx on 127.0.0.1 with one worker, whose answers come out of tables that
# answers.lua writes. To be sourced by bench/run, which sets $lua, $programs, $core and $scratch, the folder for all files.

# A certificate for this run only, which is its own authority.
make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$scratch/key.pem" -out "$scratch/cert.pem" 2> "$scratch/openssl.log" ||
    fail "openssl could not make a certificate: $(cat "$scratch/openssl.log")"
}

# Three doors to the same answers: plain, TLS, and one that reads and logs requests before it hands them to the plain
# one ("return" alone never reads a body). Only the first two are measured.
write_server_config() {
  cat > "$scratch/nginx.conf" << EOF_CONFIG
worker_processes 1;
error_log "$scratch/error.log";
pid "$scratch/nginx.pid";
events { worker_connections 64; }
http {
  access_log off;
  default_type application/json;
  keepalive_requests 1000000;
  keepalive_timeout 60s;
  client_header_buffer_size 8k;
  client_body_temp_path "$scratch/body";
  proxy_temp_path "$scratch/proxy";
  fastcgi_temp_path "$scratch/fastcgi";
  uwsgi_temp_path "$scratch/uwsgi";
  scgi_temp_path "$scratch/scgi";

  map_hash_max_size 65536;
  map_hash_bucket_size 128;
  map \$connection_requests \$last_digits { "~(?<digits>[0-9]{1,4})\$" \$digits; }
  map \$last_digits \$turn { include "$scratch/turns.map"; }
  map \$turn \$answer { include "$scratch/answers.map"; }

  server {
    listen 127.0.0.1:$plain_port;
    return 200 \$answer;
  }
  server {
    listen 127.0.0.1:$tls_port ssl;
    ssl_certificate "$scratch/cert.pem";
    ssl_certificate_key "$scratch/key.pem";
    ssl_protocols TLSv1.3;
    return 200 \$answer;
  }

  log_format request escape=json '{"method":"\$request_method","path":"\$request_uri","protocol":"\$server_protocol",'
    '"authorization":"\$http_authorization","content_type":"\$http_content_type","accept":"\$http_accept",'
    '"body":"\$request_body","connection":"\$connection"}';
  upstream answers { server 127.0.0.1:$plain_port; keepalive 1; }
  server {
    listen 127.0.0.1:$log_port;
    access_log "$scratch/requests.log" request;
    location / {
      proxy_pass http://answers;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
EOF_CONFIG
}

# Starts nginx on free ports and waits until it answers. Should another process be quicker to a port, others are tried.
start_server() {
  "$lua" bench/answers.lua "$scratch"
  make_certificate
  for _ in 1 2 3; do
    # shellcheck disable=SC2046 # three words
    set -- $("$programs/free_ports" 3)
    plain_port=$1 tls_port=$2 log_port=$3
    write_server_config
    taskset -c "$core" nginx -e "$scratch/error.log" -p "$scratch" -c "$scratch/nginx.conf" -g 'daemon off;' \
      > "$scratch/nginx.out" 2>&1 &
    server=$!
    if server_answers; then return 0; fi
    stop_server
  done
  fail "nginx does not start: $(cat "$scratch/nginx.out" "$scratch/error.log" 2> /dev/null)"
}

# Waits up to five seconds for the first answer, as long as nginx lives.
server_answers() {
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
  wait "$server" 2> /dev/null || true
  server=
}

# through DOOR COMMAND...: runs a command that finds the server's door (plain, tls or log) in its environment.
through() {
  case $1 in
    plain) BENCH_BASE_URL=http://127.0.0.1:$plain_port/v1 ;;
    tls) BENCH_BASE_URL=https://127.0.0.1:$tls_port/v1 ;;
    log) BENCH_BASE_URL=http://127.0.0.1:$log_port/v1 ;;
  esac
  shift
  BENCH_CA_FILE=$scratch/cert.pem
  export BENCH_BASE_URL BENCH_CA_FILE
  "$@"
}
