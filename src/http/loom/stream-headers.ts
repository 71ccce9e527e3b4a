import type { LogInfo } from '../../core/log';
import type { Headers } from '../content-headers';
import { streamState } from '../stream-state';
import { renderMetadata } from './metadata-header';

/** What every answer about a stream carries, whatever its body. By the generation, who resumes notices that it was replaced. */
export function streamHeaders(info: LogInfo): Headers {
  const state = { 'X-Stream-State': streamState(info), 'X-Stream-Generation': info.generation };
  return info.metadata === undefined
    ? state
    : { ...state, 'X-Stream-Metadata': renderMetadata(info.metadata) };
}
