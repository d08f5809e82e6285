/**
 * A circle through the server: made-up sound goes out and comes back, at three rates one after the other. Nothing of
 * the microphone is sent. Stops by itself at the first step that the line does not hold, so that a weak line is not
 * left with a full queue before the call.
 */

import { ask } from '../../wire/link';
import { Refusal } from '../../wire/refusal';
import { pack, unpack } from '../descriptions';
import { holds, STEPS, type Line, type Step } from './rules';

const STEP_MS = 1_000;
const LONGEST_MS = 7_500; // the whole look, on the slowest line we serve
const NO_PATH_MS = 4_500; // two round trips of signalling and four of the media, at 800 ms each

export async function lookAtLine(stop: AbortSignal, seen: (steps: readonly Step[]) => void): Promise<Line> {
  const circle = new Circle();
  const end = performance.now() + LONGEST_MS;
  stop.addEventListener('abort', () => circle.close());
  try {
    await circle.open();
    if (!(await circle.connected(Math.min(end, performance.now() + NO_PATH_MS)))) return { path: 'none', rttMs: 0, steps: [] };
    const steps: Step[] = [];
    for (const kbps of STEPS) {
      if (stop.aborted || performance.now() + STEP_MS > end) break;
      const step = await circle.step(kbps);
      steps.push(step);
      seen(steps);
      if (!holds(step)) break;
    }
    return { ...(await circle.path()), steps };
  } finally {
    circle.close();
  }
}

type Entry = RTCStats & {
  packetsReceived: number;
  packetsSent: number;
  nominated?: boolean;
  currentRoundTripTime?: number;
  localCandidateId: string;
};

interface Reading {
  sent: number;
  received: number;
  rttMs: number;
  protocol: string;
}

class Circle {
  private readonly up = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  private readonly down = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  private readonly sound = new AudioContext();
  private sender: RTCRtpSender | null = null;
  private check: string | null = null;
  private closed = false;

  async open(): Promise<void> {
    this.sender = this.up.addTransceiver(this.noise(), { direction: 'sendonly' }).sender;
    await this.rate(STEPS[0]);
    await this.up.setLocalDescription();
    const { check, answer, offer, ice } = await ask('check:begin', { sdp: await pack(this.up.localDescription?.sdp ?? '') });
    this.check = check;
    if (this.closed) return this.forget();
    if (ice.length > 0) for (const end of [this.up, this.down]) end.setConfiguration({ iceServers: ice });
    await this.up.setRemoteDescription({ type: 'answer', sdp: await unpack(answer) });
    await this.down.setRemoteDescription({ type: 'offer', sdp: await unpack(offer) });
    await this.down.setLocalDescription();
    await ask('check:answer', { check, sdp: await pack(this.down.localDescription?.sdp ?? '') });
  }

  /** Whether something came round before `end` (of `performance.now()`). */
  async connected(end: number): Promise<boolean> {
    while (!this.closed && performance.now() < end) {
      if ((await this.read()).received > 0) return true;
      await pause(50);
    }
    return false;
  }

  async step(kbps: number): Promise<Step> {
    await this.rate(kbps);
    const before = await this.read();
    await pause(STEP_MS);
    const after = await this.read();
    const sent = after.sent - before.sent;
    return { kbps, kept: sent > 0 ? Math.min(1, (after.received - before.received) / sent) : 0 };
  }

  async path(): Promise<Omit<Line, 'steps'>> {
    const { rttMs, protocol } = await this.read();
    return { path: protocol === 'tcp' ? 'tcp' : 'udp', rttMs: Math.round(rttMs) };
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.up.close();
    this.down.close();
    void this.sound.close();
    this.forget();
  }

  private forget(): void {
    const check = this.check;
    this.check = null;
    if (check) void ask('check:end', { check }).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error; // gone with the socket: the server forgets it by itself
    });
  }

  /** Noise: what compresses worst, so that the rate asked for is the rate that is sent. */
  private noise(): MediaStreamTrack {
    const buffer = this.sound.createBuffer(1, this.sound.sampleRate, this.sound.sampleRate);
    const samples = buffer.getChannelData(0);
    for (let at = 0; at < samples.length; at++) samples[at] = Math.random() - 0.5;
    const source = new AudioBufferSourceNode(this.sound, { buffer, loop: true });
    const out = this.sound.createMediaStreamDestination();
    source.connect(out);
    source.start();
    return out.stream.getAudioTracks()[0]!;
  }

  private async rate(kbps: number): Promise<void> {
    const parameters = this.sender!.getParameters();
    for (const encoding of parameters.encodings) encoding.maxBitrate = kbps * 1_000;
    await this.sender!.setParameters(parameters);
  }

  private async read(): Promise<Reading> {
    const reading: Reading = { sent: 0, received: 0, rttMs: 0, protocol: 'udp' };
    if (this.closed) return reading;
    const stats = await this.down.getStats();
    for (const entry of stats.values() as Iterable<Entry>) {
      if (entry.type === 'inbound-rtp') reading.received += entry.packetsReceived;
      else if (entry.type === 'candidate-pair' && entry.nominated) {
        reading.rttMs = 1_000 * (entry.currentRoundTripTime ?? 0);
        reading.protocol = (stats.get(entry.localCandidateId) as { protocol?: string } | undefined)?.protocol ?? 'udp';
      }
    }
    for (const entry of (await this.up.getStats()).values() as Iterable<Entry>) {
      if (entry.type === 'outbound-rtp') reading.sent += entry.packetsSent;
    }
    return reading;
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
