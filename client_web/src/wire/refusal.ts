/** What the server, or the absence of a server, says no with. */

export interface ErrorBody {
  code: string;
  message: string;
  field?: string;
  retry_in_ms?: number;
  gaps?: Span[];
}

/** When nobody would be on call, with `duty_gaps`. */
interface Span {
  begins: string;
  ends: string;
}

/** `unreachable` is the one code of our own: the request or its answer was lost on the way. */
export class Refusal extends Error {
  readonly code: string;
  readonly field: string | undefined;
  readonly retryInMs: number | undefined;
  readonly gaps: readonly Span[];

  constructor(body: ErrorBody) {
    super(body.message);
    this.code = body.code;
    this.field = body.field;
    this.retryInMs = body.retry_in_ms;
    this.gaps = body.gaps ?? [];
  }
}

export const unreachable = (): Refusal => new Refusal({ code: 'unreachable', message: '' });

/** The second factor of a sign-in is still missing. */
export const isHalfSignedIn = (error: unknown): boolean => error instanceof Refusal && error.code === 'second_factor';

export const isSignedOut = (error: unknown): boolean =>
  error instanceof Refusal && (error.code === 'not_signed_in' || error.code === 'session_expired');
