/** The microphone and the camera, and why one of them is not to be had. */

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

export const microphone = (): Promise<MediaStreamTrack> =>
  track('mic', { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } });

// 640×360: sharp enough for a face, a third of the upload of 720p.
export const camera = (): Promise<MediaStreamTrack> =>
  track('camera', { video: { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24 }, facingMode: 'user' } });

async function track(what: 'mic' | 'camera', wanted: MediaStreamConstraints): Promise<MediaStreamTrack> {
  // Browsers hide the devices from pages that came without https.
  if (!navigator.mediaDevices) throw new NoDevice('insecure');
  try {
    const [found] = (await navigator.mediaDevices.getUserMedia(wanted)).getTracks();
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
