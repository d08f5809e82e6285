/** When the side web socket is open: while it carries voices or stills, and not much longer. Its code comes with its first use. */

import type { SideChannel } from './side/side_channel';

export interface SideHooks {
  still: (peer: string, picture: Blob, at: number) => void;
  /** Voices that come over the web socket, by person; empty when they come by the connections. */
  webVoices: (tracks: ReadonlyMap<string, MediaStreamTrack>) => void;
}

const LINGER_MS = 10_000; // whoever needed it once may need it again soon

export class Side {
  static readonly supported = 'AudioEncoder' in globalThis && 'AudioDecoder' in globalThis && 'AudioWorkletNode' in globalThis;

  /** Has its code here before it is needed: when it is, there may be no network to fetch it by. */
  static fetchAhead(): void {
    if (Side.supported) void import('../parts/side').catch(() => {});
  }

  private peer: string | null = null;
  private channel: SideChannel | null = null;
  private opening: Promise<SideChannel | null> | null = null;
  private mic: MediaStreamTrack | null = null;
  private camera: MediaStreamTrack | null = null;
  private stillsWanted = false;
  private kbps = 8;
  private open = false;
  private usedBefore = 0;
  private voicing = false;
  private linger: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly hooks: SideHooks & { carries: () => void }) {}

  /** Voices are to go this way. */
  get isWanted(): boolean {
    return this.mic !== null;
  }

  /** Voices go this way. */
  get isCarrying(): boolean {
    return this.voicing && this.open;
  }

  get roundTrip(): number | null {
    return this.channel?.roundTrip ?? null;
  }

  get bytes(): number {
    return this.usedBefore + (this.channel?.bytes ?? 0);
  }

  belongTo(peer: string): void {
    if (this.peer === peer) return;
    this.shut();
    this.peer = peer;
  }

  /** With a microphone: voices go this way from now on. With null they no longer do. */
  carry(mic: MediaStreamTrack | null): void {
    if (mic && !Side.supported) return;
    if (mic === this.mic) return;
    this.mic = mic;
    void this.arrange();
  }

  speak(mic: MediaStreamTrack): void {
    if (this.mic) this.carry(mic);
  }

  stills(camera: MediaStreamTrack | null, wanted: boolean): void {
    this.camera = camera;
    this.stillsWanted = wanted;
    void this.arrange();
  }

  encode(kbps: number): void {
    this.kbps = kbps;
    this.channel?.shapeVoice(kbps);
  }

  hold(held: boolean): void {
    this.channel?.holdStills(held);
  }

  close(): void {
    this.mic = this.camera = null;
    this.stillsWanted = false;
    this.shut();
    this.peer = null;
  }

  private async arrange(): Promise<void> {
    clearTimeout(this.linger);
    if (!this.mic && !this.stillsWanted) {
      if (this.voicing) this.channel?.stopVoice();
      this.voicing = false;
      this.channel?.offerStills(null);
      this.linger = setTimeout(() => this.shut(), LINGER_MS);
      this.hooks.carries();
      return;
    }
    const channel = await this.channelFor();
    if (!channel || channel !== this.channel) return;
    channel.offerStills(this.stillsWanted ? this.camera : null);
    const { mic } = this;
    if (!mic) {
      if (this.voicing) channel.stopVoice();
      this.voicing = false;
    } else {
      channel.shapeVoice(this.kbps);
      try {
        await channel.startVoice(mic);
        this.voicing = this.mic !== null;
        if (!this.mic) channel.stopVoice();
      } catch {
        this.voicing = false; // this browser cannot; the rung says what is left
      }
    }
    this.hooks.carries();
  }

  private async channelFor(): Promise<SideChannel | null> {
    if (this.channel || !this.peer) return this.channel;
    const peer = this.peer;
    this.opening ??= import('../parts/side').then(
      ({ SideChannel }) => {
        this.opening = null;
        if (peer !== this.peer) return null;
        this.channel = new SideChannel(peer, {
          still: this.hooks.still,
          voices: this.hooks.webVoices,
          state: (state) => {
            this.open = state === 'open';
            if (state === 'closed') this.forget();
            this.hooks.carries();
          },
        });
        return this.channel;
      },
      () => (this.opening = null), // no network even for its code; the next try asks again
    );
    return this.opening;
  }

  private shut(): void {
    clearTimeout(this.linger);
    this.channel?.close();
    this.forget();
  }

  private forget(): void {
    this.usedBefore += this.channel?.bytes ?? 0;
    this.channel = null;
    this.open = this.voicing = false;
    this.hooks.webVoices(new Map());
  }
}
