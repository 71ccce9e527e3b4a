import {
  isAddress,
  isStreamAddress,
  mayBeAddress,
  meantStreamUrl,
  parseAddress,
  type StreamAddress,
} from './address';
import { type Command, usageOf } from './command';
import { UsageError } from './usage-error';

/** The server of a command line, and the command's operands: the ids of addresses are among them. */
export interface CommandTarget {
  readonly url: string;
  readonly operands: readonly string[];
  /** The id in the address, where the command has no operand for it. */
  readonly id?: string;
  readonly token?: string;
}

/** The server: the first argument, the address of a stream in place of its ID, or LOOM_URL. @throws UsageError */
export function findTarget(
  command: Command,
  positionals: readonly string[],
  urlOfEnvironment: string | undefined,
): CommandTarget {
  const [first, ...rest] = positionals;
  const target =
    first !== undefined && isServer(first, command, positionals.length, urlOfEnvironment)
      ? fromAddress(command, parseAddress(first), rest)
      : fromOperands(command, positionals, urlOfEnvironment);
  const operands = target.operands.map((word, at) => (isIdAt(command, at) ? idAt(target.url, word) : word));
  if (!allows(command, operands.length)) refuseSlash(target.url);
  assertCount(command, operands);
  return { ...target, operands };
}

/** Whether the first of `count` arguments is the address of the server, or of a stream on it. */
function isServer(
  first: string,
  command: Command,
  count: number,
  urlOfEnvironment: string | undefined,
): boolean {
  if (isAddress(first)) {
    // The pattern of a search may look like one.
    const isOperand = urlOfEnvironment && allows(command, count) && !isIdAt(command, 0);
    return !isOperand || command.operands.length === 0 || allows(command, count - 1);
  }
  if (mayBeAddress(first))
    return !urlOfEnvironment || (!allows(command, count) && allows(command, count - 1));
  // With LOOM_URL a word is missing here, or one is too much.
  return !urlOfEnvironment && !allows(command, count) && allows(command, count - 1);
}

/** The address has the first id, unless it is only that of the server. */
function fromAddress(
  command: Command,
  { url, id, token }: StreamAddress,
  operands: readonly string[],
): CommandTarget {
  const found = { url, ...(token !== undefined && { token }) };
  if (id === undefined) return { ...found, operands };
  const at = command.operands.findIndex(isId);
  if (at === -1) return { ...found, operands, id };
  if (operands.length >= command.operands.length && !isVariadic(command))
    throw new UsageError(`the URL is that of the stream ${id}: "${operands[at]}" is too much`);
  // Without the operands before it, the next check names the first that is missing.
  return { ...found, operands: operands.length < at ? operands : operands.toSpliced(at, 0, id) };
}

/** Without an address in the first place: LOOM_URL, or the address of a stream in the place of an ID. */
function fromOperands(
  command: Command,
  operands: readonly string[],
  urlOfEnvironment: string | undefined,
): CommandTarget {
  const ids = operands.filter((_, at) => isIdAt(command, at));
  const stream = ids.find(isStreamAddress);
  if (stream !== undefined && (!urlOfEnvironment || ids.every(isStreamAddress))) {
    const { url, token } = parseAddress(stream);
    return { url, operands, ...(token !== undefined && { token }) };
  }
  if (urlOfEnvironment) {
    const { id, ...server } = parseAddress(urlOfEnvironment, 'LOOM_URL');
    const needsId = id !== undefined && !allows(command, operands.length);
    return fromAddress(command, needsId ? { ...server, id } : server, operands);
  }
  const example = command.verb === undefined ? 'stream' : `stream ${command.verb}`;
  throw new UsageError(
    `there is no server: give its URL, as in "${example} http://localhost:3060 …", or set LOOM_URL`,
  );
}

/** A stream that has the URL of a server as its ID is hardly meant. @throws UsageError */
function idAt(server: string, word: string): string {
  if (/^https?:\/\//i.test(word) && !isStreamAddress(word))
    throw new UsageError(
      `"${word}" is in the place of an ID, and not the URL of a stream, such as http://localhost:3060/stream/ID`,
    );
  if (!isStreamAddress(word)) return word;
  const { url, id = '' } = parseAddress(word);
  if (url !== server) throw new UsageError(`the streams are on two servers: ${server} and ${url}`);
  return id;
}

/** @throws UsageError if the address of the server ends in an ID with a slash */
function refuseSlash(address: string): void {
  const meant = meantStreamUrl(address);
  if (meant !== undefined) throw new UsageError(`a / within an ID is written %2F in the URL: ${meant}`);
}

/** @throws UsageError if there are too few operands, or too many */
export function assertCount(command: Command, operands: readonly string[]): void {
  if (allows(command, operands.length)) return;
  const missing = command.operands[operands.length];
  if (missing !== undefined)
    throw new UsageError(`${withArticle(missing.replace('…', ''))} is missing: ${usageOf(command)}`);
  const superfluous = operands[command.operands.length];
  throw new UsageError(`"${superfluous}" is too much: ${usageOf(command)}`);
}

function withArticle(operand: string): string {
  return /^[AEIO]/.test(operand) ? `an ${operand}` : `a ${operand}`;
}

/** Whether the command takes so many arguments. */
function allows(command: Command, count: number): boolean {
  const { operands } = command;
  const isEnough = count >= operands.length - (operands.at(-1)?.startsWith('[') ? 1 : 0);
  return isEnough && (isVariadic(command) || count <= operands.length);
}

function isVariadic({ operands }: Command): boolean {
  return /…\]?$/.test(operands.at(-1) ?? '');
}

function isIdAt(command: Command, at: number): boolean {
  return isId(command.operands[Math.min(at, command.operands.length - 1)] ?? '');
}

function isId(operand: string): boolean {
  return /^\[?ID\b/.test(operand);
}
