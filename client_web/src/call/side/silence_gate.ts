/** Tells the frames in which somebody speaks from those of silence, which are not worth a byte. Pure. */

const QUIET = 1e-6; // mean square of −60 dBFS: below what a room leaves after the browser's noise suppression
const ABOVE = 4; // times the quietest of the last while: a fan is no voice
const HANGOVER = 8; // frames of 60 ms: the ends of words are soft
const LOUD = 2.5e-5; // times ABOVE: −40 dBFS is always let through
const FORGET = 1.02; // by which the quietest grows each frame, so that a new noise is learnt in some seconds

export class SilenceGate {
  private floor = QUIET;
  private left = 0;

  passes(samples: Float32Array): boolean {
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    const energy = sum / samples.length;
    this.floor = Math.max(QUIET, Math.min(energy, this.floor * FORGET, LOUD));
    if (energy > this.floor * ABOVE) this.left = HANGOVER;
    else if (this.left > 0) this.left -= 1;
    return this.left > 0;
  }
}
