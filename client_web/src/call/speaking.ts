/** Who speaks just now: from the levels that the browser's receivers know anyway, a few times a second, for eyes only. */

import type { Call } from './call';

const LOOK_MS = 300;
const SPEAKS = 0.02; // of full scale, about −34 dB: a voice, not a room
const HOLD_MS = 800; // between two words nobody stops being the one who speaks

export function listenForSpeakers(call: Call): () => void {
  const heard = new Map<string, number>();
  let busy = false;
  const timer = setInterval(() => {
    if (document.visibilityState !== 'visible' || busy) return;
    busy = true;
    void levels(call)
      .then((found) => {
        const now = performance.now();
        for (const [peer, level] of found) if (level > SPEAKS) heard.set(peer, now);
        for (const [peer, at] of heard) if (now - at > HOLD_MS) heard.delete(peer);
        const before = call.speaking.peek();
        if (heard.size !== before.size || [...heard.keys()].some((peer) => !before.has(peer))) call.speaking.value = new Set(heard.keys());
      })
      .finally(() => (busy = false));
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** 0–1, by person. */
async function levels(call: Call): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const connections = call.media?.connections;
  if (!connections) return found;
  const persons = new Map(call.slots.peek().flatMap(({ mid, peer }) => (peer ? [[mid, peer] as const] : [])));
  const [up, down] = await Promise.all([connections.up.getStats(), connections.down.getStats()]);
  for (const stats of (down as unknown as Map<string, Record<string, unknown>>).values()) {
    const peer = stats['type'] === 'inbound-rtp' && stats['kind'] === 'audio' ? persons.get(String(stats['mid'])) : undefined;
    if (peer) found.set(peer, Number(stats['audioLevel'] ?? 0));
  }
  const own = call.peer.peek();
  for (const stats of (up as unknown as Map<string, Record<string, unknown>>).values()) {
    if (own && call.mic.peek() && stats['type'] === 'media-source' && stats['kind'] === 'audio') found.set(own, Number(stats['audioLevel'] ?? 0));
  }
  return found;
}
