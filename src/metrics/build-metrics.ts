import type { Metric } from './registry';

/** Which program runs. @param store its kind, such as `file` */
export function buildMetrics(version: string, store: string): readonly Metric[] {
  return [
    {
      name: 'loom_build_info',
      help: 'The version of Loom, the kind of its store, and the version of Node. The value is 1.',
      type: 'gauge',
      merge: 'max',
      collect: (emit) => emit({ version, store, node: process.version }, 1),
    },
  ];
}
