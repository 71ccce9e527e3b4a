import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBench } from './run-bench';

/** A fiftieth of the real log. */
const SMALL = ['--targets', 'loom', '--scale', '0.02', '--rounds', '1'];
/** It bounds a hang: beside other suites the work takes many times as long as alone. */
const SMOKE_MS = 600_000;
const FIGURES = [
  ...['firstLine', 'lastLine', 'loadCpu', 'sent', 'frame', 'rows', 'elements', 'heap', 'memory'],
  ...['search', 'script', 'link', 'lag'],
];

interface Figure {
  readonly figure: string;
  readonly value?: number;
}

describe('the benchmark of viewers', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loom-bench-web-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it(
    'the page of a log shows the first line, the last one and the match of a search, and scrolls',
    async () => {
      const json = join(folder, 'web.json');
      await runBench('web.mjs', '--json', json, ...SMALL);
      const { figures, wrong }: { figures: Figure[]; wrong: unknown[] } = JSON.parse(
        readFileSync(json, 'utf8'),
      );
      expect(wrong).toEqual([]);
      expect(figures.map(({ figure }) => figure)).toEqual(FIGURES);
      expect(figures.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
    },
    SMOKE_MS,
  );
});
