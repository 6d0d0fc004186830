# Brings what a fresh checkout lacks: a Node new enough, and the dependencies. Sourced, never run.
# Sets NODE. Warm, it forks nothing: two file tests and one read.
KW_NODE_VERSION=24.21.0
kw_say() { printf 'keyward: %s\n' "$1" >&2; }

# 24.15 is the first Node whose built-in SQLite prints no warning; `engines` says the same.
kw_new_enough() {
  case "$1" in
    v2[5-9].*|v[3-9][0-9].*) return 0 ;;
    v24.1[5-9].*|v24.[2-9][0-9].*) return 0 ;;
    *) return 1 ;;
  esac
}

# Install scripts stay off: nothing that we use needs one.
kw_npm() { npm_config_ignore_scripts=true npm_config_update_notifier=false npm "$@" >&2; }

kw_find_node() {
  if command -v node >/dev/null 2>&1 && kw_new_enough "$(node --version 2>/dev/null)"; then
    command -v node
    return 0
  fi
  case "$(uname -s)" in Linux) os=linux ;; Darwin) os=darwin ;; *) return 1 ;; esac
  case "$(uname -m)" in x86_64|amd64) arch=x64 ;; aarch64|arm64) arch=arm64 ;; *) return 1 ;; esac
  bin="$KW_ROOT/.cache/node/node_modules/node-$os-$arch/bin/node"
  if [ ! -x "$bin" ]; then
    kw_say "this Node is older than 24.15; fetching Node $KW_NODE_VERSION into .cache (once, about 190 MB unpacked)"
    mkdir -p "$KW_ROOT/.cache/node"
    kw_npm install --loglevel=error --no-save --prefix "$KW_ROOT/.cache/node" "node-$os-$arch@$KW_NODE_VERSION" || return 1
  fi
  printf '%s\n' "$bin"
}

kw_bring() {
  stamp="$KW_ROOT/.cache/node-path"
  NODE=
  [ -f "$stamp" ] && read -r NODE <"$stamp"
  if [ ! -x "${NODE:-/nonexistent}" ]; then
    NODE=$(kw_find_node) || { kw_say 'no Node >= 24.15 here and none could be fetched; install one and run again'; exit 2; }
    mkdir -p "$KW_ROOT/.cache"
    printf '%s\n' "$NODE" >"$stamp"
  fi
  # npm writes this file last, so it is older than the lock exactly when an install is due.
  lock="$KW_ROOT/node_modules/.package-lock.json"
  if [ ! -f "$lock" ] || [ "$KW_ROOT/package-lock.json" -nt "$lock" ]; then
    kw_say 'installing dependencies (once)'
    # Not `npm ci`: it insists on packages for systems that we are not on, which not every registry carries.
    # The lock file still decides versions and integrity, and is not written.
    PATH="${NODE%/*}:$PATH" kw_npm install --no-save --loglevel=error --prefix "$KW_ROOT" || { kw_say 'npm install failed; see its message above'; exit 2; }
    touch "$lock"
  fi
}
