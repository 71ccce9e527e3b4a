import type { LogInfo } from '../../../core/log/log';
import { stateObject } from '../read/state-object';

/** How a stream ended, or that it has not, in words of the server alone. */
export function outcomeWords(info: LogInfo): string {
  if (info.state === 'open') return 'running';
  if (info.state === 'interrupted') return 'interrupted';
  if (info.outcome?.kind !== 'complete') return 'aborted';
  const { exitCode, signal } = commandEnd(info);
  if (signal !== undefined) return `ended by ${signal}`;
  if (exitCode === undefined) return 'complete';
  return exitCode === 0 ? 'passed' : `failed with exit code ${exitCode}`;
}

/** Anyone who may write a stream may write its metadata: only what `stream run` writes counts. */
function commandEnd(info: LogInfo): { readonly exitCode?: number; readonly signal?: string } {
  const { exitCode, signal } = { exitCode: undefined, signal: undefined, ...stateObject(info) };
  return {
    ...(Number.isInteger(exitCode) && { exitCode: Number(exitCode) }),
    ...(typeof signal === 'string' && /^SIG[A-Z\d]{1,10}$/.test(signal) && { signal }),
  };
}
