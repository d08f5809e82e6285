/**
 * Looks at both connections a few times a second: whether anything still comes in, seconds before ICE would say so; and who
 * speaks just now, for eyes only.
 */

import type { Call } from './call';
import { entriesOf, type Entry } from './stats';

const LOOK_MS = 200;
const SPEAKS = 0.02; // of full scale, about −34 dB: a voice, not a room
const HOLD_MS = 800; // between two words nobody stops being the one who speaks

export function startPulse(call: Call): () => void {
  const heard = new Map<string, number>();
  let busy = false;
  const timer = setInterval(() => {
    const connections = call.media?.connections;
    if (busy || !connections) return;
    busy = true;
    void Promise.all([entriesOf(connections.up), entriesOf(connections.down)])
      .then(([up, down]) => {
        if (call.over || connections !== call.media?.connections) return;
        call.media.felt({ up: arrived(up), down: arrived(down) }, total([...up, ...down], 'candidate-pair', 'packetsDiscardedOnSend'));
        if (document.visibilityState === 'visible') call.speaking.value = speakers(call, levels(call, up, down), heard);
      })
      .catch(() => {}) // closed meanwhile
      .finally(() => (busy = false));
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** Grows with anything at all that the server sends us. */
const arrived = (entries: readonly Entry[]): number =>
  total(entries, 'transport', 'bytesReceived') + total(entries, 'candidate-pair', 'bytesReceived') + total(entries, 'candidate-pair', 'responsesReceived');

/** The same set as before when nothing changed, so that nothing is drawn anew. */
function speakers(call: Call, found: ReadonlyMap<string, number>, heard: Map<string, number>): ReadonlySet<string> {
  const now = performance.now();
  for (const [peer, level] of found) if (level > SPEAKS) heard.set(peer, now);
  for (const [peer, at] of heard) if (now - at > HOLD_MS) heard.delete(peer);
  const before = call.speaking.peek();
  const same = heard.size === before.size && [...heard.keys()].every((peer) => before.has(peer));
  return same ? before : new Set(heard.keys());
}

/** 0–1, by person. */
function levels(call: Call, up: readonly Entry[], down: readonly Entry[]): Map<string, number> {
  const found = new Map<string, number>();
  const persons = new Map(call.slots.peek().flatMap(({ mid, peer }) => (peer ? [[mid, peer] as const] : [])));
  for (const { type, kind, mid, audioLevel } of down) {
    const peer = type === 'inbound-rtp' && kind === 'audio' ? persons.get(String(mid)) : undefined;
    if (peer) found.set(peer, Number(audioLevel ?? 0));
  }
  const own = call.peer.peek();
  for (const { type, kind, audioLevel } of up) {
    if (own && call.mic.peek() && type === 'media-source' && kind === 'audio') found.set(own, Number(audioLevel ?? 0));
  }
  return found;
}

const total = (entries: readonly Entry[], kind: string, name: string): number =>
  entries.reduce((sum, entry) => sum + (entry.type === kind ? Number(entry[name] ?? 0) : 0), 0);
