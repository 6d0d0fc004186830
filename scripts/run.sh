#!/bin/sh
# Every `npm run` verb: brings Node and the dependencies first, so that it works in a fresh checkout.
set -eu
KW_ROOT=$(CDPATH= cd -- "${0%/*}/.." && pwd -P)
. "$KW_ROOT/scripts/bring.sh"
kw_bring
cd "$KW_ROOT"
PATH="${NODE%/*}:$KW_ROOT/node_modules/.bin:$PATH"
export PATH
verb=$1
shift
case "$verb" in
  types) exec tsc --noEmit "$@" ;;
  lint) exec oxlint --type-aware --deny-warnings "$@" ;;
  format) exec oxfmt "$@" ;;
  # Without arguments all that CI runs; with some, those tests only.
  test|check)
    if [ $# -eq 0 ]; then
      echo 'format' && oxfmt --check
      echo 'lint' && oxlint --type-aware --deny-warnings
      echo 'types' && tsc --noEmit
    fi
    exec vitest run "$@"
    ;;
  test:deep) KEYWARD_DEEP=1 exec vitest run "$@" ;;
  coverage) exec vitest run --coverage "$@" ;;
  bench) exec node bench/main.ts "$@" ;;
  build) exec node scripts/build.ts "$@" ;;
  servers) exec node scripts/servers.ts "$@" ;;
  generate) exec node scripts/generate.ts "$@" ;;
  new) exec node scripts/new.ts "$@" ;;
  *) echo "run.sh: no verb $verb" >&2; exit 2 ;;
esac
