// usage: node budget.cjs BYTES ROOT
// Fails when the files below ROOT take more than BYTES, and names the directories that take the most.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [limitText, root] = process.argv.slice(2);
const limit = Number(limitText);
const seen = new Set();
const sizes = new Map();

function measure(directory) {
  let total = 0;
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) {
      total += measure(file);
    } else if (entry.isFile()) {
      const stat = fs.lstatSync(file);
      // A file with several names is stored once.
      if (stat.nlink > 1 && seen.has(stat.ino)) continue;
      seen.add(stat.ino);
      total += stat.size;
    }
  }
  sizes.set(directory, total);
  return total;
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const total = measure(root);
if (total > limit) {
  console.error(`the image holds ${megabytes(total)}, max_size allows ${megabytes(limit)}; the largest directories:`);
  // A directory that is nearly all one child's says nothing of its own.
  const largestChild = new Map();
  for (const [directory, size] of sizes) {
    const parent = path.dirname(directory);
    largestChild.set(parent, Math.max(largestChild.get(parent) ?? 0, size));
  }
  const telling = [...sizes].filter(
    ([directory, size]) => directory !== root && (largestChild.get(directory) ?? 0) <= size * 0.8,
  );
  telling.sort((a, b) => b[1] - a[1]);
  for (const [directory, size] of telling.slice(0, 10)) {
    console.error(`${megabytes(size).padStart(10)}  /${path.relative(root, directory)}`);
  }
  process.exit(1);
}
