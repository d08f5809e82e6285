/**
 * A voice without WebRTC: microphone → worklet → WebCodecs Opus in packets of 60 ms, and back to one track a person.
 * Knows no socket.
 */

import { duration, type Voices } from './frames';
import { SilenceGate } from './silence_gate';
import { VoiceUnsupported } from './unsupported';

declare const VOICE_WORKLET: string; // written in by the build: the address of voice_worklet.ts

void fetch(VOICE_WORKLET).catch(() => {}); // so that it is here when the line is bad

const RATE = 48_000;
const FRAME = 2_880; // samples: 60 ms
const ANEW_MS = 1_000;
const LEAST_KBPS = 6;
const MOST_KBPS = 24;
const NOTHING = new Uint8Array(0);
const OPUS: AudioDecoderConfig = { codec: 'opus', sampleRate: RATE, numberOfChannels: 1 };

/** What TypeScript's own types do not know yet (https://www.w3.org/TR/webcodecs-opus-codec-registration/). */
interface OpusEncoderConfig {
  format: 'opus';
  signal: 'voice';
  application: 'voip';
  frameDuration: number;
  complexity: number;
  packetlossperc: number;
  useinbandfec: boolean;
  usedtx: boolean;
}

export interface VoiceHooks {
  /** A packet of the microphone; an empty one is silence. `timestamp` in samples. */
  packet: (timestamp: number, packet: Uint8Array) => void;
  tracks: (tracks: ReadonlyMap<string, MediaStreamTrack>) => void;
}

export class WebVoice {
  private encoder: AudioEncoder | null = null;
  private input: { track: MediaStreamTrack; source: MediaStreamAudioSourceNode; capture: AudioWorkletNode } | null = null;
  private players = new Map<string, Player>();
  private names: (string | null)[] = [];
  private kbps = 0;
  private readonly gate = new SilenceGate();
  private order: { at: number; packet: Uint8Array | null }[] = []; // frames whose turn has not come; null is being encoded

  private constructor(
    private readonly context: AudioContext,
    private readonly hooks: VoiceHooks,
  ) {}

  /** Throws VoiceUnsupported. */
  static async start(hooks: VoiceHooks): Promise<WebVoice> {
    if (!('AudioEncoder' in globalThis && 'AudioDecoder' in globalThis && 'AudioWorkletNode' in globalThis)) {
      throw new VoiceUnsupported('no WebCodecs');
    }
    const [encoder, decoder] = await Promise.all([
      AudioEncoder.isConfigSupported(encoding(LEAST_KBPS)),
      AudioDecoder.isConfigSupported(OPUS),
    ]);
    if (!encoder.supported || !decoder.supported) throw new VoiceUnsupported('no Opus');
    const context = new AudioContext({ sampleRate: RATE, latencyHint: 'interactive' });
    try {
      await context.audioWorklet.addModule(VOICE_WORKLET);
    } catch (error) {
      void context.close();
      throw error;
    }
    // The person has pressed a button to come into the call, so it may; a telephone call may have interrupted it.
    context.onstatechange = () => void (context.state !== 'running' && context.state !== 'closed' && context.resume());
    void context.resume();
    return new WebVoice(context, hooks);
  }

  /** Encodes `mic` at so many kbit/s from now on. */
  async speak(mic: MediaStreamTrack, kbps: number): Promise<void> {
    const wanted = Math.min(MOST_KBPS, Math.max(LEAST_KBPS, kbps));
    if (this.encoder?.state !== 'configured' || wanted !== this.kbps) {
      this.kbps = wanted;
      if (this.encoder?.state === 'configured') this.encoder.close();
      this.order = [];
      const encoder = new AudioEncoder({
        output: (chunk) => encoder === this.encoder && this.encoded(chunk),
        error: () => setTimeout(() => encoder === this.encoder && this.input && void this.speak(this.input.track, this.kbps), ANEW_MS),
      });
      encoder.configure(encoding(wanted));
      this.encoder = encoder;
    }
    if (this.input?.track === mic) return;
    this.unplug();
    const source = this.context.createMediaStreamSource(new MediaStream([mic]));
    const capture = new AudioWorkletNode(this.context, 'capture', { numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit' });
    capture.port.onmessage = ({ data }: MessageEvent<{ at: number; samples: Float32Array<ArrayBuffer> }>) => this.captured(data.at, data.samples);
    source.connect(capture);
    this.input = { track: mic, source, capture };
  }

  /** Who is meant by which index, from now on. */
  sources(names: readonly (string | null)[]): void {
    this.names = [...names];
    for (const [name, player] of this.players) {
      if (names.includes(name)) continue;
      player.close();
      this.players.delete(name);
    }
    this.tell();
  }

  hear({ source, timestamp, packets }: Voices): void {
    const name = this.names[source];
    if (!name) return;
    let player = this.players.get(name);
    if (!player) {
      this.players.set(name, (player = new Player(this.context)));
      this.tell();
    }
    player.hear(timestamp, packets);
  }

  stop(): void {
    this.unplug();
    if (this.encoder?.state === 'configured') this.encoder.close();
    this.encoder = null;
    this.order = [];
    for (const player of this.players.values()) player.close();
    this.players.clear();
    void this.context.close();
  }

  private captured(at: number, samples: Float32Array<ArrayBuffer>): void {
    const { encoder } = this;
    if (encoder?.state !== 'configured' || !this.input?.track.enabled) return;
    if (!this.gate.passes(samples)) {
      this.order.push({ at, packet: NOTHING });
      this.hand();
      return;
    }
    const timestamp = Math.round((at * 1e6) / RATE);
    const data = new AudioData({ format: 'f32', sampleRate: RATE, numberOfFrames: FRAME, numberOfChannels: 1, timestamp, data: samples });
    this.order.push({ at, packet: null });
    encoder.encode(data);
    data.close();
  }

  /** One for each frame, in their order. Not by its own time: an encoder counts only what it was given. */
  private encoded(chunk: EncodedAudioChunk): void {
    const frame = this.order.find(({ packet }) => packet === null);
    if (!frame) return;
    chunk.copyTo((frame.packet = new Uint8Array(chunk.byteLength)));
    this.hand();
  }

  private hand(): void {
    for (let [next] = this.order; next?.packet; [next] = this.order) {
      this.order.shift();
      this.hooks.packet(next.at >>> 0, next.packet);
    }
  }

  private unplug(): void {
    this.input?.source.disconnect();
    this.input?.capture.port.close();
    this.input = null;
  }

  private tell(): void {
    this.hooks.tracks(new Map([...this.players].map(([name, { track }]) => [name, track])));
  }
}

/** One person's voice as a track. */
class Player {
  readonly track: MediaStreamTrack;
  private readonly node: AudioWorkletNode;
  private decoder = this.fresh();
  private wrapped: number | null = null; // the last timestamp as it came
  private at = 0; // the same without wraps

  constructor(context: AudioContext) {
    this.node = new AudioWorkletNode(context, 'play', { numberOfInputs: 0, outputChannelCount: [1] });
    const end = context.createMediaStreamDestination();
    end.channelCount = 1;
    this.node.connect(end);
    this.track = end.stream.getAudioTracks()[0]!;
  }

  /** One bad packet closes a decoder for good. */
  private fresh(): AudioDecoder {
    const decoder = new AudioDecoder({ output: (data) => this.decoded(data), error: () => {} });
    decoder.configure(OPUS);
    return decoder;
  }

  hear(timestamp: number, packets: readonly Uint8Array<ArrayBuffer>[]): void {
    this.at += this.wrapped === null ? 0 : (timestamp - this.wrapped) | 0;
    this.wrapped = timestamp;
    if (this.at < 0) this.at += 2 ** 32;
    let at = this.at;
    for (const packet of packets) {
      if (this.decoder.state === 'closed') this.decoder = this.fresh();
      this.decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: Math.round((at * 1e6) / RATE), data: packet }));
      at += duration(packet);
    }
  }

  close(): void {
    if (this.decoder.state !== 'closed') this.decoder.close();
    this.node.port.postMessage(null);
    this.node.disconnect();
    this.track.stop();
  }

  private decoded(data: AudioData): void {
    const samples = new Float32Array(data.numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    const at = Math.round((data.timestamp * RATE) / 1e6);
    data.close();
    this.node.port.postMessage({ at, samples }, [samples.buffer]);
  }
}

function encoding(kbps: number): AudioEncoderConfig {
  const opus: OpusEncoderConfig = {
    format: 'opus',
    signal: 'voice',
    application: 'voip',
    frameDuration: 60_000,
    complexity: 9,
    packetlossperc: 0, // TCP loses nothing
    useinbandfec: false,
    usedtx: false, // it would not say which frames it left out: see SilenceGate
  };
  return { codec: 'opus', sampleRate: RATE, numberOfChannels: 1, bitrate: kbps * 1_000, opus } as AudioEncoderConfig;
}
