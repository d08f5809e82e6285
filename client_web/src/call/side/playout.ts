/**
 * The playout buffer of a voice that comes over TCP: everything arrives in the end, late and in heaps. It waits for
 * 200–600 ms of voice, hides short gaps, drops silence to catch up, and skips ahead when too much has gathered, so that
 * people never talk with a growing delay. Pure; times are in samples at 48 kHz.
 */

const MS = 48;
const LEAST = 200 * MS;
const MOST = 600 * MS;
const STEP_UP = 80 * MS;
const STEP_DOWN = 20 * MS;
const SMOOTH = 10_000 * MS; // without a gap, until a little less is waited for
const TOO_MUCH = 400 * MS; // beyond the target: skip
const SOME = 60 * MS; // beyond the target: leave silence out
const NEW_VOICE = 3_000 * MS; // a jump of the clock that no pause explains
const CONCEALED = 120 * MS; // a longer gap is better silent
const FADE = 5 * MS;
const SILENT = 1e-5; // mean square of −50 dBFS

interface Piece {
  at: number;
  samples: Float32Array;
}

export class Playout {
  target = 240 * MS;
  concealed = 0;
  skipped = 0;
  private pieces: Piece[] = [];
  private playhead = 0;
  private playing = false;
  private held = 0; // for how long the first of what waits has been here
  private smooth = 0;
  private dry = 0; // samples since the last voice was played
  private last = new Float32Array(0); // what a gap is filled with
  private fading = 0;

  /** Samples that wait to be played. */
  get waiting(): number {
    const newest = this.pieces.at(-1);
    return newest ? newest.at + newest.samples.length - Math.max(this.playhead, this.pieces[0]!.at) : 0;
  }

  push(at: number, samples: Float32Array): void {
    const newest = this.pieces.at(-1);
    const end = newest ? newest.at + newest.samples.length : this.playhead;
    if (Math.abs(at - end) > NEW_VOICE) this.restart(at);
    else if (!this.playing && this.pieces.length === 0) {
      // Dry: what comes now goes on where it stopped, so it was late; or it begins after a pause, which is no fault.
      if (at - this.playhead < MS && this.dry > 0) this.target = Math.min(MOST, this.target + STEP_UP);
      this.playhead = Math.max(this.playhead, at);
    }
    if (at + samples.length <= this.playhead) return;
    this.pieces.push({ at, samples });
    if (this.waiting > this.target + TOO_MUCH) this.skip(this.waiting - this.target);
  }

  /** Fills `out` with what is to be heard now. */
  pull(out: Float32Array): void {
    out.fill(0);
    if (!this.playing) {
      if (this.pieces.length > 0) this.held += out.length;
      if (Math.max(this.held, this.waiting) < this.target) return this.hide(out);
      this.playing = true;
    }
    if (this.waiting > this.target + SOME && this.isSilent(out.length)) {
      this.playhead += out.length;
      this.skipped += out.length;
      this.forget();
    }
    this.read(out);
    if (this.pieces.length === 0) {
      this.playing = false;
      this.held = 0;
    }
    this.smooth += out.length;
    if (this.smooth > SMOOTH) {
      this.smooth = 0;
      this.target = Math.max(LEAST, this.target - STEP_DOWN);
    }
  }

  private read(out: Float32Array): void {
    let filled = 0;
    while (filled < out.length) {
      const piece = this.pieces[0];
      if (!piece) break;
      const gap = piece.at - this.playhead;
      if (gap > 0) {
        const length = Math.min(gap, out.length - filled);
        this.hide(out.subarray(filled, filled + length));
        this.playhead += length;
        filled += length;
        continue;
      }
      const from = this.playhead - piece.at;
      const part = piece.samples.subarray(from, from + out.length - filled);
      out.set(part, filled);
      this.fade(out.subarray(filled, filled + part.length));
      this.remember(part);
      filled += part.length;
      this.playhead += part.length;
      this.dry = 0;
      this.forget();
    }
    if (filled < out.length) this.hide(out.subarray(filled));
  }

  /** Repeats the last 20 ms, ever more softly: in a short gap the ear goes on. */
  private hide(out: Float32Array): void {
    const { last } = this;
    for (let i = 0; i < out.length; i += 1) {
      const share = 1 - this.dry / CONCEALED;
      if (share > 0 && last.length > 0) {
        out[i] = last[this.dry % last.length]! * share * share;
        this.concealed += 1;
      }
      this.dry += 1;
    }
    this.fading = FADE;
    this.smooth = 0;
  }

  private remember(part: Float32Array): void {
    const kept = new Float32Array(20 * MS);
    const before = this.last.subarray(Math.min(this.last.length, Math.max(0, this.last.length + part.length - kept.length)));
    kept.set(before, Math.max(0, kept.length - part.length - before.length));
    kept.set(part.subarray(Math.max(0, part.length - kept.length)), Math.max(0, kept.length - part.length));
    this.last = kept;
  }

  private fade(part: Float32Array): void {
    for (let i = 0; i < part.length && this.fading > 0; i += 1, this.fading -= 1) part[i]! *= 1 - this.fading / (FADE + 1);
  }

  private isSilent(length: number): boolean {
    const [piece] = this.pieces;
    if (!piece || piece.at > this.playhead) return piece !== undefined;
    const part = piece.samples.subarray(this.playhead - piece.at, this.playhead - piece.at + length);
    return part.reduce((sum, sample) => sum + sample * sample, 0) < SILENT * part.length;
  }

  private skip(samples: number): void {
    this.playhead = Math.max(this.playhead, this.pieces[0]?.at ?? 0) + samples;
    this.skipped += samples;
    this.fading = FADE;
    this.forget();
  }

  private forget(): void {
    while (this.pieces[0] && this.pieces[0].at + this.pieces[0].samples.length <= this.playhead) this.pieces.shift();
  }

  private restart(at: number): void {
    this.pieces = [];
    this.playhead = at;
    this.playing = false;
    this.held = 0;
    this.fading = FADE;
  }
}
