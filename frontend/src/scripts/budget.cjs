// usage: node budget.cjs ROOT REPORT
// Measures the files below ROOT and writes {"total": BYTES, "largest": [[PATH, BYTES], …]} to REPORT.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [root, report] = process.argv.slice(2);
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

const total = measure(root);
// A directory that is nearly all one child's says nothing of its own.
const largestChild = new Map();
for (const [directory, size] of sizes) {
  const parent = path.dirname(directory);
  largestChild.set(parent, Math.max(largestChild.get(parent) ?? 0, size));
}
const largest = [...sizes]
  .filter(([directory, size]) => directory !== root && (largestChild.get(directory) ?? 0) <= size * 0.8)
  .sort((a, b) => b[1] - a[1])
  .slice(0, 10)
  .map(([directory, size]) => [`/${path.relative(root, directory)}`, size]);
fs.writeFileSync(report, JSON.stringify({ total, largest }));
