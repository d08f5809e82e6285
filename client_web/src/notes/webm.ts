/** The Opus packets in what Chromium and Safari record: WebM (Matroska, RFC 9559) as a recorder writes it, in one pass. */

import { readHead, type Opus } from './ogg';

const DESCENDED = new Set([0x18538067, 0x1f43b675, 0x1654ae6b, 0xae, 0xa0]); // Segment, Cluster, Tracks, TrackEntry, BlockGroup
const CODEC_PRIVATE = 0x63a2;
const BLOCKS = new Set([0xa3, 0xa1]); // SimpleBlock, Block
const LACED = 0x06;

/** Throws a TypeError or RangeError for what is not such a recording. */
export function readWebm(bytes: Uint8Array): Opus {
  const packets: Uint8Array[] = [];
  let head: Uint8Array | undefined;
  for (let at = 0; at < bytes.length; ) {
    const id = vint(bytes, at, true);
    const size = vint(bytes, at + id.length, false);
    const body = at + id.length + size.length;
    if (DESCENDED.has(id.value)) {
      at = body; // what is inside is read as what follows; a live recording does not know its size
      continue;
    }
    if (body + size.value > bytes.length) break; // cut off in the middle
    if (id.value === CODEC_PRIVATE) head = bytes.subarray(body, body + size.value);
    if (BLOCKS.has(id.value)) {
      const track = vint(bytes, body, false).length;
      if (bytes[body + track + 2]! & LACED) throw new TypeError('laced');
      if (size.value > track + 3) packets.push(bytes.subarray(body + track + 3, body + size.value));
    }
    at = body + size.value;
  }
  return { ...readHead(head), packets };
}

/** A number of variable length; as an identifier it keeps its marker. */
function vint(bytes: Uint8Array, at: number, marked: boolean): { value: number; length: number } {
  const first = bytes[at];
  if (!first) throw new RangeError('not EBML');
  const length = Math.clz32(first) - 23;
  let value = marked ? first : first & (0xff >> length);
  for (let i = 1; i < length; i += 1) value = value * 256 + (bytes[at + i] ?? 0);
  return { value, length };
}
