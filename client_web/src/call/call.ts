/** This person's part in a call, as pages see and steer it: what goes out, who is seen and heard, how well, and why. */

import { batch, computed, signal } from '@preact/signals';
import type { Room } from '../room/rooms';
import type { Rung, Slot } from '../wire/call';
import type { Down } from '../wire/events';
import { ask, link } from '../wire/link';
import { Refusal } from '../wire/refusal';
import { Direct } from './direct';
import { cameraFits } from './check/rules';
import { camera, microphone, NoDevice, quiet, type DeviceTrouble } from './devices';
import { MediaPath } from './media_path';
import { moves } from './pictures';
import { startPulse } from './pulse';
import { Stills } from './stills';
import { Telling } from './telling';

/** `asking`: the browser asks for the microphone. `reconnecting`: the voice is cut and coming back by itself. */
export type Phase = 'asking' | 'joining' | 'in' | 'reconnecting';
export type Step = Pick<Down['call:rung'], 'out' | 'in' | 'layers' | 'stills' | 'reason' | 'who'>;

const FIRST_MEDIA_MS = 15_000; // a voice that has not come by then will not come on this network
const GOOD: Step = { out: 'video', in: 'video', layers: ['full'], stills: false };

export class Call {
  readonly phase = signal<Phase>('asking');
  readonly mic = signal(true);
  readonly picture = signal<MediaStreamTrack | null>(null);
  readonly voiceOnly = signal(false);
  /** Bytes that this device may use in this call; null for no limit. */
  readonly budget = signal<number | null>(null);
  /** Bytes that it used so far, everything counted. */
  readonly used = signal(0);
  /** Where the ladder stands, and why. */
  readonly step = signal<Step>(GOOD);
  /** The camera was asked for, and left off so that the voice gets through well. */
  readonly spared = signal(false);
  /** Something to say about a device while the call goes on. */
  readonly notice = signal<DeviceTrouble | 'no_media' | null>(null);
  readonly peer = signal<string | null>(null);
  readonly slots = signal<readonly Slot[]>([]);
  readonly tracks = signal<ReadonlyMap<string, MediaStreamTrack>>(new Map());
  readonly webVoices = signal<ReadonlyMap<string, MediaStreamTrack>>(new Map());
  readonly voices = computed(() => {
    const near = this.direct.carries.value ? this.direct.voice.value : null;
    if (near) return [['direct', near] as const]; // what may still come through the server is the same voice
    return [...[...this.tracks.value].filter(([, track]) => track.kind === 'audio'), ...this.webVoices.value];
  });
  /** Peers that speak just now; one's own among them. */
  readonly speaking = signal<ReadonlySet<string>>(new Set());
  readonly stills = new Stills();
  readonly direct = new Direct(this);
  media: MediaPath | null = null;

  private voice: MediaStreamTrack | null = null;
  private readonly telling = new Telling(this);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly ends: (() => void)[] = [];
  over = false;

  /** `first`: what a look at the line before the call found it good for. */
  constructor(
    readonly room: Room,
    private first: Rung | null,
    private readonly onRefused: (refusal: Refusal) => void,
    /** A professional who comes in to others: nothing of theirs is opened or sent until they speak. */
    private readonly observes = false,
  ) {}

  /** The picture of this participant, when there is one that moves. */
  pictureOf(peer: string): MediaStreamTrack | null {
    const near = this.direct.pictureOf(peer);
    if (near) return near;
    if (!moves(this.step.value.in)) return null;
    for (const { mid, peer: on } of this.slots.value) {
      const track = on === peer ? this.tracks.value.get(mid) : undefined;
      if (track?.kind === 'video') return track;
    }
    return null;
  }

  async start(withCamera: boolean): Promise<void> {
    if (this.observes) this.mic.value = false;
    else this.voice = await microphone();
    this.spared.value = withCamera && !this.observes && this.first !== null && !cameraFits(this.first);
    if (withCamera && !this.observes && !this.spared.peek()) await this.openCamera();
    if (this.over) return this.letGo();
    this.phase.value = 'joining';
    this.media = new MediaPath(this.voice ?? quiet(), this.picture.peek(), {
      request: () => ({ room: this.room.number, ...this.state(), ...(this.first ? { first: this.first } : {}) }),
      joined: (answer) =>
        batch(() => {
          this.peer.value = answer.peer;
          this.room.inCall.value = answer.people;
          this.room.waits.value = answer.paused?.why ? answer.paused : null;
          this.slots.value = answer.slots;
          this.telling.every(answer.every_ms);
          this.first = null; // the ladder knows more from here on
        }),
      tracks: (tracks) => (this.tracks.value = tracks),
      webVoices: (tracks) => (this.webVoices.value = tracks),
      hearsOthers: () => this.room.inCall.peek().some(({ peer, mic, connected, rung }) => peer !== this.peer.peek() && mic && connected && rung !== 'text'),
      still: (peer, picture, at) => this.stills.show(peer, picture, at),
      refused: this.onRefused,
    });
    this.media.hushed = this.observes;
    this.ends.push(
      this.media.way.subscribe((way) => this.moved(way !== 'none')),
      startPulse(this),
      this.room.inCall.subscribe(() => this.arrangeStills()), // somebody else may send stills from now on
    );
    await this.media.join();
    this.timer = setTimeout(() => this.phase.peek() !== 'in' && (this.notice.value = 'no_media'), FIRST_MEDIA_MS);
  }

  /** A professional is heard from now on, and seen when they switch their camera on; or only observes again. */
  async speak(speak: boolean): Promise<void> {
    const peer = this.peer.peek();
    if (!peer || (speak && !(await this.openVoice()))) return;
    try {
      await ask('supervise:speak', { room: this.room.number, peer, speak });
    } finally {
      if (!speak) await this.fallSilent();
      await this.tell();
    }
  }

  async toggleMic(): Promise<void> {
    if (!this.voice) {
      if (await this.openVoice()) await this.tell();
      return;
    }
    this.mic.value = !this.mic.peek();
    if (this.voice) this.voice.enabled = this.mic.peek();
    await this.tell();
  }

  async toggleCamera(): Promise<void> {
    this.spared.value = false;
    if (this.picture.peek()) this.closeCamera();
    else {
      await this.openCamera();
      if (this.picture.peek()) this.voiceOnly.value = false;
    }
    await this.media?.show(this.picture.peek());
    await this.tell();
  }

  /** Pins the call to voices: no picture goes out, none comes in. */
  async toggleVoiceOnly(): Promise<void> {
    this.voiceOnly.value = !this.voiceOnly.peek();
    if (this.voiceOnly.peek()) {
      this.closeCamera();
      await this.media?.show(null);
    }
    await this.tell();
  }

  async setBudget(bytes: number | null): Promise<void> {
    this.budget.value = bytes;
    await this.tell();
  }

  /** Takes the microphone that is chosen now (devices.ts); the call goes on with the old one when there is none. */
  async changeMicrophone(first = false): Promise<void> {
    if (!first && !this.voice) return; // it is taken when one speaks
    try {
      const fresh = await microphone();
      if (this.over) return fresh.stop();
      fresh.enabled = this.mic.peek();
      await Promise.all([this.media?.speak(fresh), this.direct.speak(fresh)]);
      this.voice?.stop();
      this.voice = fresh;
      this.notice.value = null;
    } catch (error) {
      if (error instanceof NoDevice) this.notice.value = error.trouble;
    }
  }

  async changeCamera(): Promise<void> {
    const before = this.picture.peek();
    if (!before) return;
    before.stop(); // some telephones have only one at a time
    await this.openCamera();
    if (this.picture.peek() === before) this.picture.value = null;
    await this.media?.show(this.picture.peek());
    await this.tell();
  }

  /** What the ladder decided. */
  obey(step: Down['call:rung']): void {
    this.step.value = step;
    this.telling.every(step.every_ms);
    this.media?.shape(step.voice, step.layers);
    this.arrangeStills();
  }

  /** The microphone, once it is open. */
  get ownVoice(): MediaStreamTrack | null {
    return this.voice;
  }

  /** Ends it here; tells the server unless it knows. */
  leave(tell = true): void {
    const peer = this.peer.peek();
    this.over = true;
    clearTimeout(this.timer);
    this.letGo();
    if (tell && peer) void ask('call:leave', { room: this.room.number, peer }).catch(() => {});
  }

  /** The socket is there again. Whatever names the part ties it to the new socket; that is all while the media flows. */
  resume(): void {
    if (!this.media) return;
    this.media.resume();
    void this.tell();
  }

  private state(): { mic: boolean; camera: boolean; voice_only: boolean } {
    return { mic: this.mic.peek(), camera: this.picture.peek() !== null, voice_only: this.voiceOnly.peek() };
  }

  private moved(flows: boolean): void {
    if (flows) {
      this.phase.value = 'in';
      if (this.notice.peek() === 'no_media') this.notice.value = null;
    } else if (this.phase.peek() === 'in') {
      this.phase.value = 'reconnecting';
      this.telling.now();
    }
  }

  private arrangeStills(): void {
    const { in: incoming, stills } = this.step.peek();
    const theirs = this.room.inCall.peek().some(({ peer, camera, rung }) => peer !== this.peer.peek() && camera && rung === 'stills');
    const seen = !this.voiceOnly.peek() && (incoming === 'stills' || (theirs && moves(incoming)));
    this.media?.stills(stills || seen);
    if (!seen) this.stills.forget();
  }

  private async openCamera(): Promise<void> {
    this.notice.value = null;
    try {
      this.picture.value = await camera();
    } catch (error) {
      if (error instanceof NoDevice) this.notice.value = error.trouble;
    }
  }

  /** Whether there is a microphone. It is on then. */
  private async openVoice(): Promise<boolean> {
    if (!this.voice) await this.changeMicrophone(true);
    if (!this.voice) return false;
    this.voice.enabled = this.mic.value = true;
    await this.media?.hush(false);
    return true;
  }

  private async fallSilent(): Promise<void> {
    this.closeCamera();
    this.mic.value = false;
    await this.media?.show(null);
    await this.media?.hush(true);
    this.voice?.stop();
    this.voice = null;
  }

  private closeCamera(): void {
    this.picture.peek()?.stop();
    this.picture.value = null;
  }

  private async tell(): Promise<void> {
    const peer = this.peer.peek();
    if (!peer || link.peek() !== 'online') return; // told when the socket is back
    try {
      await ask('call:state', { room: this.room.number, peer, ...this.state(), budget: this.budget.peek() });
    } catch (error) {
      // Away for too long, the part has no media there. Anything else is told again when the socket is back.
      if (error instanceof Refusal && error.code === 'not_found') await this.media?.renew();
    }
    this.arrangeStills();
  }

  private letGo(): void {
    this.direct.end();
    for (const end of this.ends.splice(0)) end();
    this.telling.stop();
    this.media?.close();
    this.stills.forget();
    this.voice?.stop();
    this.closeCamera();
  }
}
