#!/bin/sh
# usage: pnpm.sh VERSION [ALGORITHM.HEX]
# Installs pnpm at an exact version with the npm of the image: no corepack, whose keys and prompts age.
# npm checks the registry's integrity; the checksum is the one that packageManager asks for.
set -eu
cd /tmp
# A connection that stalls is given up after half a minute, where npm itself waits for five; npm's cache is shared
# with builds that may empty it meanwhile, so a failure is tried again.
pack() { npm pack --loglevel=error --fetch-timeout=30000 --fetch-retries=4 --fetch-retry-mintimeout=1000 "pnpm@$1"; }
archive=$(pack "$1" || pack "$1" || pack "$1")
if [ -n "${2-}" ]; then
    node -e '
      const [file, expected] = process.argv.slice(1);
      const [algorithm, wanted] = expected.split(".");
      const found = require("crypto").createHash(algorithm).update(require("fs").readFileSync(file)).digest("hex");
      if (found !== wanted) {
        console.error(`pnpm has the ${algorithm} checksum ${found}, packageManager asks for ${wanted}`);
        process.exit(1);
      }' "$archive" "$2"
fi
npm install --global --force --no-fund --no-audit --no-update-notifier "./$archive"
rm -f "$archive"
