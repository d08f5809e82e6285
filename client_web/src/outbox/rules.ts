/** What becomes of a message that the server would not take. Pure. */

export interface Waiting {
  /** Order of writing on this device, over all tabs. */
  readonly order: number;
  /** Whose it is: nobody else's session ever sends it. */
  readonly account: string;
  /** `help` calls a professional; it goes before everything else. */
  readonly kind: 'text' | 'voice' | 'help' | 'letter';
  /** The room's number; null for a letter, and for a call for help from outside a room. */
  readonly room: number | null;
  /** A call for help that asks in the call of the room, before everybody in it, that a professional come. */
  readonly summon?: true | undefined;
  readonly id: string;
  readonly body: string;
  /** The voice note that this is: Ogg Opus, whole. */
  readonly note?: Uint8Array<ArrayBuffer>;
  readonly seconds?: number;
  /** Of a letter: PERSON/LINE, as in its address. */
  readonly to?: string;
  /** Milliseconds since 1970, by this device. */
  readonly at: number;
  /** The server will not have it: the sentence says why. It waits for its author's decision. */
  readonly returned?: string;
}

/** The body of the message that says a voice note, as docs/protocol.md has it. */
export const bodyOf = ({ id, seconds }: Waiting): string => `${id} ${seconds ?? 1}`;

export type Outcome = 'retry' | 'give_back' | 'sign_in';

const GIVE_BACK = new Set(['bad_request', 'too_large', 'forbidden', 'not_found', 'conflict', 'room_closed']);
const SIGN_IN = new Set(['not_signed_in', 'session_expired']);

/** Anything unknown is tried again: a message is only given back when trying again cannot help. */
export function outcome(code: string): Outcome {
  if (GIVE_BACK.has(code)) return 'give_back';
  return SIGN_IN.has(code) ? 'sign_in' : 'retry';
}

/** A call for help waits no longer than this for its next try. */
export const HELP_RETRY_MS = 5_000;

/** All that waits: what is in the store, and what was not put there yet or cannot be. */
export function together(stored: readonly Waiting[], urgent: readonly Waiting[]): readonly Waiting[] {
  const kept = new Set(stored.map(({ id }) => id));
  return [...urgent.filter(({ id }) => !kept.has(id)), ...stored];
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** Milliseconds until the next try, after `failures` in a row; the server's own word goes first. */
export function retryDelay(failures: number, asked: number | undefined, random: number = Math.random()): number {
  if (asked !== undefined) return asked * (1 + 0.2 * random);
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)) * (0.5 + random);
}

/** What goes next: calls for help first, then in the order of writing. What was given back stays where it is. */
export function nextToSend(waiting: readonly Waiting[], account: string): Waiting | undefined {
  const mine = waiting.filter((item) => item.account === account && item.returned === undefined);
  return mine.sort((a, b) => Number(b.kind === 'help') - Number(a.kind === 'help') || a.order - b.order)[0];
}
