// Assembles src/core/lines/line-scanner.wat into the source beside it. With --check it writes nothing and fails if that differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import loadWabt from 'wabt';

const SOURCE = fileURLToPath(new URL('../src/core/lines/line-scanner.wat', import.meta.url));
const TARGET = fileURLToPath(new URL('../src/core/lines/line-scanner-wasm.ts', import.meta.url));

const wabt = await loadWabt();
const assembled = wabt.parseWat(SOURCE, readFileSync(SOURCE, 'utf8'), { simd: true });
assembled.validate();
const base64 = Buffer.from(assembled.toBinary({}).buffer).toString('base64');
const rows = base64.match(/.{1,100}/g).map((row) => `  '${row}',\n`);
const text = `// Generated from line-scanner.wat by \`node scripts/line-scanner.mjs\`.

/** The WebAssembly module of the line scanner, in base64. */
export const LINE_SCANNER_WASM = [
${rows.join('')}].join('');
`;

if (!process.argv.includes('--check')) writeFileSync(TARGET, text);
else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error('line-scanner-wasm.ts differs from line-scanner.wat. Run: node scripts/line-scanner.mjs');
  process.exitCode = 1;
}
