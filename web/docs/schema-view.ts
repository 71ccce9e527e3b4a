import { h } from '../shell/h';
import { nameOf, type Schema } from './openapi';
import { inline } from './rich-text';

/** What a value may be, in a few words: `string`, `"open" | "closed"`, a link to a schema with a name. */
export function typeOf(schema: Schema): readonly (Node | string)[] {
  if (schema.$ref !== undefined) return [schemaLink(nameOf(schema.$ref))];
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  if (schema.enum !== undefined) return [schema.enum.map((one) => JSON.stringify(one)).join(' | ')];
  if (schema.anyOf !== undefined) return joined(schema.anyOf.map(typeOf));
  if (schema.prefixItems !== undefined) return ['[', ...joined(schema.prefixItems.map(typeOf), ', '), ']'];
  if (schema.items !== undefined) return ['array of ', ...typeOf(schema.items)];
  const types = [schema.type ?? 'any JSON'].flat().join(' | ');
  return [types + limitsOf(schema)];
}

function limitsOf({ minimum, maximum, format }: Schema): string {
  const range = [minimum !== undefined && `from ${minimum}`, maximum !== undefined && `to ${maximum}`];
  const words = [...range, format !== undefined && format].filter((one) => one !== false);
  return words.length === 0 ? '' : ` (${words.join(' ')})`;
}

/** The members of an object, or of what is in an array, each in a row. `undefined` for anything else. */
export function membersOf(schema: Schema): HTMLElement | undefined {
  const { properties, required = [] } = schema.items ?? schema;
  if (properties === undefined) return undefined;
  return h(
    'dl',
    { class: 'members' },
    ...Object.entries(properties).flatMap(([name, one]) => [
      h(
        'dt',
        {},
        h('code', {}, name),
        required.includes(name) ? undefined : h('span', { class: 'note' }, 'optional'),
      ),
      h('dd', {}, h('span', { class: 'type' }, ...typeOf(one)), ...described(one), membersOf(one)),
    ]),
  );
}

function described({ description }: Schema): readonly Node[] {
  return description === undefined ? [] : [h('span', { class: 'about' }, ...inline(description))];
}

function schemaLink(name: string): HTMLElement {
  return h('a', { href: `#schema-${name}` }, name);
}

function joined(
  lists: readonly (readonly (Node | string)[])[],
  separator = ' | ',
): readonly (Node | string)[] {
  return lists.flatMap((list, index) => (index === 0 ? list : [separator, ...list]));
}
