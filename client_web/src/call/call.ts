/** This person's part in a call, from "join" to "hang up", kept alive through cuts of the socket and of the media. */

import { batch, computed, effect, signal } from '@preact/signals';
import type { Room } from '../room/rooms';
import { ask, link, on, onOnline } from '../wire/link';
import { Refusal } from '../wire/refusal';
import type { Rung, Slot } from '../wire/types';
import { Connections, type Health } from './connections';
import { call, callTrouble } from './current';
import { camera, microphone, NoDevice, type DeviceTrouble } from './devices';
import { troubleOf, type Trouble } from './trouble';

/** `asking`: the browser asks for the microphone. `reconnecting`: the voice is cut and coming back by itself. */
export type Phase = 'asking' | 'joining' | 'in' | 'reconnecting';
const SETTLE_MS = 2_000; // "disconnected" often mends itself within a second or two
const FIRST_MEDIA_MS = 15_000; // a voice that has not come by then will not come on this network
const AGAIN_MS = 3_000;

export class Call {
  readonly phase = signal<Phase>('asking');
  readonly mic = signal(true);
  readonly picture = signal<MediaStreamTrack | null>(null);
  readonly voiceOnly = signal(false);
  /** Something to say about a device while the call goes on. */
  readonly notice = signal<DeviceTrouble | 'no_media' | null>(null);
  readonly peer = signal<string | null>(null);
  readonly slots = signal<readonly Slot[]>([]);
  readonly tracks = signal<ReadonlyMap<string, MediaStreamTrack>>(new Map());
  readonly voices = computed(() => [...this.tracks.value].filter(([, track]) => track.kind === 'audio'));

  private connections: Connections | null = null;
  private voice: MediaStreamTrack | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private over = false;
  private mending = false;

  /** Bytes that this device may use in this call; null is no limit. */
  readonly budget = signal<number | null>(null);

  constructor(
    readonly room: Room,
    private first: Rung | null = null,
  ) {}

  /** The picture of this participant, when there is one. */
  pictureOf(peer: string): MediaStreamTrack | null {
    for (const { mid, peer: on } of this.slots.value) {
      const track = on === peer ? this.tracks.value.get(mid) : undefined;
      if (track?.kind === 'video') return track;
    }
    return null;
  }

  async start(withCamera: boolean): Promise<void> {
    this.voice = await microphone();
    if (withCamera) await this.openCamera();
    if (this.over) return this.letGo();
    this.phase.value = 'joining';
    await this.join();
  }

  async toggleMic(): Promise<void> {
    this.mic.value = !this.mic.peek();
    if (this.voice) this.voice.enabled = this.mic.peek();
    await this.tell();
  }

  async toggleCamera(): Promise<void> {
    if (this.picture.peek()) this.closeCamera();
    else {
      await this.openCamera();
      if (this.picture.peek()) this.voiceOnly.value = false;
    }
    await this.connections?.show(this.picture.peek());
    await this.tell();
  }

  async toggleVoiceOnly(): Promise<void> {
    this.voiceOnly.value = !this.voiceOnly.peek();
    if (this.voiceOnly.peek()) {
      this.closeCamera();
      await this.connections?.show(null);
    }
    await this.tell();
  }

  async setBudget(bytes: number | null): Promise<void> {
    this.budget.value = bytes;
    await this.tell();
  }

  /** Another microphone was chosen. */
  async changeMicrophone(): Promise<void> {
    const before = this.voice;
    this.voice = await microphone();
    this.voice.enabled = this.mic.peek();
    await this.connections?.speak(this.voice);
    before?.stop();
  }

  /** Another camera was chosen; it is shown if one is on. */
  async changeCamera(): Promise<void> {
    if (!this.picture.peek()) return;
    this.closeCamera(); // first: many devices open one camera at a time
    await this.openCamera();
    await this.connections?.show(this.picture.peek());
    await this.tell();
  }

  /** Ends it here; tells the server unless it knows. */
  leave(tell = true): void {
    const peer = this.peer.peek();
    this.over = true;
    clearTimeout(this.timer);
    this.letGo();
    if (tell && peer) void ask('call:leave', { room: this.room.number, peer }).catch(() => {});
  }

  /** The path under the call may be another one: ask for a restart of both connections. */
  async mend(): Promise<void> {
    const peer = this.peer.peek();
    if (this.over || this.mending || !this.connections || !peer || link.peek() !== 'online') return;
    this.mending = true;
    try {
      const sdp = await this.connections.offer(true);
      const { answer, offer } = await ask('call:restart', { room: this.room.number, peer, sdp });
      await this.answer(answer, offer, peer);
    } catch (error) {
      const ended = error instanceof Refusal && error.code === 'not_found';
      if (ended || !(error instanceof Refusal)) await this.rejoin(); // a description that no longer fits: start anew
    } finally {
      this.mending = false;
    }
  }

  /** The server has no such participant any more, but the person never left: come in again with the same devices. */
  async rejoin(): Promise<void> {
    if (this.over) return;
    this.phase.value = 'reconnecting';
    if (link.peek() !== 'online') return; // `onOnline` comes back to it
    try {
      await this.join();
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'other';
      if (code === 'unreachable' || code === 'try_again' || code === 'draining') this.timer = setTimeout(() => void this.rejoin(), AGAIN_MS);
      else endCall(this, troubleOf(code), false);
    }
  }

  private async join(): Promise<void> {
    if (!this.voice) return;
    this.connections?.close();
    this.peer.value = null;
    const connections = new Connections(this.voice, this.picture.peek(), {
      health: (health) => this.felt(health),
      tracks: (tracks) => (this.tracks.value = tracks),
    });
    this.connections = connections;
    const answer = await ask('call:join', {
      room: this.room.number,
      sdp: await connections.offer(),
      caps: { video: true },
      mic: this.mic.peek(),
      camera: this.picture.peek() !== null,
      voice_only: this.voiceOnly.peek(),
      ...(this.first && { first: this.first }),
    });
    if (this.over) return void ask('call:leave', { room: this.room.number, peer: answer.peer }).catch(() => {});
    batch(() => {
      this.peer.value = answer.peer;
      this.room.inCall.value = answer.people;
      this.slots.value = answer.slots;
    });
    await this.answer(answer.answer, answer.offer, answer.peer, answer.ice);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.phase.peek() !== 'in' && (this.notice.value = 'no_media'), FIRST_MEDIA_MS);
  }

  private async answer(answer: string, offer: string, peer: string, ice?: RTCIceServer[]): Promise<void> {
    const sdp = await this.connections?.accept(answer, offer, ice);
    if (sdp) await ask('call:answer', { room: this.room.number, peer, sdp });
  }

  private felt(health: Health): void {
    if (this.over || health === 'new') return;
    clearTimeout(this.timer);
    if (health === 'connected') {
      this.phase.value = 'in';
      if (this.notice.peek() === 'no_media') this.notice.value = null;
      return;
    }
    this.phase.value = 'reconnecting';
    this.timer = setTimeout(() => this.keepMending(), health === 'failed' ? 0 : SETTLE_MS);
  }

  private keepMending(): void {
    if (this.over || this.phase.peek() !== 'reconnecting') return;
    void this.mend();
    this.timer = setTimeout(() => this.keepMending(), AGAIN_MS);
  }

  private async openCamera(): Promise<void> {
    this.notice.value = null;
    try {
      this.picture.value = await camera();
    } catch (error) {
      if (error instanceof NoDevice) this.notice.value = error.trouble;
    }
  }

  private closeCamera(): void {
    this.picture.peek()?.stop();
    this.picture.value = null;
  }

  private async tell(): Promise<void> {
    const peer = this.peer.peek();
    if (!peer) return;
    const state = { mic: this.mic.peek(), camera: this.picture.peek() !== null, voice_only: this.voiceOnly.peek() };
    try {
      await ask('call:state', { room: this.room.number, peer, ...state, budget: this.budget.peek() });
    } catch (error) {
      // Away for too long, the part has ended. Anything else is told again when the socket is back.
      if (error instanceof Refusal && error.code === 'not_found') await this.rejoin();
    }
  }

  private letGo(): void {
    this.connections?.close();
    this.voice?.stop();
    this.closeCamera();
  }

  /**
   * After a cut of the socket. Any event ties the part in the call to the new socket; while the media still flows that
   * is all it needs.
   */
  async resume(): Promise<void> {
    if (!this.peer.peek()) {
      if (this.phase.peek() === 'reconnecting') await this.rejoin();
      return;
    }
    if (this.phase.peek() !== 'in') await this.mend();
    await this.tell();
  }
}

/** `first`: the rung that the look at the line found good. */
export async function startCall(room: Room, withCamera: boolean, first: Rung | null = null): Promise<void> {
  if (call.peek()) endCall(call.peek()!, null);
  callTrouble.value = null;
  const started = new Call(room, first);
  call.value = started;
  try {
    await started.start(withCamera);
  } catch (error) {
    if (call.peek() !== started) return;
    if (error instanceof NoDevice) endCall(started, error.trouble);
    else if (error instanceof Refusal) endCall(started, troubleOf(error.code), true, error.message);
    else endCall(started, 'other');
  }
}

export function endCall(ending: Call, trouble: Trouble | null, tell = true, said = ''): void {
  ending.leave(tell);
  if (call.peek() === ending) call.value = null;
  callTrouble.value = trouble && { room: ending.room.number, trouble, said };
}

on('call:slots', ({ peer, slots }) => {
  const current = call.peek();
  if (current?.peer.peek() === peer) current.slots.value = slots;
});
on('call:ended', ({ peer, code }) => {
  const current = call.peek();
  if (!current || current.peer.peek() !== peer) return;
  if (code === 'lost' || code === 'drained') void current.rejoin();
  else endCall(current, code === 'replaced' || code === 'removed' ? code : null, false);
});
onOnline(() => void call.peek()?.resume());
effect(() => {
  if (link.value === 'refused' || link.value === 'closed') {
    const current = call.peek();
    if (current) endCall(current, null, false);
  }
});
addEventListener('pagehide', () => {
  const current = call.peek();
  if (current) endCall(current, null); // so that the others see it at once
});
