// Assembles the WebAssembly of src into the sources beside it. With --check it writes nothing and fails if one differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import loadWabt from 'wabt';

const MODULES = [
  { path: 'core/lines/line-scanner', name: 'LINE_SCANNER_WASM', what: 'line scanner' },
  { path: 'http/json/line-encoder', name: 'LINE_ENCODER_WASM', what: 'line encoder' },
];

const wabt = await loadWabt();
for (const { path, name, what } of MODULES) {
  const file = fileURLToPath(new URL(`../src/${path}`, import.meta.url));
  const text = render(`${file}.wat`, path.split('/').at(-1), name, what);
  const target = `${file}-wasm.ts`;
  if (!process.argv.includes('--check')) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) {
    console.error(`${target} differs from its .wat. Run: node scripts/webassembly.mjs`);
    process.exitCode = 1;
  }
}

function render(source, base, name, what) {
  const assembled = wabt.parseWat(source, readFileSync(source, 'utf8'), { simd: true });
  assembled.validate();
  const base64 = Buffer.from(assembled.toBinary({}).buffer).toString('base64');
  const rows = base64.match(/.{1,100}/g).map((row) => `  '${row}',\n`);
  return `// Generated from ${base}.wat by \`node scripts/webassembly.mjs\`.

/** The WebAssembly module of the ${what}, in base64. */
export const ${name} = [
${rows.join('')}].join('');
`;
}
