import { spawnSync } from 'node:child_process';

/** Runs promtool, which Debian has in the package prometheus. @returns its exit code and all that it printed */
export function promtool(args: readonly string[], input = ''): { code: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  if (error !== undefined) throw new Error(`promtool does not run (npm run test:tools): ${error.message}`);
  return { code: status, output: stdout + stderr };
}
