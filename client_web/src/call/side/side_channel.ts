/**
 * The side web socket of one's part in a call: voices where neither UDP nor ICE-TCP comes through, and still pictures.
 * It is fetched when it is first needed:
 *
 *     const { SideChannel } = await import('../../parts/side');
 *     const side = new SideChannel(peer, { still, voices, state });   // connects by itself, again and again
 *     await side.startVoice(mic);   // once this returns the server takes and gives voices here, and not by RTP
 *     side.stopVoice();             // RTP carries them again
 *     side.shapeVoice(8);           // kbit/s, of `call:rung`
 *     side.offerStills(camera);     // or null. Sent only while the server wants them (somebody looks at stills)
 *     side.holdStills(true);        // while voice suffers
 *     side.roundTrip                // ms over this socket, or null: `socket_rtt_ms` while it is open
 *     side.close();                 // with the part
 *
 * `still(peer, blob, at)`: a picture of somebody as it was at `at` (performance.now()). `voices(tracks)`: by peer, one
 * track each, to be played as those of the slots are; the whole map after each change, empty after `stopVoice`.
 * `state`: `open` while the socket is; `closed` when the server said that it is over for this part.
 * A muted microphone (`track.enabled = false`) sends nothing. Another peer needs another SideChannel.
 */

import { ack, read, still as stillFrame, voice as voiceFrame } from './frames';
import { StillCamera } from './stills';
import { VoiceUnsupported } from './unsupported';
import { WebVoice } from './voice_web';
import { Window } from './window';

export { VoiceUnsupported };

export type SideState = 'connecting' | 'open' | 'closed';

export interface SideHooks {
  still?: (peer: string, picture: Blob, at: number) => void;
  voices?: (tracks: ReadonlyMap<string, MediaStreamTrack>) => void;
  state?: (state: SideState) => void;
}

/** What the server says of the socket, in whole at each change. */
interface Told {
  sources: (string | null)[];
  stills: number | null;
}

const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 8_000;
const SILENCE_MS = 20_000; // the server says something every 5 s
const OVER: readonly number[] = [4404, 4409]; // docs/protocol.md: coming back would not help
const FRAME_MS = 60;
const KEPT = 8; // packets, while the line stands still
const ACK_MS = 200; // an acknowledgement waits so long for a voice that carries it
const PACKET_BYTES = 60; // what TCP, IP and the frame of a web socket add to a message

export class SideChannel {
  /** What went through the socket, both ways, about. */
  bytes = 0;

  private socket: WebSocket | null = null;
  private window = new Window();
  private heard = 0;
  private unacknowledged = 0;
  private told: Told = { sources: [], stills: null };
  private voice: WebVoice | null = null;
  private starting: Promise<WebVoice> | null = null;
  private mic: MediaStreamTrack | null = null;
  private kbps = 8;
  private pending: { timestamp: number; packets: Uint8Array[] } = { timestamp: 0, packets: [] };
  private camera: MediaStreamTrack | null = null;
  private stills: StillCamera | null = null;
  private held = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setTimeout> | undefined;
  private acking: ReturnType<typeof setTimeout> | undefined;
  private delay = FIRST_DELAY_MS;
  private over = false;

  constructor(
    readonly peer: string,
    private readonly hooks: SideHooks,
  ) {
    addEventListener('online', this.again);
    this.connect();
  }

  get roundTrip(): number | null {
    return this.socket?.readyState === WebSocket.OPEN ? this.window.roundTrip : null;
  }

  /** Throws VoiceUnsupported. The microphone is encoded from now on; it is heard as soon as the socket is open. */
  async startVoice(mic: MediaStreamTrack): Promise<void> {
    this.mic = mic;
    const starting = (this.starting ??= WebVoice.start({
      packet: (timestamp, packet) => this.speak(timestamp, packet),
      tracks: (tracks) => this.hooks.voices?.(this.named(tracks)),
    }));
    try {
      const voice = await starting;
      if (this.starting !== starting || this.over) return; // stopped meanwhile
      this.voice = voice;
      await voice.speak(mic, this.kbps);
      this.say({ voice: true });
    } catch (error) {
      if (this.starting === starting) this.starting = null;
      throw error instanceof VoiceUnsupported ? error : new VoiceUnsupported(String(error));
    }
  }

  stopVoice(): void {
    if (!this.starting) return;
    const starting = this.starting;
    this.starting = this.voice = this.mic = null;
    this.pending.packets = [];
    this.say({ voice: false });
    this.hooks.voices?.(new Map());
    void starting.then((voice) => voice.stop()).catch(() => {});
  }

  shapeVoice(kbps: number): void {
    this.kbps = kbps;
    if (this.mic) void this.voice?.speak(this.mic, kbps);
  }

  offerStills(camera: MediaStreamTrack | null): void {
    this.camera = camera;
    this.arrangeStills();
  }

  holdStills(held: boolean): void {
    this.held = held;
  }

  close(): void {
    this.over = true;
    removeEventListener('online', this.again);
    clearTimeout(this.retry);
    clearTimeout(this.watch);
    this.offerStills(null);
    this.stopVoice();
    this.socket?.close(1000);
    this.socket = null;
  }

  // The socket

  private readonly again = (): void => {
    if (this.over || this.socket) return;
    clearTimeout(this.retry);
    this.connect();
  };

  private connect(): void {
    this.hooks.state?.('connecting');
    const socket = (this.socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/calls/${this.peer}/side`));
    socket.binaryType = 'arraybuffer';
    this.listen();
    socket.onopen = () => {
      this.window = new Window();
      this.heard = this.unacknowledged = 0;
      this.delay = FIRST_DELAY_MS;
      if (this.voice) this.say({ voice: true });
      this.hooks.state?.('open');
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.listen();
      this.count(typeof data === 'string' ? data.length : data.byteLength);
      if (typeof data === 'string') this.hear(JSON.parse(data) as Told);
      else this.take(data);
    };
    socket.onclose = ({ code }) => this.closed(socket, code);
  }

  private closed(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    this.socket = null;
    clearTimeout(this.watch);
    this.told = { sources: [], stills: null };
    this.arrangeStills();
    if (OVER.includes(code)) {
      this.close();
      this.hooks.state?.('closed');
      return;
    }
    this.hooks.state?.('connecting');
    this.retry = setTimeout(() => this.connect(), this.delay * (1 + Math.random()));
    this.delay = Math.min(2 * this.delay, LONGEST_DELAY_MS);
  }

  /** A socket may be dead for minutes before the browser finds out. */
  private listen(): void {
    clearTimeout(this.watch);
    const socket = this.socket;
    this.watch = setTimeout(() => {
      socket?.close();
      if (socket) this.closed(socket, 1006); // it would wait for an answer to its goodbye
    }, SILENCE_MS);
  }

  private get ready(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  private say(request: { voice: boolean }): void {
    if (this.ready) this.socket?.send(JSON.stringify(request));
  }

  private hear(told: Told): void {
    this.told = told;
    this.voice?.sources(told.sources);
    this.arrangeStills();
  }

  private take(message: ArrayBuffer): void {
    const frame = read(message);
    if (!frame) return;
    this.window.acknowledged(frame.ack, performance.now());
    this.flush();
    if (frame.kind === 'ack') return;
    this.heard = frame.sequence;
    this.unacknowledged += 1;
    if (frame.kind === 'voice') this.voice?.hear(frame.voices);
    if (frame.kind === 'still') {
      const peer = this.told.sources[frame.source];
      if (peer) this.hooks.still?.(peer, new Blob([frame.picture], { type: 'image/webp' }), performance.now());
    }
    this.acknowledge();
  }

  /** A voice that goes out soon carries it along; without one, now. In a hidden tab, soon may be late. */
  private acknowledge(): void {
    if (this.unacknowledged > 1 || !this.speaking || document.hidden) this.send(ack(this.heard));
    else this.acking ??= setTimeout(() => this.send(ack(this.heard)), ACK_MS);
  }

  private send(bytes: Uint8Array<ArrayBuffer>): void {
    clearTimeout(this.acking);
    this.acking = undefined;
    if (!this.ready) return;
    this.unacknowledged = 0;
    this.count(bytes.length);
    this.socket?.send(bytes);
  }

  private count(length: number): void {
    this.bytes += length + PACKET_BYTES;
  }

  // Voice

  private get speaking(): boolean {
    return this.voice !== null && this.mic?.enabled === true;
  }

  private speak(timestamp: number, packet: Uint8Array): void {
    const { timestamp: began, packets } = this.pending;
    const isNext = timestamp === began + packets.length * FRAME_MS * 48;
    if (packets.length > 0 && (packet.length === 0 || !isNext)) this.flush(true);
    if (packet.length === 0) return; // silence is what is missing between two times
    if (this.pending.packets.length === 0 || !isNext) this.pending = { timestamp, packets: [] };
    this.pending.packets.push(packet);
    this.flush();
  }

  /** Sends what waits when it is worth a message. While the line stands still, only the newest is kept. */
  private flush(all = false): void {
    const { pending } = this;
    const now = performance.now();
    const worth = Math.max(1, this.window.batch(now) / FRAME_MS);
    if (pending.packets.length === 0 || (pending.packets.length < worth && !all)) return;
    if (!this.ready || this.window.stalled(now)) {
      const late = pending.packets.length - KEPT;
      if (late > 0) {
        pending.packets.splice(0, late);
        pending.timestamp += late * FRAME_MS * 48;
      }
      return;
    }
    const { timestamp, packets } = pending;
    this.pending = { timestamp: 0, packets: [] };
    this.send(voiceFrame(this.heard, this.window.next(now), timestamp, packets));
  }

  private named(tracks: ReadonlyMap<string, MediaStreamTrack>): ReadonlyMap<string, MediaStreamTrack> {
    return this.starting ? tracks : new Map();
  }

  // Stills

  private arrangeStills(): void {
    const every = this.told.stills;
    if (!this.camera || every === null || this.over) {
      this.stills?.stop();
      this.stills = null;
      return;
    }
    this.stills ??= new StillCamera((picture) => this.show(picture));
    this.stills.from(this.camera, every, () => this.idle);
  }

  /** A picture only goes where it keeps nothing else waiting. */
  private get idle(): boolean {
    return this.ready && !this.held && this.window.idle && this.socket?.bufferedAmount === 0;
  }

  private show(picture: Uint8Array): void {
    if (this.idle) this.send(stillFrame(this.heard, this.window.next(performance.now()), picture));
  }
}
