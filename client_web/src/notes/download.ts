/** Fetches a note once, goes on where a cut left it, and keeps the last few for as long as the page lives. */

import { link } from '../wire/link';

const KEPT = 12; // notes: a few megabytes at most
const TRIES = 6;
const AGAIN_MS = 2_000;

const kept = new Map<string, Blob>();

/** From this address below `/api/v1/`; `went` is told the share that is here. Throws when it cannot be had. */
export async function downloadNote(address: string, went: (share: number) => void): Promise<Blob> {
  const known = kept.get(address);
  if (known) return known;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let tries = 1; ; tries += 1) {
    try {
      await fetchRest(`/api/v1/${address}`, parts, went);
      break;
    } catch (error) {
      if (tries === TRIES || error instanceof RangeError) throw error;
      await new Promise((resolve) => setTimeout(resolve, link.peek() === 'online' ? AGAIN_MS : 2 * AGAIN_MS));
    }
  }
  const blob = new Blob(parts, { type: 'audio/ogg; codecs=opus' });
  kept.set(address, blob);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  return blob;
}

async function fetchRest(address: string, parts: Uint8Array<ArrayBuffer>[], went: (share: number) => void): Promise<void> {
  let got = parts.reduce((sum, part) => sum + part.length, 0);
  const response = await fetch(address, { headers: got > 0 ? { Range: `bytes=${got}-` } : {} });
  if (response.status === 416) return; // the last byte had come before the cut
  if (!response.ok || !response.body) throw response.status < 500 ? new RangeError('not to be had') : new TypeError('later');
  const whole = Number(response.headers.get('Content-Range')?.split('/')[1] ?? response.headers.get('Content-Length'));
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value as Uint8Array<ArrayBuffer>);
    got += value.length;
    if (whole) went(got / whole);
  }
}
