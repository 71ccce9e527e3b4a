import { type ServerResponse, validateHeaderName, validateHeaderValue } from 'node:http';
import { JSON_DEPTH_MAX, scanJson } from '../../core/json/json-scanner';
import type { CustomHeaders, HeaderValues } from '../../relay/rendezvous/rendezvous-queues';
import { actsOnOrigin } from '../headers/acts-on-origin';
import { vary } from '../headers/vary';

/** The server frames a response itself. */
const FRAMING = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Parses `{download_headers?, upload_headers?}`, or nothing. If mounted, none may act on the whole server. @throws Error */
export function parseCustomHeaders(text: string, isMounted: boolean): CustomHeaders {
  if (text === '') return { download: {}, upload: {} };
  const fields = requireObject(parseBodyJson(text), 'The body');
  const headers = {
    download: parseHeaders(fields['download_headers'], 'download_headers'),
    upload: parseHeaders(fields['upload_headers'], 'upload_headers'),
  };
  if (isMounted) assertOwnOnly({ ...headers.download, ...headers.upload });
  return headers;
}

/** A stream of another port may be used on the main port: headers that act on the server are left out there. `Vary` is merged. */
export function headersToSend(res: ServerResponse, headers: HeaderValues, isMounted: boolean): HeaderValues {
  const own = Object.entries(headers).filter(([name]) => !isMounted || !actsOnOrigin(name));
  return Object.fromEntries(
    own.map(([name, value]) => [name, name.toLowerCase() === 'vary' ? vary(res, value) : value]),
  );
}

function assertOwnOnly(headers: HeaderValues): void {
  const name = Object.keys(headers).find(actsOnOrigin);
  if (name === undefined) return;
  throw new Error(
    `The header ${name} would act on everything that this port serves. ` +
      'A stream may have it where HTTP-Rendezvous has a port of its own (the setting listeners)',
  );
}

export function parseBodyJson(text: string): unknown {
  switch (scanJson(text)) {
    case 'malformed':
      throw new Error('The body is not valid JSON');
    case 'too deep':
      throw new Error(`The body is nested more than ${JSON_DEPTH_MAX} levels deep`);
    default:
      return JSON.parse(text);
  }
}

export function requireObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${what} must be a JSON object`);
  }
  return Object.fromEntries(Object.entries(value));
}

function parseHeaders(raw: unknown, what: string): HeaderValues {
  if (raw === undefined || raw === null) return {};
  const headers: [string, string][] = [];
  for (const [name, value] of Object.entries(requireObject(raw, what))) {
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new Error(`${what}: the value of a header must be a string`);
    }
    const text = String(value);
    assertName(name);
    assertValue(name, text);
    if (!FRAMING.has(name.toLowerCase())) headers.push([name, text]);
  }
  return Object.fromEntries(headers);
}

function assertName(name: string): void {
  try {
    validateHeaderName(name);
  } catch {
    // The original's words.
    throw new Error(`Not a valid HTTP header name: ${name}`);
  }
}

function assertValue(name: string, value: string): void {
  try {
    validateHeaderValue(name, value);
  } catch {
    throw new Error(`Not a valid value of the HTTP header ${name}`);
  }
}
