import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { NODE_24 } from './node-24.mjs';

const GIB = 1024 ** 3;

/** What a figure depends on beside the code. It names no host. */
export function describeMachine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / GIB),
    kernel: `${type()} ${release()}`,
    node: process.version,
    node24: versionOf(NODE_24, ['--version'], /^(v[\d.]+)/),
    redis: versionOf('redis-server', ['--version'], /v=([\d.]+)/),
    nginx: versionOf('nginx', ['-v'], /nginx\/([\d.]+)/),
    nats: versionOf('nats-server', ['--version'], /v([\d.]+)/),
    gcc: versionOf('gcc', ['-dumpfullversion'], /([\d.]+)/),
  };
}

/** `git describe` of the code that was measured; a `-dirty` at its end says that it was not as committed. */
export function describeCommit(folder) {
  return output('git', ['-C', folder, 'describe', '--always', '--dirty', '--abbrev=12'])?.trim();
}

function versionOf(command, args, pattern) {
  return pattern.exec(output(command, args) ?? '')?.[1];
}

function output(command, args) {
  try {
    // nginx says its version on stderr.
    return execFileSync('sh', ['-c', '"$0" "$@" 2>&1', command, ...args], { encoding: 'utf8' });
  } catch {
    // It is not installed, or this is no clone: then there is no version to tell.
    return undefined;
  }
}
