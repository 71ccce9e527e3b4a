import { readFileSync, writeFileSync } from 'node:fs';

/** Bytes of RAM that a process has right now. */
export function residentBytes(pid: number): number {
  return statusField(pid, 'VmRSS');
}

/** The most that it has had since it started, or since `forgetPeak`. */
export function peakBytes(pid: number): number {
  return statusField(pid, 'VmHWM');
}

/** Begins a new measurement of the peak (proc(5), `clear_refs`). */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function statusField(pid: number, name: string): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(
    readFileSync(`/proc/${pid}/status`, 'utf8'),
  )?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} has no ${name}`);
  return Number(kilobytes) * 1024;
}
