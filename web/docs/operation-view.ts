import { commandBox } from '../shell/copy';
import { h } from '../shell/h';
import { exampleCommand } from './example-command';
import {
  type Answer,
  type Body,
  type Content,
  type Openapi,
  type Parameter,
  type PlacedOperation,
  resolve,
} from './openapi';
import { inline, paragraphs } from './rich-text';
import { membersOf, typeOf } from './schema-view';

/** An operation, closed. What is in it is built when it is opened: all of them together have ten thousand elements. */
export function operationView(document: Openapi, operation: PlacedOperation): HTMLDetailsElement {
  const { operationId, method, path, summary } = operation;
  const methods = [method, operation['x-head'] === true && 'head'].filter((one) => one !== false);
  const element = h(
    'details',
    { class: 'operation', id: operationId },
    h(
      'summary',
      {},
      ...methods.map((one) => h('span', { class: `method ${one}` }, one.toUpperCase())),
      h('code', { class: 'path' }, path),
      h('span', { class: 'summary' }, ...inline(summary)),
    ),
  );
  let isBuilt = false;
  element.addEventListener('toggle', () => {
    if (!element.open || isBuilt) return;
    isBuilt = true;
    element.append(h('div', { class: 'inside' }, ...contentOf(document, operation)));
  });
  return element;
}

function contentOf(document: Openapi, operation: PlacedOperation): readonly (Node | undefined)[] {
  const parameters = (operation.parameters ?? []).map((one) => resolve(document, one));
  const body = operation.requestBody && resolve(document, operation.requestBody);
  return [
    ...(operation.description === undefined ? [] : paragraphs(operation.description)),
    scopesOf(operation),
    ownPortOf(operation),
    commandBox(exampleCommand(operation, parameters, body)),
    parametersOf(parameters),
    bodyOf(body),
    h('h4', {}, 'Answers'),
    ...Object.entries(operation.responses).map(([status, one]) =>
      answerView(document, status, resolve(document, one)),
    ),
  ];
}

function scopesOf({ 'x-scopes': scopes }: PlacedOperation): HTMLElement | undefined {
  if (scopes === undefined) return undefined;
  const names = scopes.flatMap((one, index) => [index > 0 ? ' or ' : ' ', h('code', {}, one)]);
  return h('p', { class: 'about' }, 'If the server has tokens, one with the scope', ...names, '.');
}

function ownPortOf({ 'x-own-port': path }: PlacedOperation): HTMLElement | undefined {
  if (path === undefined) return undefined;
  return h('p', { class: 'about' }, 'On a port of its own the path is ', h('code', {}, path), '.');
}

function parametersOf(parameters: readonly Parameter[]): HTMLElement | undefined {
  if (parameters.length === 0) return undefined;
  const rows = parameters.map(({ name, required, description = '', schema, ...one }) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('code', {}, name)),
      h('td', {}, one.in, required === true ? h('span', { class: 'note' }, 'required') : undefined),
      h(
        'td',
        {},
        h('span', { class: 'type' }, ...typeOf(schema)),
        h('span', { class: 'about' }, ...inline(description)),
      ),
    ),
  );
  return h(
    'div',
    {},
    h('h4', {}, 'Parameters'),
    h('div', { class: 'wide' }, h('table', {}, h('tbody', {}, ...rows))),
  );
}

function bodyOf(body: Body | undefined): HTMLElement | undefined {
  if (body === undefined) return undefined;
  const { description = '', content } = body;
  return h(
    'div',
    {},
    h('h4', {}, 'Body'),
    h('p', { class: 'about' }, ...inline(description)),
    ...typesOf(content),
  );
}

function answerView(
  document: Openapi,
  status: string,
  { description, headers = {}, content = {} }: Answer,
): HTMLElement {
  const names = Object.entries(headers).filter(([name]) => name !== '*');
  return h(
    'div',
    { class: 'answer' },
    h('span', { class: `status of-${status[0]}` }, status),
    h(
      'div',
      {},
      h('p', {}, ...inline(description)),
      names.length === 0
        ? undefined
        : h(
            'dl',
            { class: 'members' },
            ...names.flatMap(([name, header]) => [
              h('dt', {}, h('code', {}, name)),
              h('dd', {}, h('span', { class: 'about' }, ...inline(resolve(document, header).description))),
            ]),
          ),
      ...typesOf(content),
    ),
  );
}

function typesOf(content: Content): readonly HTMLElement[] {
  return Object.entries(content).map(([type, media]) => {
    const item = media['x-item-schema'];
    const shown = item ?? media.schema;
    const words = item === undefined ? [' ', ...typeOf(shown)] : [', each line ', ...typeOf(shown)];
    return h(
      'div',
      { class: 'media' },
      h('code', {}, type),
      h('span', { class: 'type' }, ...words),
      codesOf(shown),
      membersOf(shown.$ref === undefined ? shown : {}),
    );
  });
}

/** The codes that an error of this answer may have. */
function codesOf({ $ref, properties }: Content[string]['schema']): HTMLElement | undefined {
  const code = $ref === undefined ? undefined : properties?.['code'];
  const codes = code?.enum ?? (code?.const === undefined ? [] : [code.const]);
  if (codes.length === 0) return undefined;
  return h('span', { class: 'codes' }, ...codes.map((one) => h('code', {}, String(one))));
}
