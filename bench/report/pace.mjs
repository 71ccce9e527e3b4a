import { median } from '../harness/statistics.mjs';
import { short } from './number.mjs';

/** What a small request to a bare server in Node took: medians of the rounds. */
export function paceOf(paces) {
  const [cpu, time] = ['cpu', 'time'].map((what) => short(median(paces.map((pace) => pace[what]))));
  return `${cpu} µs of CPU, ${time} µs of time`;
}
