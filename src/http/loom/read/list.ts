import type { RouterContext } from '@koa/router';
import { isLogError } from '../../../core/log/errors';
import type { LogState } from '../../../core/log/log';
import type { ListPage, ListQuery, LogStore } from '../../../core/store/store';
import { RequestError } from '../../errors/request-error';
import { authorize, restrictPrefix } from '../../front/access';
import { jsonList } from '../../front/json-list';
import type { WireContext } from '../../front/protocol';
import { signalOfClient } from '../../live/client-signal';
import { toListEntry } from './list-entry';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;
const STATES: readonly LogState[] = ['open', 'interrupted', 'closed'];

/** `GET /stream`: newest first, a page at a time. */
export async function list(ctx: RouterContext, { store }: WireContext): Promise<void> {
  const access = authorize(ctx, 'consume');
  const query = parseListQuery(ctx, access.prefix);
  const signal = signalOfClient(ctx.res);
  const { logs, next = null } = await page(store, query, signal);
  const streams = await jsonList(logs, toListEntry, signal);
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Content-Type', 'application/json');
  const end = `,"next":${JSON.stringify(next)}}\n`;
  ctx.body = Buffer.concat([Buffer.from('{"streams":'), ...streams, Buffer.from(end)]);
}

async function page(store: LogStore, query: ListQuery, signal: AbortSignal): Promise<ListPage> {
  try {
    return await store.list(query, signal);
  } catch (error) {
    if (isLogError(error, 'LOG_ID_INVALID')) throw new RequestError('PARAMETER_INVALID', error.message);
    throw error;
  }
}

function parseListQuery(ctx: RouterContext, reach: string): ListQuery {
  const cursor = single(ctx, 'cursor');
  const prefix = restrictPrefix(single(ctx, 'prefix') ?? '', reach);
  const state = parseState(single(ctx, 'state'));
  return {
    limit: parseLimit(single(ctx, 'limit')),
    ...(cursor !== undefined && { cursor }),
    ...(prefix !== '' && { prefix }),
    ...(state !== undefined && { state }),
  };
}

function single(ctx: RouterContext, name: string): string | undefined {
  const value = ctx.query[name];
  if (Array.isArray(value)) throw new RequestError('PARAMETER_INVALID', `${name} is given more than once`);
  return value;
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
