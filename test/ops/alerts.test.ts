import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { withLoom } from '../e2e/with-loom';
import { request } from '../support/http';
import { type Scrape, scrape } from '../support/metrics';
import { promtool } from '../support/promtool';

const OPS = join(__dirname, '../../ops');
const ALERTS = join(OPS, 'alerts.yaml');
const RULE_TESTS = join(__dirname, 'alerts.test.yaml');

interface Rule {
  readonly alert: string;
  readonly expr: string;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: Readonly<Record<'h' | 'w' | 'x' | 'y', number>>;
  readonly targets?: readonly { readonly expr: string }[];
}

const rules = (load(readFileSync(ALERTS, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const dashboard: { panels: Panel[] } = JSON.parse(readFileSync(join(OPS, 'grafana.json'), 'utf8'));
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** What Grafana puts in place of its variables. */
function withoutVariables(expr: string): string {
  return expr.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '5m');
}

describe('ops/alerts.yaml', () => {
  it('promtool finds no mistake', () => {
    expect(promtool(['check', 'rules', '--lint-fatal', ALERTS])).toMatchObject({ code: 0 });
  });

  it('each alert fires when it should, and not before', () => {
    expect(promtool(['test', 'rules', RULE_TESTS])).toMatchObject({ code: 0 });
  });

  it('each alert has such a test', () => {
    const tested = readFileSync(RULE_TESTS, 'utf8');
    const untested = rules.filter(
      ({ alert }) => !tested.includes(`alertname: ${alert}\n        exp_alerts:\n`),
    );
    expect(untested.map(({ alert }) => alert)).toEqual([]);
  });
});

describe('ops/grafana.json', () => {
  it('promtool parses each query', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'loom-queries-'));
    const file = join(directory, 'rules.json');
    // JSON is YAML.
    const recorded = queries.map((expr, i) => ({ record: `query:${i}`, expr: withoutVariables(expr) }));
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules: recorded }] }));
    const { code, output } = promtool(['check', 'rules', file]);
    await rm(directory, { recursive: true });
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toContain(`${queries.length} rules found`);
  });

  it('each panel has an id and a place of its own', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });
});

describe('the metrics that alerts and panels name', () => {
  const loom = withLoom({ store: 'file:' });
  let metrics: Scrape;
  beforeAll(async () => {
    await request(loom.url('/stream/one'), { method: 'POST', body: 'x' });
    metrics = await scrape(loom.url(''));
  });

  it('a server has each of them', () => {
    const named = new Set(
      [...rules.map(({ expr }) => expr), ...queries].flatMap((expr) => [...metricsIn(expr)]),
    );
    expect(named.size).toBeGreaterThan(25);
    // It is made by Prometheus itself.
    named.delete('up');
    expect([...named].filter((name) => !metrics.names.has(name))).toEqual([]);
  });

  it('every label by which they select or sum exists', () => {
    const labels = new Set(metrics.samples.flatMap((sample) => Object.keys(sample.labels)));
    const used = [...rules.map(({ expr }) => expr), ...queries].flatMap((expr) => [...labelsIn(expr)]);
    // Prometheus adds these two.
    const own = new Set(['instance', 'job', ...labels]);
    expect(used.filter((label) => !own.has(label))).toEqual([]);
  });

  it('every metric of Loom is on a panel', () => {
    const shown = queries.join(' ');
    const names = [...metrics.names].filter((name) => name.startsWith('loom_'));
    const missing = names
      .map((name) => name.replace(/_(?:bucket|sum|count)$/, ''))
      .filter((name) => !shown.includes(name));
    expect([...new Set(missing)]).toEqual([]);
  });
});

function* metricsIn(expr: string): Generator<string> {
  const bare = expr.replaceAll(/"[^"]*"/g, '').replaceAll(/\bby \([^)]*\)/g, '');
  for (const [name] of bare.matchAll(/\b(?:loom|process|nodejs)_\w+|\bup\b/g)) yield name;
}

function* labelsIn(expr: string): Generator<string> {
  for (const [, list = ''] of expr.matchAll(/\bby \(([^)]*)\)/g)) yield* list.split(/,\s*/);
  for (const [label] of expr.matchAll(/\w+(?=(?:=~|!~|!=|=)")/g)) yield label;
}
