/**
 * The two PeerConnections of a call: *up* carries this person's voice and picture and is offered from here; *down*
 * carries everybody else's in a fixed pool of slots and is offered by the server. Neither ever waits for candidates:
 * the server is an ICE-lite end that learns ours from the first check.
 */

import { pack, unpack } from './descriptions';
import type { IceCredentials, Layer, Voice } from '../wire/call';
import { ENCODINGS } from './pictures';
import { credentialsOf, regenerate } from './restarting';
import { shapeAnswer } from './shaping';

export type Health = 'new' | 'connected' | 'broken' | 'failed';

export interface Hooks {
  health: (health: Health) => void;
  tracks: (tracks: ReadonlyMap<string, MediaStreamTrack>) => void;
}

// What the server forwards (docs/protocol.md, "The sequence in a browser"); each codec left out spares bytes at joining.
const AUDIO = ({ mimeType }: RTCRtpCodec): boolean => /^audio\/(opus|red)$/i.test(mimeType);
const VIDEO = ({ mimeType, sdpFmtpLine }: RTCRtpCodec): boolean =>
  /^video\/(vp8|rtx)$/i.test(mimeType) || (/^video\/h264$/i.test(mimeType) && /packetization-mode=1/.test(sdpFmtpLine ?? ''));

export class Connections {
  readonly up: RTCPeerConnection;
  readonly down: RTCPeerConnection;
  private readonly audio: RTCRtpTransceiver;
  /** The same camera twice, each in a section of its own (decision 0105). Which of the two goes out, the server tells. */
  private readonly video: Readonly<Record<Layer, RTCRtpTransceiver>>;
  private answer = '';
  private offered = '';
  private generation = 0;
  private udpOnly = false;
  private voice: Voice | null = null;
  private told: Health = 'new';
  /** One description after the other: a restart and a change of the voice may come together. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    mic: MediaStreamTrack | null,
    picture: MediaStreamTrack | null,
    private readonly hooks: Hooks,
    iceServers: RTCIceServer[] = [],
  ) {
    this.up = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceServers });
    this.down = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceServers });
    this.audio = this.up.addTransceiver(mic ?? 'audio', { direction: 'sendonly' });
    // Always there, with or without a picture, so that the camera comes and goes without a new offer.
    const section = (layer: Layer, active: boolean): RTCRtpTransceiver =>
      this.up.addTransceiver(picture ?? 'video', { direction: 'sendonly', sendEncodings: [{ ...ENCODINGS[layer], active }] });
    this.video = { full: section('full', true), small: section('small', false) };
    prefer(this.audio, 'audio', AUDIO);
    for (const transceiver of Object.values(this.video)) prefer(transceiver, 'video', VIDEO);
    for (const end of [this.up, this.down]) end.onconnectionstatechange = end.oniceconnectionstatechange = () => this.look();
  }

  offer(): Promise<string> {
    return this.next(async () => {
      await this.up.setLocalDescription(await this.up.createOffer());
      return pack(this.up.localDescription?.sdp ?? '');
    });
  }

  /**
   * ICE restart of both, without a word to the server: media goes on over the old paths until new ones are there, on
   * sockets of whatever networks the device has now. What the server should know of it, when it can be told. `udpOnly`:
   * TCP is left out, which would cost a narrow line as much as UDP does and has not helped it.
   */
  restart(udpOnly: boolean): Promise<{ up: IceCredentials; down: IceCredentials }> {
    return this.next(async () => {
      this.generation += 1;
      this.udpOnly = udpOnly;
      await this.up.setLocalDescription(await this.up.createOffer({ iceRestart: true }));
      await this.up.setRemoteDescription({ type: 'answer', sdp: this.shaped() });
      await this.takeOffer();
      return { up: credentialsOf(this.up.localDescription?.sdp ?? ''), down: credentialsOf(this.down.localDescription?.sdp ?? '') };
    });
  }

  /** The relays there are from now on. A connection that has looked for its ways already sees them at its next restart. */
  relays(iceServers: RTCIceServer[]): void {
    for (const end of [this.up, this.down]) end.setConfiguration({ bundlePolicy: 'max-bundle', iceServers });
  }

  /** Whether media goes through a relay. */
  async relayed(): Promise<boolean> {
    const reports = await Promise.all([this.up.getStats(), this.down.getStats()]);
    return reports.some((report) =>
      [...report.values()].some(
        ({ type, nominated, localCandidateId }) =>
          type === 'candidate-pair' && nominated && report.get(localCandidateId)?.candidateType === 'relay',
      ),
    );
  }

  /** Takes the server's answer for *up* and its offer for *down*; gives the answer for *down*. */
  accept(answer: string, offer: string): Promise<string> {
    return this.next(async () => {
      this.answer = await unpack(answer);
      await this.up.setRemoteDescription({ type: 'answer', sdp: this.shaped() });
      this.offered = await unpack(offer);
      await this.takeOffer();
      const tracks = this.down.getTransceivers().map(({ mid, receiver }) => [mid ?? '', receiver.track] as const);
      this.hooks.tracks(new Map(tracks));
      return pack(this.down.localDescription?.sdp ?? '');
    });
  }

  /** How the voice is encoded from now on. Asks nobody: see shaping.ts. */
  encode(voice: Voice): Promise<void> {
    this.voice = voice;
    return this.next(async () => {
      if (this.up.signalingState !== 'stable' || !this.answer) return; // the answer that is on its way will be shaped
      await this.up.setLocalDescription(await this.up.createOffer());
      await this.up.setRemoteDescription({ type: 'answer', sdp: this.shaped() });
    });
  }

  /** Which qualities of the picture go out. None: the camera may go on, nothing of it is sent. */
  async send(layers: readonly Layer[]): Promise<void> {
    for (const [layer, { sender }] of Object.entries(this.video) as [Layer, RTCRtpTransceiver][]) {
      const parameters = sender.getParameters();
      const [encoding] = parameters.encodings;
      if (!encoding || encoding.active === layers.includes(layer)) continue;
      encoding.active = layers.includes(layer);
      parameters.degradationPreference = 'maintain-framerate'; // resolution falls before frames do
      await sender.setParameters(parameters);
    }
  }

  async show(picture: MediaStreamTrack | null): Promise<void> {
    await Promise.all(Object.values(this.video).map(({ sender }) => sender.replaceTrack(picture)));
  }

  speak(mic: MediaStreamTrack | null): Promise<void> {
    return this.audio.sender.replaceTrack(mic);
  }

  /** How long voices wait before they are played, at the least. */
  buffer(milliseconds: number): void {
    for (const { receiver } of this.down.getTransceivers()) {
      // Not every browser knows it, nor our library of types.
      const voice = receiver as RTCRtpReceiver & { jitterBufferTarget?: number | null };
      if (receiver.track.kind === 'audio' && 'jitterBufferTarget' in receiver) voice.jitterBufferTarget = milliseconds || null;
    }
  }

  health(): Health {
    const ends = [this.up, this.down];
    const states: string[] = ends.map(({ connectionState }) => connectionState);
    states.push(...ends.map(({ iceConnectionState }) => iceConnectionState).filter((state) => state === 'failed' || state === 'disconnected'));
    if (states.includes('failed')) return 'failed';
    if (states.includes('disconnected')) return 'broken';
    return states.every((state) => state === 'connected') ? 'connected' : 'new';
  }

  close(): void {
    for (const end of [this.up, this.down]) {
      end.onconnectionstatechange = end.oniceconnectionstatechange = null;
      end.close();
    }
  }

  private async takeOffer(): Promise<void> {
    await this.down.setRemoteDescription({ type: 'offer', sdp: regenerate(this.offered, this.generation, this.udpOnly) });
    await this.down.setLocalDescription(await this.down.createAnswer());
  }

  private shaped(): string {
    return regenerate(this.voice ? shapeAnswer(this.answer, this.voice) : this.answer, this.generation, this.udpOnly);
  }

  private look(): void {
    const health = this.health();
    if (health === this.told) return;
    this.told = health;
    this.hooks.health(health);
  }

  private next<T>(act: () => Promise<T>): Promise<T> {
    const done = this.turn.then(act);
    this.turn = done.catch(() => {});
    return done;
  }
}

function prefer(transceiver: RTCRtpTransceiver, kind: 'audio' | 'video', codecs: (codec: RTCRtpCodec) => boolean): void {
  const wanted = RTCRtpSender.getCapabilities(kind)?.codecs.filter(codecs);
  if (wanted?.length) transceiver.setCodecPreferences?.(wanted);
}
