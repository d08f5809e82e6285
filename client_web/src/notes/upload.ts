/** Brings a note to the server piece by piece, over any cut: it is asked what it holds, and gets the rest. */

import { language } from '../locales/language';
import { Refusal, unreachable, type ErrorBody } from '../wire/refusal';

interface Progress {
  next: number;
  chunks: number;
  chunk: number;
  milliseconds?: number;
}

const PATIENCE_MS = 30_000; // for one piece of 8 KiB: four seconds at 16 kbit/s, and a line that stalls

/**
 * Returns when the server has all of it, with its length in milliseconds. `went` is told the share that is there; when it answers false, something more
 * urgent waits, and the upload stops where it is with `unreachable`. Throws a Refusal.
 */
export async function uploadNote(room: number, id: string, bytes: Uint8Array<ArrayBuffer>, went: (share: number) => boolean): Promise<number> {
  const path = `rooms/${room}/notes`;
  let progress = await exchange('POST', path, 'application/json', JSON.stringify({ id, bytes: bytes.length }));
  while (progress.milliseconds === undefined) {
    if (!went(progress.next / progress.chunks)) throw unreachable();
    const start = progress.next * progress.chunk;
    const piece = bytes.subarray(start, start + progress.chunk);
    progress = await exchange('PUT', `${path}/${id}/chunks/${progress.next}`, 'application/octet-stream', new Blob([piece]));
  }
  return progress.milliseconds;
}

async function exchange(method: string, path: string, type: string, body: string | Blob): Promise<Progress> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE_MS);
  let ok: boolean;
  let answer: Progress & { error?: ErrorBody };
  try {
    const headers = { 'Accept-Language': language.value, 'Content-Type': type };
    const response = await fetch(`/api/v1/${path}`, { method, headers, body, signal: giveUp.signal });
    ok = response.ok;
    answer = await response.json();
  } catch {
    throw unreachable();
  } finally {
    clearTimeout(timer);
  }
  if (ok) return answer;
  throw answer.error ? new Refusal(answer.error) : unreachable();
}
