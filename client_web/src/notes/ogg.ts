/**
 * Voice notes as they travel: Ogg Opus (RFC 7845), 50 packets to a page, no comments. Whatever a browser's recorder
 * makes is taken apart (`webm.ts`, or Ogg of its own) and put together here, so that a note is one thing everywhere.
 */

const PACKETS_A_PAGE = 50; // three seconds of 60 ms packets: the frame around them costs 0.2 kbit/s
const BOS = 2;
const EOS = 4;

export interface Opus {
  readonly channels: number;
  /** Samples at 48 kHz before the sound begins. */
  readonly preSkip: number;
  readonly packets: readonly Uint8Array[];
}

/** `samples`: of each packet, at 48 kHz, as its first bytes say (RFC 6716, section 3.1). */
export function samplesOf(packet: Uint8Array): number {
  const config = packet[0]! >> 3;
  const frames = [1, 2, 2, (packet[1] ?? 0) & 0x3f][packet[0]! & 3]!;
  const frame = config < 12 ? [480, 960, 1920, 2880][config & 3]! : config < 16 ? [480, 960][config & 1]! : 120 << (config & 3);
  return frames * frame;
}

export const millisecondsOf = (opus: Opus): number =>
  Math.floor((opus.packets.reduce((sum, packet) => sum + samplesOf(packet), 0) - opus.preSkip) / 48);

/** As people are told it, and as the message says it: never nothing. */
export const wholeSeconds = (milliseconds: number): number => Math.max(1, Math.floor((milliseconds + 500) / 1000));

export function writeOgg({ channels, preSkip, packets }: Opus): Uint8Array<ArrayBuffer> {
  const serial = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const head = new DataView(new ArrayBuffer(19));
  putText(head, 0, 'OpusHead');
  head.setUint8(8, 1);
  head.setUint8(9, channels);
  head.setUint16(10, preSkip, true);
  head.setUint32(12, 48_000, true);
  const tags = new DataView(new ArrayBuffer(22));
  putText(tags, 0, 'OpusTags');
  tags.setUint32(8, 6, true);
  putText(tags, 12, 'binome');
  const pages = [page([bytesOf(head)], 0, 0, BOS, serial), page([bytesOf(tags)], 1, 0, 0, serial)];
  let samples = 0;
  for (let first = 0; first < packets.length; ) {
    const here = fitting(packets, first);
    first += here.length;
    for (const packet of here) samples += samplesOf(packet);
    pages.push(page(here, pages.length, samples, first === packets.length ? EOS : 0, serial));
  }
  return joined(pages);
}

/** The packets of an Ogg Opus stream, as Firefox records it. Throws when it is none. */
export function readOgg(bytes: Uint8Array): Opus {
  const found: Uint8Array[] = [];
  let begun: Uint8Array[] = [];
  for (let at = 0; at + 27 <= bytes.length; ) {
    if (textAt(bytes, at, 4) !== 'OggS') throw new TypeError('not Ogg');
    const count = bytes[at + 26]!;
    let body = at + 27 + count;
    for (let segment = 0; segment < count; segment += 1) {
      const size = bytes[at + 27 + segment]!;
      begun.push(bytes.subarray(body, body + size));
      body += size;
      if (size < 255) {
        found.push(joined(begun));
        begun = [];
      }
    }
    at = body;
  }
  const [head, , ...packets] = found;
  return { ...readHead(head), packets: packets.filter((packet) => packet.length > 0) };
}

export function readHead(head: Uint8Array | undefined): { channels: number; preSkip: number } {
  if (!head || textAt(head, 0, 8) !== 'OpusHead') throw new TypeError('not Opus');
  return { channels: head[9]!, preSkip: head[10]! | (head[11]! << 8) };
}

function fitting(packets: readonly Uint8Array[], first: number): readonly Uint8Array[] {
  let segments = 0;
  let last = first;
  while (last < packets.length && last - first < PACKETS_A_PAGE) {
    segments += Math.floor(packets[last]!.length / 255) + 1;
    if (segments > 255) break;
    last += 1;
  }
  return packets.slice(first, last);
}

function page(packets: readonly Uint8Array[], number: number, granule: number, flags: number, serial: number): Uint8Array {
  const lacing = packets.flatMap(({ length }) => [...Array<number>(Math.floor(length / 255)).fill(255), length % 255]);
  const whole = joined([new Uint8Array(27), Uint8Array.from(lacing), ...packets]);
  const view = new DataView(whole.buffer);
  putText(view, 0, 'OggS');
  view.setUint8(5, flags);
  view.setUint32(6, granule, true); // five minutes are 14 million samples: the upper half stays 0
  view.setUint32(14, serial, true);
  view.setUint32(18, number, true);
  view.setUint8(26, lacing.length);
  view.setUint32(22, crc(whole), true);
  return whole;
}

const CRC = Uint32Array.from({ length: 256 }, (_, index) => {
  let register = index << 24;
  for (let bit = 0; bit < 8; bit += 1) register = (register << 1) ^ (register < 0 ? 0x04c11db7 : 0);
  return register;
});

const crc = (bytes: Uint8Array): number => bytes.reduce((register, byte) => (register << 8) ^ CRC[((register >>> 24) ^ byte) & 255]!, 0) >>> 0;

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer);
const textAt = (bytes: Uint8Array, at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length));

function putText(view: DataView, at: number, text: string): void {
  for (let i = 0; i < text.length; i += 1) view.setUint8(at + i, text.charCodeAt(i));
}
