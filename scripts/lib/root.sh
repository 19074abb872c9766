# shellcheck shell=sh
# root.sh: minimal roots of Debian and Ubuntu releases, and commands in them. To be sourced after prepare.sh and
# apt_sources.sh. Needs root. The bare roots stay in build/fresh, which makes the next one start faster.

# root_make RELEASE [ARCHITECTURE]: makes a root in the new folder $root, which can fetch packages as this machine does.
# The trap that the caller sets calls root_remove.
root_make() {
  release=$1
  architecture=${2:-$(dpkg --print-architecture)}
  here=$(machine_release)
  mirror=$(mirror_of "$here")
  keyring=$(keyring_of "$here")
  if [ -z "$mirror" ]; then
    say "apt's sources name no main component of $here (has apt-get update run?)"
    return 1
  fi
  mkdir -p build/fresh
  bare=$PWD/build/fresh/$release-$architecture.tar
  root=$(mktemp -d)
  if [ ! -f "$bare" ]; then
    say "making a bare root of $release for $architecture"
    quietly "debootstrap --variant=minbase --arch='$architecture' ${keyring:+--keyring='$keyring'} '$release' '$root' '$mirror'" || return 1
    rm -rf "$root/var/cache/apt/archives" "$root/var/lib/apt/lists"
    tar -C "$root" -cf "$bare.part" .
    mv "$bare.part" "$bare"
  else
    tar -C "$root" -xpf "$bare"
  fi
  chmod 755 "$root" # not only root works in it
  root_copy_settings
  mount -t proc proc "$root/proc"
  mkdir -p "$root/dev/pts" # terminals of its own
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
  ln -sf pts/ptmx "$root/dev/ptmx"
}

# How this machine reaches its packages: sources, keys, apt's settings for fetching (proxies, checks), names of hosts.
# Certificates go to apt alone, since a bare root has none. Another release has the mirrors of this machine's.
root_copy_settings() {
  rm -rf "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.d"
  for path in etc/apt/sources.list etc/apt/sources.list.d etc/apt/keyrings etc/apt/trusted.gpg.d usr/share/keyrings etc/resolv.conf etc/hosts; do
    if [ -e "/$path" ]; then
      mkdir -p "$root/${path%/*}"
      rm -rf "${root:?}/$path"
      cp -RL "/$path" "$root/$path"
    fi
  done
  if [ "$release" != "$here" ]; then
    rm -rf "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.d"
    sources_for "$release" > "$root/etc/apt/sources.list"
  fi
  apt-config dump | grep -E '^Acquire::(http|https|ftp|Check-|Max-|Retries)' > "$root/etc/apt/apt.conf.d/00host" || true
  if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/apt/host-certificates.crt"
    echo 'Acquire::https::CaInfo "/etc/apt/host-certificates.crt";' >> "$root/etc/apt/apt.conf.d/00host"
  fi
  mkdir -p "$root/var/cache/apt/archives/partial" "$root/var/lib/apt/lists/partial"
}

# root_copy_project [WORKING-TREE]: puts the project into the root's /opt/bytenite, as `git clone` gives it; if the argument is
# not empty, as it lies here but for what git ignores.
root_copy_project() {
  if [ -n "${1:-}" ]; then
    mkdir "$root/opt/bytenite"
    git ls-files --cached --others --exclude-standard | while IFS= read -r path; do
      if [ -e "$path" ]; then printf '%s\n' "$path"; fi
    done | tar -cf - -T - | tar -C "$root/opt/bytenite" -xf -
  else
    git clone --quiet . "$root/opt/bytenite"
  fi
}

# root_run USER COMMAND...: runs a command in the project's folder there, with a newcomer's environment.
root_run() {
  user=$1
  shift
  # shellcheck disable=SC2016
  chroot --userspec="$user" "$root" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM="${TERM:-dumb}" \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    sh -c 'cd /opt/bytenite && exec "$@"' newcomer "$@"
}

# Unmounts and removes $root, if there is one.
root_remove() {
  if [ -z "${root:-}" ]; then return 0; fi
  left=
  for folder in dev/pts proc; do
    if mountpoint -q "$root/$folder"; then umount "$root/$folder"; fi
    if mountpoint -q "$root/$folder"; then left="$left $folder"; fi
  done
  if [ -z "$left" ]; then rm -rf --one-file-system "$root"; fi
  root=
}
