/** The wires, as the label `wire` names them. `none`: no wire has the path, or the request is malformed. */
export const WIRE_NAMES = [
  'loom',
  'durable',
  'matches',
  'spy',
  'events',
  'gitlab',
  'about',
  'health',
  'metrics',
  'pages',
  'rendezvous',
  'httpipe',
  'cama',
  'packets',
  'none',
] as const;

/** The name of a wire in the metrics. */
export type WireName = (typeof WIRE_NAMES)[number];

/** The wires that store bytes in streams. */
export const STORING_WIRES: readonly WireName[] = ['loom', 'durable', 'gitlab'];

/** The wires that deliver bytes of streams. */
export const DELIVERING_WIRES: readonly WireName[] = ['loom', 'durable', 'spy'];
