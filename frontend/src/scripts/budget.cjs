// usage: node budget.cjs REPORT DIRECTORY=PATH...
// Measures the files below each DIRECTORY, which is PATH of the image, and writes {"total": BYTES, "largest": [[PATH, BYTES], …]} to REPORT.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const [report, ...pairs] = process.argv.slice(2);
const roots = pairs.map((pair) => pair.split('='));
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

const total = roots.reduce((sum, [directory]) => sum + measure(directory), 0);
// A directory that is nearly all one child's says nothing of its own.
const largestChild = new Map();
for (const [directory, size] of sizes) {
  const parent = path.dirname(directory);
  largestChild.set(parent, Math.max(largestChild.get(parent) ?? 0, size));
}
const inImage = (file) => {
  const [directory, place] = roots.find(([directory]) => `${file}/`.startsWith(`${directory}/`));
  return path.join(place, path.relative(directory, file));
};
const largest = [...sizes]
  .map(([directory, size]) => [directory, inImage(directory), size])
  .filter(([directory, place, size]) => place !== '/' && (largestChild.get(directory) ?? 0) <= size * 0.8)
  .sort((a, b) => b[2] - a[2])
  .slice(0, 10)
  .map(([, place, size]) => [place, size]);
fs.writeFileSync(report, JSON.stringify({ total, largest }));
