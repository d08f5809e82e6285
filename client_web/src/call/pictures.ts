/** What a rung of the ladder means for the pictures that this person sends. Pure. */

import type { Layer, Rung } from '../wire/call';

/** Best first. */
export const RUNGS: readonly Rung[] = ['video', 'video-small', 'stills', 'voice', 'voice-lean', 'voice-web', 'notes', 'text'];

/** Whether pictures that move go out on this rung. */
export const moves = (rung: Rung): boolean => rung === 'video' || rung === 'video-small';

/** Of a camera of 640×360. Frames fall last: below 20 a second lips and hands can no longer be read (EN 301 549, 6.5). */
export const ENCODINGS: Readonly<Record<Layer, RTCRtpEncodingParameters>> = {
  full: { maxBitrate: 700_000, maxFramerate: 24, scaleResolutionDownBy: 1 },
  small: { maxBitrate: 120_000, maxFramerate: 24, scaleResolutionDownBy: 2 },
};
