/**
 * When the way of the media is looked for again, and when the web stands in for it: every timer of it, and nothing of how
 * any of that is done (docs/decisions/0127).
 */

interface Means {
  /** Whether media is through. */
  flows: () => boolean;
  /** It is, for all that is known, and nobody believes it. */
  doubted: () => boolean;
  /** Of the media, in seconds, as it was last measured: on a slow line all of it takes its time, and each try its bytes. */
  roundTrip: () => number;
  /** Voices go over the web meanwhile. */
  onWeb: () => boolean;
  restart: () => void;
  /** The next attempt; `deeper`: with what costs more and may help where the same again does not. */
  another: (deeper: boolean) => void;
  /** What the web needs is got ready. */
  fetchWeb: () => void;
  web: () => void;
}

const SLOW_S = 1; // a round trip, in seconds, at which the deeper attempt takes longer than three of the others
type Timer = ReturnType<typeof setTimeout> | undefined;

const BLIP_MS = 400; // "disconnected" may mend itself before a restart could
const AGAIN_MS = [2_000, 3_000, 5_000, 8_000] as const;
const AGAIN_WHILE_ON_WEB_MS = [8_000, 15_000, 30_000, 60_000] as const; // each try costs two seconds of such a voice
const WEB_AFTER_MS = 2_500; // after the server's answer: what connects at all has connected by then
const FETCH_WEB_AFTER_MS = [1_000, 10_000] as const; // when nothing connects; and for later, when all is well

export class Attempts {
  private timer: Timer;
  private webTimer: Timer;
  private made = 0;
  private watching = false;
  private over = false;

  constructor(private readonly means: Means) {}

  /** What made the last ones fail has changed. */
  anew(): void {
    this.made = 0;
  }

  /** Unless it mends itself. */
  soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.means.flows() || this.means.restart(), this.atLeast(2, BLIP_MS));
  }

  /** Another attempt, unless media is through by then; the more were made, the later. */
  later(): void {
    clearTimeout(this.timer);
    if (this.over || this.needless()) return;
    const waits = this.means.onWeb() ? AGAIN_WHILE_ON_WEB_MS : AGAIN_MS;
    const wait = this.atLeast(4, waits[Math.min(this.made, waits.length - 1)]!);
    this.made += 1;
    this.timer = setTimeout(() => this.needless() || this.means.another(this.made % 2 === 0 && (this.made > 2 || this.means.roundTrip() < SLOW_S)), wait);
  }

  /** An attempt is under way, or something has changed: none by itself until it is asked for. */
  stop(): void {
    clearTimeout(this.timer);
  }

  /** While nothing is through: voices over the web, soon. ICE goes on being tried. */
  watch(least = WEB_AFTER_MS): void {
    if (this.watching || this.over || this.means.flows() || this.means.onWeb()) return;
    const wait = this.atLeast(3, least);
    this.watching = true;
    clearTimeout(this.webTimer);
    const ready = Math.min(wait, FETCH_WEB_AFTER_MS[0]);
    this.webTimer = setTimeout(() => {
      this.means.fetchWeb();
      this.webTimer = setTimeout(() => {
        this.watching = false;
        if (!this.means.flows()) this.means.web();
      }, wait - ready);
    }, ready);
  }

  /** Media is through. */
  rest(): void {
    this.stop();
    this.made = 0;
    this.watching = false;
    clearTimeout(this.webTimer);
    this.webTimer = setTimeout(this.means.fetchWeb, FETCH_WEB_AFTER_MS[1]);
  }

  close(): void {
    this.over = true;
    this.stop();
    clearTimeout(this.webTimer);
  }

  /** How often in vain since something changed. */
  get failed(): number {
    return Math.max(0, this.made - 1);
  }

  private atLeast(roundTrips: number, milliseconds: number): number {
    return Math.max(milliseconds, roundTrips * 1_000 * this.means.roundTrip());
  }

  private needless(): boolean {
    return this.means.flows() && !this.means.doubted();
  }
}
