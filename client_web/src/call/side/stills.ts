/** Still pictures of one's camera: small WebP, one every few seconds, only the newest, only when the line is idle. */

import { plain } from './webp';

const SIZES = [240, 208, 160]; // pixels of the longer side
const QUALITIES = [0.5, 0.35, 0.2];
const LARGEST = 5_000; // bytes
const LOOK_MS = 500; // how often to see whether the line is idle
const SLOW_MS = 2_500; // a picture that takes longer was too large
const LONGEST_MS = 8_000;

export class StillCamera {
  private readonly video = document.createElement('video');
  private readonly canvas = document.createElement('canvas');
  private camera: MediaStreamTrack | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private every = LONGEST_MS;
  private sentAt: number | null = null;
  private size = 0;
  private learning = false; // whether it is not known yet how long the last one took
  private idle: () => boolean = () => false;

  constructor(private readonly show: (picture: Uint8Array) => void) {
    this.video.muted = this.video.playsInline = true;
  }

  /** Shows `camera` every so many milliseconds, when `idle` says that nothing else waits. */
  from(camera: MediaStreamTrack, every: number, idle: () => boolean): void {
    this.every = every;
    this.idle = idle;
    if (this.camera !== camera) {
      this.camera = camera;
      this.video.srcObject = new MediaStream([camera]);
      void this.video.play().catch(() => {});
    }
    this.timer ??= setTimeout(() => void this.look(), 0);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.camera = this.video.srcObject = null;
  }

  private async look(): Promise<void> {
    const began = performance.now();
    if (this.idle()) this.learn(began);
    const due = this.sentAt === null || began - this.sentAt >= this.every;
    if (due && !document.hidden && this.idle() && this.camera?.enabled) {
      const picture = await this.take();
      if (picture && this.camera && this.idle()) {
        this.show(picture);
        this.sentAt = performance.now();
        this.learning = true;
      }
    }
    if (this.timer !== undefined) this.timer = setTimeout(() => void this.look(), LOOK_MS);
  }

  /** The last picture has arrived: the next one is as large as the line bore. */
  private learn(now: number): void {
    if (!this.learning || this.sentAt === null) return;
    this.learning = false;
    const took = now - this.sentAt;
    if (took > SLOW_MS) this.size = Math.min(SIZES.length - 1, this.size + 1);
    else if (took < SLOW_MS / 3) this.size = Math.max(0, this.size - 1);
  }

  private async take(): Promise<Uint8Array | null> {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width || !height) return null;
    const scale = SIZES[this.size]! / Math.max(width, height);
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.canvas.getContext('2d', { alpha: false })?.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    for (const quality of QUALITIES.slice(this.size && 1)) {
      const blob = await new Promise<Blob | null>((done) => this.canvas.toBlob(done, 'image/webp', quality));
      if (blob?.type !== 'image/webp') return null; // Safari makes no WebP
      const picture = plain(new Uint8Array(await blob.arrayBuffer()));
      if (picture && picture.length <= LARGEST) return picture;
    }
    return null;
  }
}
