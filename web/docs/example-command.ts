import { ROOT } from '../shell/root';
import type { Body, Parameter, PlacedOperation } from './openapi';

/** A request with curl, with what the operation needs. @param parameters and @param body of the operation, resolved */
export function exampleCommand(
  { method, path }: PlacedOperation,
  parameters: readonly Parameter[],
  body: Body | undefined,
): string {
  const needed = parameters.filter(({ required, example }) => required === true && example !== undefined);
  const query = needed.filter((one) => one.in === 'query').map((one) => `${one.name}=${encoded(one)}`);
  const url = `${ROOT.href.replace(/\/$/, '')}${filled(path, parameters)}${query.length > 0 ? `?${query.join('&')}` : ''}`;
  const options = [
    ...methodOptions(method),
    ...needed
      .filter((one) => one.in === 'header')
      .map((one) => `-H ${quoted(`${one.name}: ${one.example}`)}`),
    ...bodyOptions(body),
  ];
  return ['curl', ...options, quoted(url)].join(' ');
}

function methodOptions(method: string): readonly string[] {
  if (method === 'get') return ['-N'];
  return method === 'head' ? ['-I'] : [`-X ${method.toUpperCase()}`];
}

function bodyOptions(body: Body | undefined): readonly string[] {
  if (body === undefined) return [];
  const [type = '*/*'] = Object.keys(body.content);
  return [...(type === '*/*' ? [] : [`-H ${quoted(`Content-Type: ${type}`)}`]), '--data-binary @file'];
}

function filled(path: string, parameters: readonly Parameter[]): string {
  return path.replaceAll(/\{(\w+)\}/g, (hole, name) => {
    const parameter = parameters.find((one) => one.in === 'path' && one.name === name);
    return parameter?.example === undefined ? hole : encoded(parameter);
  });
}

function encoded({ example = '' }: Parameter): string {
  return encodeURIComponent(example).replaceAll('%2F', '/');
}

function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
