/**
 * What is on its way to the other end of the side web socket. A socket takes kilobytes into buffers that nobody sees,
 * which on a 2G line is ten seconds of voice; so each message is acknowledged by the other end, and who sends knows.
 */

const GRACE_MS = 800; // beyond the usual round trip: TCP has lost a segment and waits, or the line is too narrow
const SOON_MS = 400; // beyond it: the other end may wait for 200 ms before it acknowledges
const UNKNOWN_MS = 3_000; // before the first acknowledgement
const NARROW_MS = 500; // a round trip from which fewer, longer messages are the better trade
const QUIET_MS = 10_000; // without a stall, until short messages are tried again
const LONG_MS = 240;
const SHORT_MS = 120;

export class Window {
  /** Of the last message that was acknowledged, in milliseconds. */
  roundTrip: number | null = null;
  private waiting: number[] = []; // when each was sent, the oldest first
  private last = 0;
  private fastest: number | null = null;
  private stalledAt = -Infinity;
  private careful = false; // after a stall: one thing at a time, until one is quick

  /** The sequence number of the message that is sent now. */
  next(now: number): number {
    this.waiting.push(now);
    this.last = (this.last + 1) & 255;
    return this.last;
  }

  acknowledged(sequence: number, now: number): void {
    const left = (this.last - sequence) & 255;
    if (left >= this.waiting.length) return;
    const sent = this.waiting[this.waiting.length - 1 - left]!;
    this.waiting.splice(0, this.waiting.length - left);
    const took = (this.roundTrip = now - sent);
    this.fastest = Math.min(took, this.fastest ?? took);
    this.careful &&= took > this.fastest + SOON_MS;
    // Follows a better path at once and a worse one in time; a full line is no farther away.
    if (!this.careful) this.fastest += (took - this.fastest) / 50;
  }

  get idle(): boolean {
    return this.waiting.length === 0;
  }

  /** Whether what is sent now would only wait behind what is stuck. */
  stalled(now: number): boolean {
    const [oldest] = this.waiting;
    const stalled = oldest !== undefined && now - oldest > (this.fastest === null ? UNKNOWN_MS : this.fastest + GRACE_MS);
    if (stalled) {
      this.stalledAt = now;
      this.careful = true;
    }
    return oldest !== undefined && this.careful;
  }

  /** How many milliseconds of voice one message should carry: each costs 60 bytes of headers, and delay. */
  batch(now: number): number {
    return (this.fastest ?? 0) > NARROW_MS || now - this.stalledAt < QUIET_MS ? LONG_MS : SHORT_MS;
  }
}
