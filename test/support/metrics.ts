import { eventually } from '../faults/eventually';
import { request } from './http';

type Labels = Readonly<Record<string, string>>;

/** One line of `/metrics`. */
interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

const SAMPLE = /^(\w+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** What `/metrics` had at one moment. */
export class Scrape {
  readonly samples: readonly Sample[];

  constructor(readonly text: string) {
    this.samples = text.split('\n').flatMap((line) => {
      const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
      if (name === undefined || value === undefined) return [];
      const pairs = [...labels.matchAll(LABEL)].map(([, key = '', text = '']) => [key, text]);
      return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
    });
  }

  /** The sum of the samples of a metric that have these labels, and perhaps more. 0 if there are none. */
  sum(name: string, labels: Labels = {}): number {
    return this.#matching(name, labels).reduce((sum, { value }) => sum + value, 0);
  }

  /** The only sample with these labels. @throws if there is none, or more than one */
  value(name: string, labels: Labels = {}): number {
    const [one, ...more] = this.#matching(name, labels);
    if (one === undefined || more.length > 0)
      throw new Error(`there are ${more.length + (one ? 1 : 0)} samples of ${name}${JSON.stringify(labels)}`);
    return one.value;
  }

  has(name: string, labels: Labels = {}): boolean {
    return this.#matching(name, labels).length > 0;
  }

  get names(): ReadonlySet<string> {
    return new Set(this.samples.map(({ name }) => name));
  }

  #matching(name: string, labels: Labels): readonly Sample[] {
    return this.samples.filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
  }
}

/** @param url of the server, or of a port for metrics alone */
export async function scrape(url: string, headers: Labels = {}): Promise<Scrape> {
  const { status, text } = await request(`${url}/metrics`, { headers });
  if (status !== 200) throw new Error(`/metrics is answered with ${status}: ${text}`);
  return new Scrape(text);
}

/** Scrapes until a condition holds. @returns the scrape for which it does */
export async function scrapeUntil(
  url: string,
  what: string,
  isSo: (metrics: Scrape) => boolean,
): Promise<Scrape> {
  let last: Scrape | undefined;
  await eventually(what, async () => {
    last = await scrape(url);
    return isSo(last);
  });
  if (last === undefined) throw new Error('there was no scrape');
  return last;
}
