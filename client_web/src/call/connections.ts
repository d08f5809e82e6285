/**
 * The two PeerConnections of a call: *up* carries this person's voice and picture and is offered from here; *down*
 * carries everybody else's in a fixed pool of slots and is offered by the server. Neither ever waits for candidates:
 * the server is an ICE-lite end that learns ours from the first check.
 */

export type Health = 'new' | 'connected' | 'broken' | 'failed';

// What the server forwards (docs/protocol.md, "The sequence in a browser"); each codec left out spares bytes at joining.
const AUDIO = ({ mimeType }: RTCRtpCodec): boolean => mimeType === 'audio/opus';
const VIDEO = ({ mimeType, sdpFmtpLine }: RTCRtpCodec): boolean =>
  /^video\/(vp8|rtx)$/i.test(mimeType) || (/^video\/h264$/i.test(mimeType) && /packetization-mode=1/.test(sdpFmtpLine ?? ''));

const VIDEO_MAX_BITS = 700_000; // per second: what 640×360 at 24 frames needs, and no more

export class Connections {
  readonly up = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  readonly down = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  private readonly audio: RTCRtpTransceiver;
  private readonly video: RTCRtpTransceiver;

  constructor(
    mic: MediaStreamTrack,
    picture: MediaStreamTrack | null,
    private readonly hooks: { health: (health: Health) => void; tracks: (tracks: ReadonlyMap<string, MediaStreamTrack>) => void },
  ) {
    this.audio = this.up.addTransceiver(mic, { direction: 'sendonly' });
    // Always there, with or without a picture, so that the camera comes and goes without a new offer.
    this.video = this.up.addTransceiver(picture ?? 'video', {
      direction: 'sendonly',
      sendEncodings: [{ maxBitrate: VIDEO_MAX_BITS }],
    });
    for (const { transceiver, kind, codecs } of [
      { transceiver: this.audio, kind: 'audio', codecs: AUDIO },
      { transceiver: this.video, kind: 'video', codecs: VIDEO },
    ]) {
      const wanted = RTCRtpSender.getCapabilities(kind)?.codecs.filter((codec) => codecs(codec));
      if (wanted?.length) transceiver.setCodecPreferences?.(wanted);
    }
    this.up.onconnectionstatechange = this.down.onconnectionstatechange = () => this.hooks.health(this.health());
  }

  async offer(restart = false): Promise<string> {
    await this.up.setLocalDescription(await this.up.createOffer({ iceRestart: restart }));
    return this.up.localDescription?.sdp ?? '';
  }

  /** Takes the server's answer for *up* and its offer for *down*; gives the answer for *down*. */
  async accept(answer: string, offer: string, ice: RTCIceServer[] = []): Promise<string> {
    if (ice.length > 0) for (const end of [this.up, this.down]) end.setConfiguration({ iceServers: ice });
    await this.up.setRemoteDescription({ type: 'answer', sdp: answer });
    await this.down.setRemoteDescription({ type: 'offer', sdp: offer });
    await this.down.setLocalDescription(await this.down.createAnswer());
    const tracks = this.down.getTransceivers().map(({ mid, receiver }) => [mid ?? '', receiver.track] as const);
    this.hooks.tracks(new Map(tracks));
    return this.down.localDescription?.sdp ?? '';
  }

  show(picture: MediaStreamTrack | null): Promise<void> {
    return this.video.sender.replaceTrack(picture);
  }

  speak(mic: MediaStreamTrack): Promise<void> {
    return this.audio.sender.replaceTrack(mic);
  }

  close(): void {
    this.up.onconnectionstatechange = this.down.onconnectionstatechange = null;
    this.up.close();
    this.down.close();
  }

  private health(): Health {
    const states = [this.up.connectionState, this.down.connectionState];
    if (states.includes('failed')) return 'failed';
    if (states.includes('disconnected')) return 'broken';
    return states.every((state) => state === 'connected') ? 'connected' : 'new';
  }
}
