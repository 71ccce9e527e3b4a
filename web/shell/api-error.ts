/** What the server said, or that it could not be reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** 0: there was no answer. */
    readonly status: number,
    /** The word of `docs/errors.md`; `unreachable` without an answer, `unknown` if something in between answered. */
    readonly code: string,
    message: string,
    /** The other members of the answer, such as `generation`. */
    readonly details: Readonly<Record<string, unknown>> = {},
    /** When the server wants to be asked again. */
    readonly retryAfterMs: number | undefined = undefined,
  ) {
    super(message);
  }

  /** Whether the same request may have an answer later. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** The error of an answer with a status of 400 or more. Consumes its body. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body = await bodyOf(response);
  const { error, code, ...details } = body;
  return new ApiError(
    response.status,
    typeof code === 'string' ? code : 'unknown',
    typeof error === 'string' ? error : `The server answered ${response.status}`,
    details,
    retryAfterMs(response.headers.get('Retry-After')),
  );
}

async function bodyOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  try {
    const body: unknown = JSON.parse(await response.text());
    return typeof body === 'object' && body !== null ? { ...body } : {};
  } catch {
    // A proxy in between may answer with anything.
    return {};
  }
}

function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}
