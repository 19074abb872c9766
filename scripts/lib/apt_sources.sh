# shellcheck shell=sh
# apt_sources.sh: where this machine gets its packages, and where another release's are. To be sourced.

# The release that this machine runs.
machine_release() {
  (. /etc/os-release && echo "$VERSION_CODENAME")
}

# mirror_of RELEASE: prints the address of the release's main component in apt's sources, or nothing.
mirror_of() {
  # shellcheck disable=SC2016 # apt fills these in
  apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    awk -v release="$1" '$2 == release && $3 == "main" { print $1; exit }'
}

# keyring_of RELEASE: prints the file of keys that apt's sources name for the release, or nothing if they name none.
keyring_of() {
  # shellcheck disable=SC2016
  file=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(SOURCESENTRY)' 'Created-By: Packages' |
    awk -v release="$1" '$1 == release && $2 == "main" { sub(/:[0-9]*$/, "", $3); print $3; exit }')
  if [ -f "$file" ]; then sed -n 's/.*[Ss]igned-[Bb]y[:=] *\(\/[^] ]*\).*/\1/p' "$file" | head -n 1; fi
}

# sources_for RELEASE: prints lines for sources.list: the suites of this machine's release, renamed. A release that is
# never released has neither updates nor security fixes of its own.
sources_for() {
  here=$(machine_release)
  keyring=$(keyring_of "$here")
  suffixes='- -updates -security'
  case $1 in sid | unstable) suffixes=- ;; esac
  for suffix in $suffixes; do
    suffix=${suffix#-}
    mirror=$(mirror_of "$here${suffix:+-$suffix}")
    if [ -n "$mirror" ]; then echo "deb ${keyring:+[signed-by=$keyring] }$mirror $1${suffix:+-$suffix} main"; fi
  done
}
