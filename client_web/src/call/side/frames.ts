/** The frames of the side web socket (docs/protocol.md, "The side web socket"): bytes in, plain values out. */

export const ACK = 0;
export const VOICE = 1;
export const STILL = 2;
export const BEAT = 3;

const RATE = 48_000;

/** Opus packets of which each begins where the one before ends; `timestamp` counts samples at 48 kHz and wraps at 2³². */
export interface Voices {
  source: number;
  timestamp: number;
  packets: Uint8Array<ArrayBuffer>[];
}

export type Frame =
  | { kind: 'ack'; ack: number }
  | { kind: 'beat'; ack: number; sequence: number }
  | { kind: 'voice'; ack: number; sequence: number; voices: Voices }
  | { kind: 'still'; ack: number; sequence: number; source: number; picture: Uint8Array<ArrayBuffer> };

/** What a message of the server holds; null for what this client does not know. */
export function read(message: ArrayBuffer): Frame | null {
  const bytes = new Uint8Array(message);
  const [type, ack = 0, sequence, source = 0] = bytes;
  if (type === ACK) return bytes.length === 2 ? { kind: 'ack', ack } : null;
  if (sequence === undefined) return null;
  if (type === BEAT) return { kind: 'beat', ack, sequence };
  if (type === STILL && bytes.length > 4) return { kind: 'still', ack, sequence, source, picture: bytes.subarray(4) };
  if (type !== VOICE || bytes.length < 9) return null;
  const packets = split(bytes.subarray(8));
  return packets && { kind: 'voice', ack, sequence, voices: { source, timestamp: new DataView(message).getUint32(4), packets } };
}

/** An empty packet stands for 60 ms of silence. */
export function voice(ack: number, sequence: number, timestamp: number, packets: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = packets.reduce((sum, packet) => sum + packet.length + (packet.length > 251 ? 2 : 1), 7);
  const bytes = new Uint8Array(size);
  bytes.set([VOICE, ack, sequence]);
  new DataView(bytes.buffer).setUint32(3, timestamp >>> 0);
  let at = 7;
  for (const packet of packets) {
    const length = packet.length;
    if (length < 252) bytes[at++] = length;
    else {
      const first = 252 + (length & 3); // RFC 6716 section 3.2.1
      bytes[at++] = first;
      bytes[at++] = (length - first) >> 2;
    }
    bytes.set(packet, at);
    at += length;
  }
  return bytes;
}

export function still(ack: number, sequence: number, picture: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(3 + picture.length);
  bytes.set([STILL, ack, sequence]);
  bytes.set(picture, 3);
  return bytes;
}

export const ack = (last: number): Uint8Array<ArrayBuffer> => new Uint8Array([ACK, last]);

/** How many samples at 48 kHz an Opus packet lasts (RFC 6716 section 3.1); 0 for what is no packet. */
export function duration(packet: Uint8Array): number {
  const [toc, frames = 0] = packet;
  if (toc === undefined) return 0;
  const config = toc >> 3;
  // prettier-ignore
  const milliseconds = config < 12 ? [10, 20, 40, 60][config & 3]! : config < 16 ? [10, 20][config & 1]! : [2.5, 5, 10, 20][config & 3]!;
  const code = toc & 3;
  return ((code === 0 ? 1 : code < 3 ? 2 : frames & 63) * milliseconds * RATE) / 1_000;
}

function split(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] | null {
  const packets = [];
  for (let at = 0; at < bytes.length; ) {
    let length = bytes[at++]!;
    if (length > 251) {
      if (at === bytes.length) return null;
      length += 4 * bytes[at++]!;
    }
    if (at + length > bytes.length) return null;
    packets.push(bytes.subarray(at, at + length));
    at += length;
  }
  return packets;
}
