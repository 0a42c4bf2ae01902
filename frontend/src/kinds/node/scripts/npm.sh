#!/bin/sh
# usage: npm.sh VERSION [ALGORITHM.HEX]
# Puts an exact version of npm in the place of the one in the image, which fetches it.
# npm checks the registry's integrity; the checksum is the one that packageManager asks for.
set -eu
cd /tmp
[ "$(npm --version)" != "$1" ] || exit 0
# A connection that stalls is given up after half a minute, where npm itself waits for five; its cache is shared with
# builds that may empty it meanwhile, so a failure is tried again.
pack() { npm pack --loglevel=error --fetch-timeout=30000 --fetch-retries=4 --fetch-retry-mintimeout=1000 "npm@$1"; }
archive=$(pack "$1" || pack "$1" || pack "$1")
if [ -n "${2-}" ]; then
    node -e '
      const [file, expected] = process.argv.slice(1);
      const [algorithm, wanted] = expected.split(".");
      const found = require("crypto").createHash(algorithm).update(require("fs").readFileSync(file)).digest("hex");
      if (found !== wanted) {
        console.error(`npm has the ${algorithm} checksum ${found}, packageManager asks for ${wanted}`);
        process.exit(1);
      }' "$archive" "$2"
fi
# It brings along all that it depends on, so unpacking it is an install.
bin=$(dirname "$(command -v npm)")
package=${bin%/*}/lib/node_modules/npm
mkdir "$package.new"
tar -xzof "$archive" -C "$package.new" --strip-components=1
rm -rf "$package" "$archive"
mv "$package.new" "$package"
for name in npm npx; do
    chmod 755 "$package/bin/$name-cli.js"
    ln -sf "../lib/node_modules/npm/bin/$name-cli.js" "$bin/$name"
done
npm --version
