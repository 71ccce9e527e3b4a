import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { PYTHON } from './find-python';

/** Where `import loom_client` finds it. */
export const FOLDER = path.join(__dirname, '../../clients/python');

/** What every program begins with. `result` prints a value, and `kill` waits until the test has done something. */
const headFor = (url: string): string => `
import json, sys
from loom_client import Loom, LoomError
loom = Loom("${url}")
def result(value):
    print("result " + json.dumps(value), flush=True)
def kill():
    print("kill", flush=True)
    sys.stdin.readline()
`;

/** Runs a program with the client for Python. @param onKill done while `kill` waits @returns its results @throws if it fails */
export async function runPython(
  url: string,
  program: string,
  onKill: () => Promise<void> = async () => {},
): Promise<unknown[]> {
  if (PYTHON === undefined) throw new Error('there is no Python with httpx');
  const env = { ...process.env, PYTHONPATH: FOLDER, PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(PYTHON, ['-c', headFor(url) + program], { env });
  const results: unknown[] = [];
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'kill') void onKill().then(() => child.stdin.write('\n'));
    else results.push(JSON.parse(line.slice('result '.length)));
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the program failed:\n${stderr}`);
  return results;
}
