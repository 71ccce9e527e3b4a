import { validateHeaderName, validateHeaderValue } from 'node:http';
import { JSON_DEPTH_MAX, scanJson } from '../../core/json-scanner';
import type { CustomHeaders, Headers } from '../../relay/rendezvous';

/** They would break the framing of a response, which is the server's own business. */
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

/**
 * The headers that a stream's creator asks for.
 * @param text JSON `{download_headers?, upload_headers?}`, or nothing
 * @throws Error that says what is wrong
 */
export function parseCustomHeaders(text: string): CustomHeaders {
  if (text === '') return { download: {}, upload: {} };
  const fields = toObject(parseJson(text), 'The body');
  return {
    download: parseHeaders(fields['download_headers'], 'download_headers'),
    upload: parseHeaders(fields['upload_headers'], 'upload_headers'),
  };
}

export function parseJson(text: string): unknown {
  switch (scanJson(text)) {
    case 'malformed':
      throw new Error('The body is not valid JSON');
    case 'too deep':
      throw new Error(`The body is nested more than ${JSON_DEPTH_MAX} levels deep`);
    default:
      return JSON.parse(text);
  }
}

export function toObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${what} must be a JSON object`);
  }
  return Object.fromEntries(Object.entries(value));
}

function parseHeaders(raw: unknown, what: string): Headers {
  if (raw === undefined || raw === null) return {};
  const headers: [string, string][] = [];
  for (const [name, value] of Object.entries(toObject(raw, what))) {
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
