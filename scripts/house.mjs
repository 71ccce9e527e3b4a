// Prints how the code measures: sizes of files, functions and folders, names that are declared twice, words of comments, and
// imports between rooms. CONTRIBUTING.md says which figure each should keep.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureScript } from './house/measure-script.mjs';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));
const FOLDERS_SHOWN = 5;
const WORDS = {
  'tell, hear, stand, let go, look after':
    /\b(?:tell(?:s|ing)?|told|hear(?:s|d|ing)?|stand(?:s|ing)?|stood|let(?:s|ting)? go|look(?:s|ed|ing)? after)\b/gi,
  'who, whoever, nobody, somebody': /\b(?:who|whom|whoever|nobody|somebody)\b/gi,
};

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => /\.(?:ts|lua)$/.test(file))
  .sort()
  .map((file) => ({ file, ...measure(file, readFileSync(path.join(SRC, file))) }));
const comments = sources.flatMap((source) => source.comments).join('\n');

printSum();
printSizes(
  'lines per file',
  sources.map(({ file, lines }) => ({ name: file, size: lines })),
);
printSizes(
  'lines per function',
  sources.flatMap(({ file, functions }) =>
    functions.map(({ name, lines }) => ({ name: `${file} ${name}`, size: lines })),
  ),
);
printFolders();
printTwice('type names declared twice', 'types');
printTwice('function names declared twice', 'functionNames');
for (const [name, family] of Object.entries(WORDS)) printFrequency(name, family);
printArrows('storage/redis');
printArrows('relay');
printArrows('http');

function measure(file, bytes) {
  const lines = bytes.toString().split('\n').length - 1;
  if (file.endsWith('.ts')) return { lines, ...measureScript(bytes) };
  const luaComments = [...bytes.toString().matchAll(/--\[\[([\s\S]*?)\]\]|--(.*)$/gm)];
  const texts = luaComments.map(([, block, line]) => block ?? line);
  return { lines, comments: texts, functions: [], types: [], functionNames: [], imports: [] };
}

function print(name, value) {
  console.log(`${name.padEnd(40)} ${value}`);
}

function printSum() {
  print(
    'lines in src',
    sources.reduce((sum, { lines }) => sum + lines, 0),
  );
}

function printSizes(name, all) {
  const sorted = all.toSorted((a, b) => a.size - b.size);
  const [median, p90] = [0.5, 0.9].map((share) => sorted[Math.floor(share * (sorted.length - 1))].size);
  const largest = sorted.at(-1);
  print(name, `median ${median}, p90 ${p90}, max ${largest.size} (${largest.name}), of ${all.length}`);
}

function printFolders() {
  const largest = [...countFolders()].sort(([, a], [, b]) => b - a).slice(0, FOLDERS_SHOWN);
  print('files per folder, the largest', largest.map(([folder, count]) => `${folder} ${count}`).join(', '));
}

function countFolders() {
  const counts = new Map();
  for (const { file } of sources) {
    const folder = path.posix.dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return counts;
}

function printTwice(name, kind) {
  const files = new Map();
  // The same function for browsers, which the package puts in its place, is no second one.
  for (const source of sources)
    if (!source.file.endsWith('.browser.ts'))
      for (const one of new Set(source[kind])) files.set(one, [...(files.get(one) ?? []), source.file]);
  const twice = [...files].filter(([, places]) => places.length > 1);
  print(name, `${twice.length} of ${files.size}`);
  for (const [one, places] of twice) console.log(`    ${one}: ${places.join(', ')}`);
}

function printFrequency(name, family) {
  const words = comments.match(/[\p{L}'’]+/gu).length;
  const count = comments.match(family)?.length ?? 0;
  print(name, `${((1_000 * count) / words).toFixed(2)} per 1,000 words of comment (${count} of ${words})`);
}

/** The imports between the folders of a room, each pair of folders once. */
function printArrows(room) {
  const arrows = new Set();
  for (const { file, imports } of sources.filter(({ file }) => file.startsWith(`${room}/`))) {
    const from = path.posix.dirname(file);
    for (const specifier of imports.filter((one) => one.startsWith('.'))) {
      const target = path.posix.join(from, specifier);
      const isFolder = sources.some(({ file }) => file === `${target}/index.ts`);
      const to = isFolder ? target : path.posix.dirname(target);
      if (to !== from && `${to}/`.startsWith(`${room}/`)) arrows.add(`${from} ${to}`);
    }
  }
  print(`arrows inside ${room}`, arrows.size);
}
