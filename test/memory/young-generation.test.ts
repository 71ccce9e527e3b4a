import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const REGISTER = join(__dirname, '../support/register-typescript.cjs');
const MODULE = join(__dirname, '../../src/memory/young-generation');

/** Allocates much that survives, as the loading of modules does. @returns how large the young generation has become, in MiB */
function youngMiB(first: string): number {
  const script = `
    require('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
    ${first}
    const kept = [];
    for (let i = 0; i < 300_000; i += 1) kept.push({ i, text: 'text ' + i });
    const young = require('node:v8').getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
    process.stdout.write(String(young.space_size / 1024 / 1024));`;
  return Number(execFileSync(process.execPath, ['--require', REGISTER, '--eval', script]));
}

it('the young generation stays small until it may grow', () => {
  const grow = `require(${JSON.stringify(MODULE)}).letYoungGenerationGrow();`;
  expect(youngMiB('')).toBeLessThan(youngMiB(grow) / 3);
});
