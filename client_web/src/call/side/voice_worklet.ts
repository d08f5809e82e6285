/** The two ends of the sound of `voice_web.ts`, on the browser's audio thread. A file of its own: see build.mjs. */

import { Playout } from './playout';

declare const currentFrame: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const FRAME = 2_880; // samples: one Opus packet of 60 ms

/** Gives the microphone in frames of 60 ms: `{at, samples}`. */
class Capture extends AudioWorkletProcessor {
  private frame = new Float32Array(FRAME);
  private filled = 0;

  process([input]: Float32Array[][]): boolean {
    const channel = input?.[0];
    const length = channel?.length ?? 128; // nothing comes from a track that rests: silence all the same
    if (channel) this.frame.set(channel.subarray(0, FRAME - this.filled), this.filled);
    const rest = this.filled + length - FRAME;
    this.filled += length;
    if (rest >= 0) {
      const samples = this.frame;
      this.port.postMessage({ at: currentFrame + length - rest - FRAME, samples }, [samples.buffer]);
      this.frame = new Float32Array(FRAME);
      if (channel && rest > 0) this.frame.set(channel.subarray(length - rest));
      this.filled = rest;
    }
    return true;
  }
}

/** Plays the voice of one person, which comes as `{at, samples}`. */
class Play extends AudioWorkletProcessor {
  private readonly playout = new Playout();
  private open = true;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<{ at: number; samples: Float32Array } | null>) => {
      if (data) this.playout.push(data.at, data.samples);
      else this.open = false;
    };
  }

  process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    if (output?.[0]) this.playout.pull(output[0]);
    return this.open;
  }
}

registerProcessor('capture', Capture);
registerProcessor('play', Play);
