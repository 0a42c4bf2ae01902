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
# Where nothing else is to be installed or run with it, unpacking it is an install, for which npm takes seconds. It goes
# to npm's own programs, which are where a shell looks for them. Prints a program and its file, a line each.
programs=$(tar -xzOf "$archive" package/package.json 2>/dev/null | node -e '
  const { bin, dependencies, optionalDependencies, scripts } = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const runs = ["preinstall", "install", "postinstall"].some((name) => scripts?.[name]);
  if (runs || Object.keys({ ...dependencies, ...optionalDependencies }).length > 0) process.exit(1);
  for (const [name, file] of Object.entries(bin)) console.log(name, file);' 2>/dev/null || true)
if [ -n "$programs" ]; then
    bin=$(dirname "$(command -v npm)")
    package=${bin%/*}/lib/node_modules/pnpm
    rm -rf "$package"
    mkdir -p "$package"
    tar -xzof "$archive" -C "$package" --strip-components=1
    echo "$programs" | while read -r name file; do
        chmod 755 "$package/$file"
        ln -sf "$package/$file" "$bin/$name"
    done
else
    npm install --global --force --no-fund --no-audit --no-update-notifier "./$archive"
fi
rm -f "$archive"
