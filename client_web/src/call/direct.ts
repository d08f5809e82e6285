/**
 * The way from device to device, when two adults agreed to it: a third PeerConnection, while those through the server
 * stay and carry nothing. Whatever goes wrong with it, the call is through the server again in the same moment.
 */

import { effect, signal } from '@preact/signals';
import type { Down } from '../wire/events';
import { ask, link } from '../wire/link';
import type { Call } from './call';

type State = Down['call:direct'];

const CONNECTS_WITHIN_MS = 10_000;
const GATHERS_WITHIN_MS = 2_000; // addresses of this device alone: no server is asked for any
const COUNT_MS = 2_000;

export class Direct {
  /** How things stand, as the server told last. */
  readonly state = signal<State | null>(null);
  /** It carries the call now. */
  readonly carries = signal(false);
  /** It was tried just now, in vain. */
  readonly failed = signal(false);
  readonly voice = signal<MediaStreamTrack | null>(null);
  readonly picture = signal<MediaStreamTrack | null>(null);
  /** Bytes that went this way. */
  used = 0;

  private pc: RTCPeerConnection | null = null;
  private number = -1;
  private senders: Partial<Record<'audio' | 'video', RTCRtpSender>> = {};
  private patience: ReturnType<typeof setTimeout> | undefined;
  private counting: ReturnType<typeof setInterval> | undefined;
  private readonly ends: (() => void)[];

  constructor(private readonly call: Call) {
    this.ends = [
      effect(() => {
        const picture = this.outgoing(); // asked for first: there may be no sender yet
        void this.senders.video?.replaceTrack(picture).catch(() => {});
      }),
      // Who cannot be told that it is over is not left in it.
      effect(() => {
        if (link.value !== 'online') this.close();
      }),
    ];
  }

  async agree(agree: boolean): Promise<void> {
    this.failed.value = false;
    if (!agree) this.close();
    const peer = this.call.peer.peek();
    if (peer) await ask('call:direct', { room: this.call.room.number, peer, agree });
  }

  told(state: State): void {
    this.state.value = state;
    if (state.state === 'on' && state.link === this.number && this.pc) return;
    this.close();
    if (state.state !== 'on' || state.link === undefined) return;
    this.failed.value = false;
    this.number = state.link;
    const fresh = this.open();
    if (state.offers) void this.offer(fresh).catch(() => this.giveUp(fresh));
  }

  async described({ link: number, sdp }: Down['call:describe']): Promise<void> {
    const { pc } = this;
    if (!pc || number !== this.number) return;
    try {
      if (pc.signalingState === 'have-local-offer') return await pc.setRemoteDescription({ type: 'answer', sdp });
      await pc.setRemoteDescription({ type: 'offer', sdp });
      for (const transceiver of pc.getTransceivers()) {
        const kind = transceiver.receiver.track.kind as 'audio' | 'video';
        transceiver.direction = 'sendrecv';
        this.senders[kind] = transceiver.sender;
        await transceiver.sender.replaceTrack(kind === 'audio' ? this.call.ownVoice : this.outgoing());
      }
      await pc.setLocalDescription(await pc.createAnswer());
      await this.describe(pc);
    } catch {
      this.giveUp(pc);
    }
  }

  /** Another microphone. */
  async speak(mic: MediaStreamTrack): Promise<void> {
    await this.senders.audio?.replaceTrack(mic);
  }

  pictureOf(peer: string): MediaStreamTrack | null {
    return this.carries.value && this.state.value?.other === peer ? this.picture.value : null;
  }

  /** For good. */
  end(): void {
    for (const end of this.ends.splice(0)) end();
    this.close();
  }

  /** The picture, while anybody wants it: the ladder and "voice only" hold here as well. */
  private outgoing(): MediaStreamTrack | null {
    return this.call.step.value.layers.length > 0 ? this.call.picture.value : null;
  }

  private open(): RTCPeerConnection {
    const pc = (this.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' }));
    pc.ontrack = ({ track }) => ((track.kind === 'audio' ? this.voice : this.picture).value = track);
    pc.onconnectionstatechange = () => {
      if (pc !== this.pc) return;
      if (pc.connectionState === 'connected') this.carry(true);
      else if (pc.connectionState === 'failed') this.giveUp(pc);
      else this.carry(false);
    };
    this.patience = setTimeout(() => !this.carries.peek() && this.giveUp(pc), CONNECTS_WITHIN_MS);
    this.count(pc);
    return pc;
  }

  private async offer(pc: RTCPeerConnection): Promise<void> {
    const { ownVoice } = this.call;
    this.senders.audio = pc.addTransceiver(ownVoice ?? 'audio', { direction: 'sendrecv' }).sender;
    this.senders.video = pc.addTransceiver(this.outgoing() ?? 'video', { direction: 'sendrecv' }).sender;
    await pc.setLocalDescription(await pc.createOffer());
    await this.describe(pc);
  }

  private async describe(pc: RTCPeerConnection): Promise<void> {
    await gathered(pc);
    const peer = this.call.peer.peek();
    if (pc !== this.pc || !peer) return;
    await ask('call:describe', { room: this.call.room.number, peer, link: this.number, sdp: pc.localDescription?.sdp ?? '' });
  }

  private carry(carries: boolean): void {
    if (this.carries.peek() === carries) return;
    this.carries.value = carries;
    void this.call.media?.hush(carries).catch(() => {});
  }

  private giveUp(pc: RTCPeerConnection): void {
    if (pc !== this.pc) return;
    void this.agree(false)
      .catch(() => {})
      .finally(() => (this.failed.value = true));
  }

  private close(): void {
    clearTimeout(this.patience);
    clearInterval(this.counting);
    const { pc } = this;
    this.pc = null;
    this.number = -1;
    this.senders = {};
    this.carry(false);
    this.voice.value = this.picture.value = null;
    if (!pc) return;
    pc.ontrack = pc.onconnectionstatechange = null;
    pc.close();
  }

  private count(pc: RTCPeerConnection): void {
    const before = this.used;
    this.counting = setInterval(() => {
      void pc.getStats().then((report) => {
        for (const { type, bytesSent, bytesReceived } of (report as unknown as Map<string, Record<string, unknown>>).values())
          if (type === 'transport' && pc === this.pc) this.used = before + Number(bytesSent) + Number(bytesReceived);
      });
    }, COUNT_MS);
  }
}

/** Resolves when the description holds every address there is. */
function gathered(pc: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (pc.iceGatheringState === 'complete') resolve();
    };
    pc.onicegatheringstatechange = look;
    setTimeout(resolve, GATHERS_WITHIN_MS);
    look();
  });
}
