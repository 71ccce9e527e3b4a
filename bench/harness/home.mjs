import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This folder, `bench`. */
export const BENCH = fileURLToPath(new URL('..', import.meta.url));

/** Everything that is built, installed or stored for a run lies here, outside the repository. */
export const HOME = process.env.BENCH_HOME ?? join(tmpdir(), 'loom-bench');

/** Where `npm run bench:peers` installs the peers that come from npm. */
export const PEERS = join(HOME, 'peers');

/** Where it installs other ways to show a log. */
export const VIEWERS = join(HOME, 'viewers');

/** Where it installs peers that are programs, and where others are looked for. */
export const PROGRAMS = join(HOME, 'programs');

/** @returns the path of one of them */
export const programOfPeer = (name) => join(PROGRAMS, 'bin', name);
