/** Looks at the statistics of a call again and again: for the server's ladder (`call:stats`) and for the counter of data. */

import { ask, hurry, link, traffic } from '../wire/link';
import { Buffering } from './buffering';
import type { Call } from './call';
import { entriesOf, Meter, numbers, read, type Reading } from './stats';

const PATIENCE_MS = 25_000;
const COUNT_MS = 2_000; // the counter goes on when the ladder asks seldom
// Voice that suffers does without stills (of 1,000 samples, of 1,000 packets).
const SUFFERS = { concealed: 60, lost: 150 };
const BREAKS_DOWN = 400; // of 1,000 packets: whoever sends less hears sooner what the server says of it
const HEARD_MS = 3_000; // an acknowledgement that takes longer waits behind our own pictures, or for a socket that is lost

export class Telling {
  private timer: ReturnType<typeof setInterval> | undefined;
  private everyMs = COUNT_MS;
  private before: Reading | null = null;
  private toldAt = 0;
  private socketMs: number | null = null;
  private waiting = false;
  private askedAt = 0;
  private readonly meter = new Meter();
  private readonly buffering = new Buffering();
  private readonly socketBefore = traffic.bytes;

  constructor(private readonly call: Call) {}

  every(milliseconds: number): void {
    this.everyMs = milliseconds;
    this.timer ??= setInterval(() => void this.look(), COUNT_MS);
  }

  /** Something changed for the worse: the server hears of it at once. */
  now(): void {
    if (!this.timer) return;
    this.toldAt = -Infinity;
    void this.look();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async look(): Promise<void> {
    const { media } = this.call;
    const connections = media?.connections;
    if (!connections || !media.peer || this.call.over) return;
    const [up, down] = await Promise.all([connections.up, connections.down].map(entriesOf));
    const now = read(up!, down!, performance.now());
    if (connections !== media.connections || this.call.over) return;
    this.meter.see(now);
    if (now.roundTrip !== null) hurry((media.roundTrip = now.roundTrip));
    media.overUdp = now.path === 'udp';
    connections.buffer(this.buffering.see(now.samples, now.concealed));
    const used = this.meter.bytes + media.sideUsed + this.call.direct.used + traffic.bytes - this.socketBefore;
    this.call.used.value = used;
    const { before } = this;
    // A little early is as good as in time: the timer does not run to the millisecond.
    if (before && now.at - this.toldAt < this.everyMs - COUNT_MS / 2) return;
    this.before = now;
    this.toldAt = now.at;
    if (!before) return;
    const n = numbers(before, now, {
      used,
      socketMs: media.sideRoundTrip ?? this.socketMs,
      way: media.way.peek(),
      filming: this.call.picture.peek() !== null && !media.hushed && this.call.step.peek().layers.length > 0,
    });
    const suffers = [n[3]!, n[5]!].some((lost) => lost > SUFFERS.lost) || n[6]! > SUFFERS.concealed;
    media.suffer(suffers);
    const breaksDown = [n[3]!, n[5]!].some((lost) => lost > BREAKS_DOWN);
    const unheard = link.peek() !== 'online' || (this.waiting && now.at - this.askedAt > HEARD_MS);
    if (breaksDown || (suffers && unheard)) media.lean(true);
    await this.tell(media.peer, n);
  }

  /** One at a time: on a line that holds one up, the next one would only wait behind it. */
  private async tell(peer: string, n: readonly number[]): Promise<void> {
    if (this.waiting || link.peek() !== 'online') return;
    this.waiting = true;
    const start = (this.askedAt = performance.now());
    try {
      await ask('call:stats', { room: this.call.room.number, peer, n }, PATIENCE_MS);
      this.socketMs = performance.now() - start;
      this.call.media?.lean(false);
    } catch {
      this.socketMs = null; // the next one says more
    } finally {
      this.waiting = false;
    }
  }
}
