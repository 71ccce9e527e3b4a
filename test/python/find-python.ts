import { execFileSync } from 'node:child_process';

/** A Python that has httpx: `$PYTHON`, the one of the user or that of the system. Debian has httpx as `python3-httpx`. */
export const PYTHON = [process.env['PYTHON'] ?? 'python3', '/usr/bin/python3'].find(hasHttpx);
if (PYTHON === undefined) process.emitWarning('The client for Python is not tested: no python3 has httpx');

/** `it` where there is such a Python, and `it.skip` elsewhere. */
export const inPython = PYTHON === undefined ? it.skip : it;

function hasHttpx(program: string): boolean {
  try {
    execFileSync(program, ['-c', 'import httpx'], { stdio: 'ignore' });
    return true;
  } catch {
    // There is no such program, or it lacks httpx.
    return false;
  }
}
