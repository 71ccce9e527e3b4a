import { execFileSync } from 'node:child_process';

/** Whether a program is there. A test of a shell is skipped without it: Debian's packages are bash, zsh, fish and man-db. */
export function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** `it`, or one that is skipped and says why. */
export function itWith(program: string): (title: string, test: () => Promise<void>) => void {
  return has(program)
    ? (title, test) => it(title, test)
    : (title, test) => it.skip(`${title} (${program} is not installed)`, test);
}
