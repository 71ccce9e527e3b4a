import type { Context } from 'koa';

/** A JSON answer ends in a line feed, so that a shell's prompt begins a new line after `curl`. */
export function jsonBody(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** The type that Koa gives to JSON. Answers that have had it keep it. */
export const UTF8_JSON = 'application/json; charset=utf-8';

/** Has Koa answer with JSON that is rendered already. */
export function setJson(ctx: Context, json: string | Buffer, contentType = 'application/json'): void {
  // It may have in it what anyone has sent.
  ctx.set({ 'Content-Type': contentType, 'X-Content-Type-Options': 'nosniff' });
  ctx.body = json;
}
