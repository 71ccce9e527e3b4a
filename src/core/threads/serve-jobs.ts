import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { ThreadMessage } from './thread-message';

/** Threads yield the processor to the event loop: appends and live reads wait for that. */
const NICE = 10;

/**
 * Runs the jobs of a `ThreadPool`, in the thread that it started.
 * @param movedOf what of an answer moves without a copy
 */
export function serveJobs<Job, Answer>(
  run: (job: Job) => Answer,
  movedOf: (answer: Answer) => readonly ArrayBuffer[] = () => [],
): void {
  lowerPriority();
  const send = (message: ThreadMessage<Answer>, moved: readonly ArrayBuffer[] = []): void =>
    parentPort?.postMessage(message, moved);
  parentPort?.on('message', (job: Job) => {
    const answer = run(job);
    send({ kind: 'answer', answer }, movedOf(answer));
  });
  send({ kind: 'ready' });
}

/** Linux has a priority per thread. Elsewhere this would be that of the whole process. */
function lowerPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, NICE);
  } catch {
    // A sandbox may forbid it. The threads then compete with the event loop.
  }
}
