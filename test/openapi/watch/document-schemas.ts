import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenapiDocument } from './openapi-document';

const NAME = 'openapi.yaml';

/** The schemas of the document, each compiled when it is needed first. */
export class DocumentSchemas {
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: true });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: OpenapiDocument) {
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document, NAME, false, false);
  }

  /** What is wrong with a value. @param pointer of the schema, such as `#/components/schemas/Error` */
  problemOf(pointer: string, value: unknown): string | undefined {
    const isValid = this.#schemaAt(pointer);
    if (isValid(value)) return undefined;
    const reasons = (isValid.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
    return reasons.join('; ');
  }

  #schemaAt(pointer: string): ValidateFunction {
    const known = this.#compiled.get(pointer);
    if (known !== undefined) return known;
    const compiled = this.#ajv.getSchema(NAME + pointer);
    if (compiled === undefined) throw new Error(`openapi.yaml has no schema at ${pointer}`);
    this.#compiled.set(pointer, compiled);
    return compiled;
  }
}
