/**
 * Whether anything still comes in on both connections, seconds before ICE would say that nothing does. Pure.
 *
 * Doubt comes early and costs little (an ICE restart that nobody is asked for, and that nobody sees); silence is certain,
 * and shown.
 */

export type Finding = 'flows' | 'doubtful' | 'silent';

/** Each grows with whatever the server sends. */
export interface Arrivals {
  up: number;
  down: number;
}

/** What is due: somebody else's voice, on a line where bytes are dear or not; its round trip, in seconds. */
export interface Due {
  voices: boolean;
  lean: boolean;
  roundTrip: number;
}

// Reports come each second, where bytes are dear each five; a voice that rests still says so each 0.4 s. Between them,
// several must have been lost or late one after the other before silence means anything.
const SILENT_MS = { voices: 2_000, none: 4_000, leanVoices: 3_000, leanNone: 11_000 } as const;
const DOUBTFUL_MS = { voices: 600, none: 2_200 } as const;
const FORGIVEN_MS = 60_000; // after which one doubt less is remembered

export class Silence {
  upAt = 0;
  downAt = 0;
  private before: Arrivals = { up: 0, down: 0 };
  private voicesSince: number | null = null; // voices are due since then
  private doubts = 0;
  private doubtedAt = 0;
  private doubting = false;

  /** Both are given time to be heard of. */
  rest(now: number): void {
    this.upAt = this.downAt = now;
    this.doubting = false;
  }

  /** Whether both were heard after `moment`. */
  heardSince(moment: number): boolean {
    return this.upAt > moment && this.downAt > moment;
  }

  see(arrivals: Arrivals, now: number, { voices, lean, roundTrip }: Due): Finding {
    if (arrivals.up !== this.before.up) this.upAt = now;
    if (arrivals.down !== this.before.down) this.downAt = now;
    this.before = arrivals;
    this.voicesSince = voices ? (this.voicesSince ?? now) : null;
    const reports = lean ? SILENT_MS.leanNone : SILENT_MS.none;
    const patience = !voices ? reports : lean ? Math.max(SILENT_MS.leanVoices, 1_000 + 2_500 * roundTrip) : SILENT_MS.voices;
    const [up, down] = [now - this.upAt, now - Math.max(this.downAt, this.voicesSince ?? 0)];
    if (up > reports || down > patience) return 'silent';
    if (now - this.doubtedAt > FORGIVEN_MS && this.doubts > 0) {
      this.doubts -= 1;
      this.doubtedAt = now;
    }
    // A line that breaks off for a moment again and again is doubted later and later; a restart costs it some packets.
    const later = 2 ** (this.doubting ? this.doubts - 1 : this.doubts);
    const doubtful = (quiet: number, from: number, silent: number): boolean => !lean && quiet > Math.min(silent, from * later + roundTrip * 500);
    if (doubtful(up, DOUBTFUL_MS.none, reports) || doubtful(down, voices ? DOUBTFUL_MS.voices : DOUBTFUL_MS.none, patience)) {
      if (!this.doubting) {
        this.doubting = true;
        this.doubts += 1;
        this.doubtedAt = now;
      }
      return 'doubtful';
    }
    this.doubting = false;
    return 'flows';
  }
}
