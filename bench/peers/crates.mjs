/** Peers of crates.io, in the versions that were measured, and the program of each. */
export const CRATES = [
  { crate: 'durable-streams', version: '0.1.5', program: 'durable-streams-server' },
  { crate: 's2-lite', version: '0.43.4', program: 'server' },
];
