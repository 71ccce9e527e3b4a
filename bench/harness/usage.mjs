import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;
const NANOSECONDS = 1e9;
const KIB_PER_MIB = 1024;

/** CPU seconds, and MiB that are and at most were resident, of the processes and of all that they started. */
export function usageOf(pids) {
  const total = { cpu: 0, rss: 0, peak: 0 };
  for (const pid of withDescendants(pids)) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      total.cpu += cpuSeconds(pid);
      total.rss += mebibytes(status, 'VmRSS');
      total.peak += mebibytes(status, 'VmHWM');
    } catch {
      // It ended while it was looked at. The runner notices that by itself.
    }
  }
  return total;
}

/** The peak counts from here on. */
export function resetPeak(pids) {
  for (const pid of withDescendants(pids)) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
    } catch {
      // A kernel without it, or a process of somebody else: the peak is then that since its start.
    }
  }
}

/** Run time of all threads in nanoseconds where the kernel has it; with ticks of a hundredth of a second, which know the threads that have ended. */
function cpuSeconds(pid) {
  return Math.max(runTime(pid), ticks(pid));
}

function runTime(pid) {
  try {
    const runTimes = readdirSync(`/proc/${pid}/task`).map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    );
    return runTimes.reduce((sum, time) => sum + time, 0) / NANOSECONDS;
  } catch {
    return 0;
  }
}

function ticks(pid) {
  const [user, system] = statFields(pid).slice(11, 13);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

function mebibytes(status, field) {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / KIB_PER_MIB;
}

function withDescendants(pids) {
  const children = childrenByParent();
  const found = new Set();
  const queue = [...pids];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    if (found.has(pid)) continue;
    found.add(pid);
    queue.push(...(children.get(pid) ?? []));
  }
  return found;
}

function childrenByParent() {
  const children = new Map();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(statFields(entry)[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // It ended between the listing and the look.
    }
  }
  return children;
}

/** The fields from the state on: the name before it may hold blanks and parentheses. */
function statFields(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
