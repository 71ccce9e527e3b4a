import { request } from '../shell/api';
import { textOf } from '../shell/body-text';
import { type ConnectionReports, keepConnected } from '../shell/reconnect';
import { JsonLines } from './json-lines';
import type { SpyObject } from './spy-line';

/** What the page learns of the live streams. */
export interface SpyReports extends ConnectionReports {
  connected(): void;
  objects(objects: readonly SpyObject[]): void;
}

/** Follows all live streams whose id begins with `prefix`, until the signal aborts or the server refuses. */
export function followSpy(prefix: string, reports: SpyReports, signal: AbortSignal): Promise<void> {
  const query = new URLSearchParams(prefix === '' ? {} : { prefix });
  const headers = { Accept: 'application/x-ndjson' };
  const connect = async (isUp: () => void): Promise<void> => {
    const response = await request(`spy?${query}`, { headers, signal });
    isUp();
    reports.connected();
    const lines = new JsonLines<SpyObject>();
    for await (const text of textOf(response)) reports.objects(lines.add(text));
  };
  return keepConnected(connect, reports, signal);
}
