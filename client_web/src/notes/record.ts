/** Records a voice note with the browser's own recorder, and gives it in the one form that travels. */

import { signal } from '@preact/signals';
import { microphone } from '../call/devices';
import { millisecondsOf, readOgg, wholeSeconds, writeOgg, type Opus } from './ogg';
import { readWebm } from './webm';

export const MOST_SECONDS = 300; // as docs/protocol.md says
const BITS_A_SECOND = 8_000; // with Opus: clear speech in 60 KB a minute
const LEVEL_EVERY_MS = 100;
const SHORTEST_MS = 400;

/** What recorders make of Opus; each browser knows one of them. */
const FORMATS: readonly [string, (bytes: Uint8Array) => Opus][] = [
  ['audio/webm;codecs=opus', readWebm],
  ['audio/ogg;codecs=opus', readOgg],
];

export interface Recorded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly seconds: number;
}

const format = (): (typeof FORMATS)[number] | undefined =>
  'MediaRecorder' in self ? FORMATS.find(([type]) => MediaRecorder.isTypeSupported(type)) : undefined;

export const canRecord = (): boolean => format() !== undefined;

export class Recording {
  readonly seconds = signal(0);
  /** 0 to 1. */
  readonly level = signal(0);

  private readonly parts: Blob[] = [];
  private readonly stopped: Promise<void>;
  private readonly context = new AudioContext();
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly since = performance.now();

  private constructor(
    private readonly track: MediaStreamTrack,
    private readonly recorder: MediaRecorder,
    private readonly read: (bytes: Uint8Array) => Opus,
    full: () => void,
  ) {
    this.stopped = new Promise((resolve) => (recorder.onstop = () => resolve()));
    recorder.ondataavailable = ({ data }) => this.parts.push(data);
    const analyser = this.context.createAnalyser();
    this.context.createMediaStreamSource(recorder.stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.level.value = Math.min(1, 4 * Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length));
      this.seconds.value = (performance.now() - this.since) / 1000;
      if (this.seconds.peek() >= MOST_SECONDS - 0.5) full();
    }, LEVEL_EVERY_MS);
    recorder.start(1_000);
  }

  /** Throws NoDevice. `full` is called when no more fits. */
  static async start(full: () => void): Promise<Recording> {
    const [mimeType, read] = format()!;
    const track = await microphone();
    return new Recording(track, new MediaRecorder(new MediaStream([track]), { mimeType, audioBitsPerSecond: BITS_A_SECOND }), read, full);
  }

  /** Null when there is next to nothing on it. */
  async stop(): Promise<Recorded | null> {
    this.recorder.stop();
    await this.stopped;
    this.discard();
    const opus = this.read(new Uint8Array(await new Blob(this.parts).arrayBuffer()));
    const milliseconds = opus.packets.length > 0 ? millisecondsOf(opus) : 0;
    return milliseconds < SHORTEST_MS ? null : { bytes: writeOgg(opus), seconds: wholeSeconds(milliseconds) };
  }

  /** Lets go of the microphone. */
  discard(): void {
    clearInterval(this.timer);
    if (this.recorder.state !== 'inactive') this.recorder.stop();
    this.track.stop();
    void this.context.close().catch(() => {});
  }
}
