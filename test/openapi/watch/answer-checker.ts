import { ERROR_TABLE } from '../../../src/http/errors/error-table';
import { type Answer, hasJson } from './answer';
import { DocumentSchemas } from './document-schemas';
import {
  type DocumentedResponse,
  escaped,
  type OpenapiDocument,
  type Operation,
  type Reference,
  resolved,
} from './openapi-document';
import { OperationFinder } from './operation-finder';

/** What is wrong with an answer, and what of the document it has shown to be there. */
interface Check {
  readonly problems: readonly string[];
  /** Such as `streamInfo 404`; absent for an answer that is not of an operation. */
  readonly seen?: string;
}

interface Expected {
  readonly response: DocumentedResponse;
  readonly pointer: string;
}

const GENERAL_ERROR = '#/components/responses/GeneralError';
/** HTTP-Rendezvous refuses in its own way what it has no operation for. */
const RENDEZVOUS_ERROR = '#/components/responses/RendezvousDefault';
const RENDEZVOUS = /^\/rendezvous(?:\/|$)/;

/** Part of how HTTP carries an answer, and not of what it says. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'transfer-encoding',
]);
const COMMON = 'x-common-headers';

/** The lines of an NDJSON answer that are compared: all of a long one would take too long. */
const LINES_MAX = 100;

/** Compares answers with the document. */
export class AnswerChecker {
  readonly #finder: OperationFinder;
  readonly #schemas: DocumentSchemas;
  readonly #general: Expected;
  readonly #rendezvous: Expected;
  readonly #generalStatuses: ReadonlySet<number>;

  constructor(private readonly document: OpenapiDocument) {
    this.#finder = new OperationFinder(document);
    this.#schemas = new DocumentSchemas(document);
    this.#general = this.#resolved({ $ref: GENERAL_ERROR }, '');
    this.#rendezvous = this.#resolved({ $ref: RENDEZVOUS_ERROR }, '');
    const known = Object.values(ERROR_TABLE).filter(({ code }) => this.#isGeneral(code));
    this.#generalStatuses = new Set(known.map(({ status }) => status));
  }

  /** @param isOwnPort the answer is of a relay's own port */
  check(answer: Answer, isOwnPort: boolean): Check {
    const { method, path, status } = answer;
    const found = this.#finder.find(method, path, isOwnPort);
    if (typeof found === 'string') return { problems: this.#checkWithout(answer, found, isOwnPort) };
    const { operation, pointer } = found;
    const expected = this.#expected(operation, pointer, status);
    if (expected === undefined)
      return { problems: [`${operation.operationId} has no ${status}, and no default that could be it`] };
    const seen = `${operation.operationId} ${status in operation.responses ? status : 'default'}`;
    return { problems: this.#compare(answer, expected), seen };
  }

  /** An answer to a request for which there is no operation: it is refused, or is what the router says of its methods. */
  #checkWithout(answer: Answer, what: string, isOwnPort: boolean): readonly string[] {
    const { method, path, status } = answer;
    if (method === 'OPTIONS' && (status === 200 || status === 204)) return [];
    const isRelay = isOwnPort || RENDEZVOUS.test(path);
    if (status >= 400) return this.#compare(answer, isRelay ? this.#rendezvous : this.#general);
    return [`openapi.yaml has no operation for it: ${what}`];
  }

  #isGeneral(code: string): boolean {
    const pointer = `${this.#general.pointer}/content/application~1json/schema/properties/code`;
    return this.#schemas.problemOf(pointer, code) === undefined;
  }

  #expected({ responses }: Operation, pointer: string, status: number): Expected | undefined {
    const exact = responses[status];
    if (exact !== undefined) return this.#resolved(exact, `${pointer}/responses/${status}`);
    if (responses['default'] === undefined) return undefined;
    const fallback = this.#resolved(responses['default'], `${pointer}/responses/default`);
    return fallback.response['x-any-status'] || this.#generalStatuses.has(status) ? fallback : undefined;
  }

  #resolved(response: Reference | DocumentedResponse, at: string): Expected {
    const { value, pointer = at } = resolved<DocumentedResponse>(this.document, response);
    return { response: value, pointer };
  }

  #compare(answer: Answer, expected: Expected): readonly string[] {
    return answer.body === undefined
      ? [...this.#compareHeaders(answer, expected), ...this.#compareType(answer, expected)]
      : this.#compareBody(answer, answer.body, expected);
  }

  #compareHeaders({ headers }: Answer, { response: { headers: own = {} } }: Expected): readonly string[] {
    const documented = { ...this.document[COMMON], ...own };
    const problems: string[] = [];
    const names = new Map(Object.keys(documented).map((name) => [name.toLowerCase(), name]));
    for (const [name, value] of Object.entries(headers)) {
      const known = names.get(name) ?? (names.has('*') ? '*' : undefined);
      const header = known === undefined ? undefined : documented[known];
      if (header === undefined) {
        if (!FRAMING.has(name)) problems.push(`the header ${name}: ${value} is not one of its`);
        continue;
      }
      const problem = this.#schemas.problemOf(
        `${header.$ref}/schema`,
        /^\d{1,16}$/.test(value) ? Number(value) : value,
      );
      const asText = problem && this.#schemas.problemOf(`${header.$ref}/schema`, value);
      if (asText !== undefined) problems.push(`the header ${name}: ${value}${asText}`);
    }
    for (const [name, { $ref }] of Object.entries(documented)) {
      const { value } = resolved<{ required?: boolean }>(this.document, { $ref });
      if (value.required === true && headers[name.toLowerCase()] === undefined)
        problems.push(`it lacks the header ${name}`);
    }
    return problems;
  }

  #compareType(answer: Answer, { response: { content } }: Expected): readonly string[] {
    const type = answer.headers['content-type'];
    // A 304 has the type of what the client has, and no body.
    if (type === undefined || answer.status === 304 || typeIn(content, type) !== undefined) return [];
    // A relay passes an empty body on with the type that it was sent with, and Node one without any.
    if (content === undefined && answer.headers['content-length'] === '0') return [];
    return [`it is ${type}, not ${Object.keys(content ?? {}).join(' or ') || 'without a body'}`];
  }

  #compareBody(
    answer: Answer,
    body: string,
    { response: { content = {} }, pointer }: Expected,
  ): readonly string[] {
    const type = typeIn(content, answer.headers['content-type'] ?? '');
    const media = type === undefined ? undefined : content[type];
    if (!hasJson(answer) || type === undefined || media === undefined || type === '*/*') return [];
    const at = `${pointer}/content/${escaped(type)}`;
    if (media['x-item-schema'] === undefined) {
      const problem = this.#schemas.problemOf(`${at}/schema`, JSON.parse(body));
      return problem === undefined ? [] : [`its body${problem}: ${body.slice(0, 500)}`];
    }
    // A stream may have this type of its own.
    if (!answer.accept.includes('ndjson') && !answer.path.includes('/matches')) return [];
    return this.#compareLines(body, `${at}/x-item-schema`);
  }

  #compareLines(body: string, pointer: string): readonly string[] {
    const lines = body
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.trim() !== '');
    return [...lines.slice(0, LINES_MAX), ...lines.slice(LINES_MAX).slice(-1)].flatMap((line) => {
      const problem = this.#schemas.problemOf(pointer, JSON.parse(line));
      return problem === undefined ? [] : [`its line${problem}: ${line.slice(0, 500)}`];
    });
  }
}

/** The type of the document that an answer has, or the wildcard. */
function typeIn(content: DocumentedResponse['content'] = {}, contentType: string): string | undefined {
  const [essence = ''] = contentType.split(';');
  return [essence.trim().toLowerCase(), '*/*'].find((one) => one in content);
}
