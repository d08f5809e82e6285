/**
 * How long voices wait before they are played, at the least. A packet that was lost is had again with the next one
 * (RFC 2198), 60 ms later on narrow lines: a browser that plays each as it comes has no use for it then. Pure.
 */

const SUFFERS = 0.03; // of the voice is made up: wait longer
const FINE = 0.005;
const STEP_MS = 60; // the longest packet
const LONGEST_MS = 240; // beyond, two people begin to speak at once
const FINE_LOOKS = 10; // until the wait shrinks by half a step

export class Buffering {
  /** In ms. */
  target = 0;
  private fine = 0;
  private before: { samples: number; concealed: number } | null = null;

  /** Told how many samples were played so far, and how many of them made up. */
  see(samples: number, concealed: number): number {
    const { before } = this;
    this.before = { samples, concealed };
    const played = samples - (before?.samples ?? samples);
    if (!before || played <= 0) return this.target;
    const share = (concealed - before.concealed) / played;
    this.fine = share < FINE ? this.fine + 1 : 0;
    if (share > SUFFERS) this.target = Math.min(LONGEST_MS, this.target + STEP_MS);
    else if (this.fine >= FINE_LOOKS) {
      this.fine = 0;
      this.target = Math.max(0, this.target - STEP_MS / 2);
    }
    return this.target;
  }
}
