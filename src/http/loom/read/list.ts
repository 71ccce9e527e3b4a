import { isLogError } from '../../../core/log/errors';
import type { LogState } from '../../../core/log/log';
import type { ListPage, ListQuery } from '../../../core/store/list-query';
import type { LogStore } from '../../../core/store/store';
import { authorize, restrictPrefix } from '../../access/authorize';
import { RequestError } from '../../errors/request-error';
import { assertKnownParameters, singleParameter } from '../../front/query';
import type { WholeContext } from '../../front/routes';
import type { WireContext } from '../../front/wire';
import { vary } from '../../headers/vary';
import { jsonList } from '../../json/json-list';
import { signalUntilClosed } from '../../live/consumers';
import { setCompressibleJson } from './compressible-json';
import { toListEntry } from './list-entry';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;
const PARAMETERS = ['limit', 'cursor', 'prefix', 'state'];
const STATES: readonly LogState[] = ['open', 'interrupted', 'closed'];

/** `GET /stream`: newest first, a page at a time. */
export async function sendList(ctx: WholeContext, { store }: WireContext): Promise<void> {
  const access = authorize(ctx.state.request, 'consume');
  assertKnownParameters(ctx.state.request.query, PARAMETERS);
  const query = parseListQuery(ctx.state.request.query, access.prefix);
  const signal = signalUntilClosed(ctx.res);
  const { logs, next = null } = await page(store, query, signal);
  const streams = await jsonList(logs, toListEntry, signal);
  ctx.set({ 'Cache-Control': 'no-store', Vary: vary(ctx.res, 'Accept') });
  const end = `,"next":${JSON.stringify(next)}}\n`;
  await setCompressibleJson(ctx, Buffer.concat([Buffer.from('{"streams":'), ...streams, Buffer.from(end)]));
}

async function page(store: LogStore, query: ListQuery, signal: AbortSignal): Promise<ListPage> {
  try {
    return await store.list(query, signal);
  } catch (error) {
    if (isLogError(error, 'LOG_ID_INVALID')) throw new RequestError('PARAMETER_INVALID', error.message);
    throw error;
  }
}

function parseListQuery(query: URLSearchParams, reach: string): ListQuery {
  const cursor = singleParameter(query, 'cursor');
  const prefix = restrictPrefix(singleParameter(query, 'prefix') ?? '', reach);
  const state = parseState(singleParameter(query, 'state'));
  return {
    limit: parseLimit(singleParameter(query, 'limit')),
    ...(cursor !== undefined && { cursor }),
    ...(prefix !== '' && { prefix }),
    ...(state !== undefined && { state }),
  };
}

function parseLimit(raw: string | undefined): number {
  if (raw === undefined) return LIMIT_DEFAULT;
  const limit = /^\d{1,4}$/.test(raw) ? Number(raw) : 0;
  if (limit < 1 || limit > LIMIT_MAX)
    throw new RequestError('PARAMETER_INVALID', `limit must be 1 to ${LIMIT_MAX}`);
  return limit;
}

function parseState(raw: string | undefined): LogState | undefined {
  const state = STATES.find((known) => known === raw);
  if (raw !== undefined && state === undefined) {
    throw new RequestError('PARAMETER_INVALID', `state must be one of ${STATES.join(', ')}`);
  }
  return state;
}
