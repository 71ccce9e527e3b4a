import { parseSync } from '@swc/core';

const TYPES = new Set([
  'TsInterfaceDeclaration',
  'TsTypeAliasDeclaration',
  'ClassDeclaration',
  'TsEnumDeclaration',
]);
const LITERALS = new Set(['StringLiteral', 'TemplateElement', 'RegExpLiteral']);
const BODIES = new Set(['BlockStatement', 'FunctionBody']);
const BEFORE_FIRST_TOKEN = /^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*/;
const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'Constructor',
  'ClassMethod',
  'PrivateMethod',
  'MethodProperty',
  'GetterProperty',
  'SetterProperty',
]);

/**
 * What one TypeScript file has.
 * @param bytes of the file: the parser counts in bytes
 * @returns {{
 *   functions: { name: string, lines: number }[],
 *   types: string[],
 *   functionNames: string[],
 *   imports: string[],
 *   comments: string[],
 * }} its functions with a body in braces; the types and functions that it exports; the modules that it imports; its comments
 */
export function measureScript(bytes) {
  const module = parseSync(bytes.toString(), { syntax: 'typescript' });
  const walk = new Walk(bytes, module);
  walk.visit(module.body, undefined);
  return {
    functions: walk.functions,
    types: module.body.flatMap(exportedTypes),
    functionNames: module.body.flatMap(exportedFunctions),
    imports: module.body.flatMap((item) => (item.source ? [item.source.value] : [])),
    comments: commentsIn(bytes, walk.literals),
  };
}

class Walk {
  functions = [];
  literals = [];
  #base;
  #lineStarts = [0];

  constructor(bytes, module) {
    // The parser goes on counting from the file before. The first span begins at the first token.
    const [before] = bytes.toString().match(BEFORE_FIRST_TOKEN);
    this.#base = module.span.start - Buffer.byteLength(before);
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) this.#lineStarts.push(at + 1);
  }

  visit(node, name) {
    if (Array.isArray(node)) for (const one of node) this.visit(one, name);
    if (Array.isArray(node) || node === null || typeof node !== 'object') return;
    const own = nameOf(node) ?? name;
    if (LITERALS.has(node.type)) this.literals.push(this.#range(node.span));
    if (hasBody(node)) this.functions.push({ name: own ?? '(anonymous)', lines: this.#linesOf(node.span) });
    for (const value of Object.values(node)) this.visit(value, own);
  }

  #range({ start, end }) {
    return [start - this.#base, end - this.#base];
  }

  #linesOf(span) {
    const [start, end] = this.#range(span).map((offset) =>
      this.#lineStarts.findLastIndex((lineStart) => lineStart <= offset),
    );
    return end - start + 1;
  }
}

function hasBody(node) {
  if (!FUNCTIONS.has(node.type) || node.span === undefined) return false;
  const { body } = node.function ?? node;
  return body !== null && body !== undefined && BODIES.has(body.type);
}

function nameOf({ type, key, identifier, id }) {
  const name = key ?? identifier ?? (type === 'VariableDeclarator' ? id : undefined);
  return name?.value ?? name?.id?.value;
}

function exportedTypes({ type, declaration }) {
  const isType = type === 'ExportDeclaration' && TYPES.has(declaration.type);
  return isType ? [(declaration.id ?? declaration.identifier).value] : [];
}

function exportedFunctions({ type, declaration }) {
  if (type !== 'ExportDeclaration') return [];
  if (declaration.type === 'FunctionDeclaration') return [declaration.identifier.value];
  const constants = declaration.declarations ?? [];
  return constants.filter(({ init }) => FUNCTIONS.has(init?.type)).map(({ id }) => id.value);
}

function commentsIn(bytes, literals) {
  const code = Buffer.from(bytes);
  for (const [start, end] of literals) code.fill(' ', start, end);
  return code.toString().match(/\/\/.*|\/\*[\s\S]*?\*\//g) ?? [];
}
