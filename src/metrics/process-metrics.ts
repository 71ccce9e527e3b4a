import { readdirSync, readFileSync } from 'node:fs';
import { uptime } from 'node:process';
import type { Metric } from './registry';

const MICROSECONDS = 1_000_000;

/** The metrics that every client of Prometheus has of its process. */
export function processMetrics(): readonly Metric[] {
  return [...processorMetrics(), ...resourceMetrics(Date.now() / 1_000 - uptime())];
}

function processorMetrics(): readonly Metric[] {
  return [
    {
      name: 'process_cpu_user_seconds_total',
      help: 'Processor time in user mode.',
      type: 'counter',
      collect: (emit) => emit({}, process.cpuUsage().user / MICROSECONDS),
    },
    {
      name: 'process_cpu_system_seconds_total',
      help: 'Processor time in the kernel.',
      type: 'counter',
      collect: (emit) => emit({}, process.cpuUsage().system / MICROSECONDS),
    },
    {
      name: 'process_cpu_seconds_total',
      help: 'Processor time in user mode and in the kernel.',
      type: 'counter',
      collect(emit) {
        const { user, system } = process.cpuUsage();
        emit({}, (user + system) / MICROSECONDS);
      },
    },
  ];
}

function resourceMetrics(startedAt: number): readonly Metric[] {
  return [
    {
      name: 'process_resident_memory_bytes',
      help: 'Resident memory.',
      type: 'gauge',
      collect: (emit) => emit({}, process.memoryUsage.rss()),
    },
    {
      name: 'process_start_time_seconds',
      help: 'When the process started, in seconds since 1970. With workers: the oldest process.',
      type: 'gauge',
      merge: 'min',
      collect: (emit) => emit({}, startedAt),
    },
    {
      name: 'process_open_fds',
      help: 'Open file descriptors.',
      type: 'gauge',
      // Absent where there is no /proc. One of them is that of the directory itself.
      collect: (emit) => emit({}, readdirSync('/proc/self/fd').length - 1),
    },
    {
      name: 'process_max_fds',
      help: 'The most file descriptors that may be open.',
      type: 'gauge',
      collect: (emit) => emit({}, openFilesMax()),
    },
  ];
}

/** @throws Error where there is no /proc, or no limit */
function openFilesMax(): number {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  if (soft === undefined) throw new Error('There is no limit of open files');
  return Number(soft);
}
