/** The microphone, the camera and the loudspeaker: which ones, and why one is not to be had. */

import { signal } from '@preact/signals';
import { recall, remember } from '../shell/memory';

export type DeviceTrouble =
  | 'insecure'
  | 'mic_refused'
  | 'mic_missing'
  | 'mic_busy'
  | 'camera_refused'
  | 'camera_missing'
  | 'camera_busy';

export class NoDevice extends Error {
  constructor(readonly trouble: DeviceTrouble) {
    super(trouble);
  }
}

export type Device = 'mic' | 'camera' | 'speaker';
const KINDS: Record<Device, MediaDeviceKind> = { mic: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' };

/** What this device has, as far as the browser tells: without names before the first permission. */
export const devices = signal<readonly MediaDeviceInfo[]>([]);
/** The one chosen of each kind; empty leaves it to the browser. Kept on this device. */
export const chosen = signal<Readonly<Record<Device, string>>>({
  mic: recall('mic') ?? '',
  camera: recall('camera') ?? '',
  speaker: recall('speaker') ?? '',
});

export function choose(device: Device, id: string): void {
  remember(device, id || null);
  chosen.value = { ...chosen.peek(), [device]: id };
}

export const ofKind = (device: Device): readonly MediaDeviceInfo[] =>
  devices.value.filter(({ kind, deviceId }) => kind === KINDS[device] && deviceId !== '');

export async function look(): Promise<void> {
  devices.value = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
}
navigator.mediaDevices?.addEventListener('devicechange', () => void look());

/** A voice that says nothing, for who only observes: nobody is asked for a microphone. */
export const quiet = (): MediaStreamTrack => new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0]!;

export const microphone = (): Promise<MediaStreamTrack> =>
  track('mic', (deviceId) => ({
    audio: { ...deviceId, echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
  }));

// 640×360: sharp enough for a face, a third of the upload of 720p.
export const camera = (): Promise<MediaStreamTrack> =>
  track('camera', (deviceId) => ({
    video: { ...deviceId, width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24 }, facingMode: 'user' },
  }));

async function track(what: 'mic' | 'camera', wanted: (device: { deviceId?: string }) => MediaStreamConstraints): Promise<MediaStreamTrack> {
  // Browsers hide the devices from pages that came without https.
  if (!navigator.mediaDevices) throw new NoDevice('insecure');
  try {
    // A bare identifier is a wish, not a demand: when that device is unplugged, another one does.
    const id = chosen.peek()[what];
    const [found] = (await navigator.mediaDevices.getUserMedia(wanted(id ? { deviceId: id } : {}))).getTracks();
    void look(); // their names are told once one was allowed
    if (found) return found;
  } catch (error) {
    throw new NoDevice(`${what}_${reason((error as DOMException).name)}`);
  }
  throw new NoDevice(`${what}_missing`);
}

function reason(name: string): 'refused' | 'missing' | 'busy' {
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy';
}
