/**
 * What the browser's own statistics say of a call: the numbers of `call:stats`, and the bytes that it used. Pure, except
 * for the meter, which remembers what each connection had counted.
 */

export type Entry = Readonly<Record<string, unknown>> & { id: string; type: string };
export type Path = 'none' | 'udp' | 'tcp';
/** `media`: by the two connections. `web`: by the side web socket. */
export type Way = 'none' | 'media' | 'web';

export async function entriesOf(connection: RTCPeerConnection): Promise<Entry[]> {
  return [...((await connection.getStats()) as unknown as Map<string, Entry>).values()];
}

/** One look at both connections. Bytes are those on the wire, as a data plan counts them. */
export interface Reading {
  at: number;
  out: number;
  in: number;
  /** Of the voices that come in, since the connections were made. */
  received: number;
  lost: number;
  samples: number;
  concealed: number;
  /** Frames sent, by stream. */
  frames: ReadonlyMap<string, number>;
  /** 0–1 by the server's reports; null before the first. */
  outLoss: number | null;
  available: number | null;
  roundTrip: number | null;
  path: Path;
}

const UDP_BYTES = 28; // IPv4 and UDP
const TCP_BYTES = 42; // IPv4, TCP, and the length before each packet (RFC 4571)
const IPV6_BYTES = 20; // more than IPv4
const STUN_BYTES = 100;

export function read(up: readonly Entry[], down: readonly Entry[], at: number): Reading {
  const all = [...up, ...down];
  const of = (entries: readonly Entry[], type: string): Entry[] => entries.filter((entry) => entry.type === type);
  const voices = of(down, 'inbound-rtp').filter(({ kind }) => kind === 'audio');
  const pairs = [up, down].flatMap((entries) => selected(entries) ?? []);
  const paths = [up, down].map((entries) => protocol(entries));
  const outLoss = of(up, 'remote-inbound-rtp').find(({ kind }) => kind === 'audio')?.['fractionLost'];
  const available = selected(up)?.['availableOutgoingBitrate'];
  const trips = pairs.map((pair) => pair['currentRoundTripTime']).filter((value): value is number => typeof value === 'number');
  return {
    at,
    ...wire(all),
    received: sum(voices, 'packetsReceived'),
    lost: sum(voices, 'packetsLost'),
    samples: sum(voices, 'totalSamplesReceived'),
    concealed: sum(voices, 'concealedSamples') - sum(voices, 'silentConcealedSamples'),
    frames: new Map(of(up, 'outbound-rtp').flatMap((one) => (one['kind'] === 'video' ? [[one.id, number(one, 'framesSent')] as const] : []))),
    outLoss: typeof outLoss === 'number' ? outLoss : null,
    available: typeof available === 'number' ? available : null,
    roundTrip: trips.length ? Math.max(...trips) : null,
    path: paths.includes('none') ? 'none' : paths.includes('tcp') ? 'tcp' : 'udp',
  };
}

/** What the connections do not tell: bytes used in all, the socket's round trip, on which way the voices go, and whether
 * pictures are to go out now. */
export interface More {
  used: number;
  socketMs: number | null;
  way: Way;
  filming: boolean;
}

/** The array `n` of `call:stats` (docs/protocol.md): integers, −1 for what is not known. */
export function numbers(before: Reading, now: Reading, more: More): number[] {
  const seconds = (now.at - before.at) / 1_000;
  const rate = (bytes: number): number => whole(seconds > 0 ? Math.max(0, bytes * 8) / seconds / 1_000 : null);
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost); // what comes late is no longer lost
  const samples = now.samples - before.samples;
  const rates = [...now.frames].flatMap(([id, frames]) => {
    const past = before.frames.get(id);
    return past !== undefined && frames > past ? [(frames - past) / seconds] : [];
  });
  return [
    whole(more.used / 1_000),
    whole(now.available === null ? null : now.available / 1_000),
    rate(now.out - before.out),
    permille(now.outLoss),
    rate(now.in - before.in),
    permille(received + lost > 0 ? lost / (received + lost) : null),
    permille(samples > 0 ? (now.concealed - before.concealed) / samples : null),
    whole(now.roundTrip === null ? null : now.roundTrip * 1_000),
    whole(more.socketMs),
    whole(rates.length ? Math.max(...rates) : more.filming ? 0 : null),
    more.way === 'media' ? { none: 0, udp: 1, tcp: 2 }[now.path] : more.way === 'web' ? 3 : 0,
  ];
}

/** Adds up what several connections used one after the other; each counts from nought. */
export class Meter {
  private done = 0;
  private running = 0;

  get bytes(): number {
    return this.done + this.running;
  }

  see({ out, in: received }: Reading): void {
    if (out + received < this.running) this.done += this.running; // another connection counts now
    this.running = out + received;
  }
}

/** What went over the wire: the packets of the transport with what wraps them, and the checks of ICE. */
function wire(entries: readonly Entry[]): { out: number; in: number } {
  const total = { out: 0, in: 0 };
  const v6 = entries.some((entry) => entry.type === 'local-candidate' && String(entry['address'] ?? '').includes(':'));
  const wrapping = (protocol(entries) === 'tcp' ? TCP_BYTES : UDP_BYTES) + (v6 ? IPV6_BYTES : 0);
  const transports = entries.filter(({ type }) => type === 'transport');
  const pairs = entries.filter(({ type }) => type === 'candidate-pair');
  for (const one of transports.length ? transports : pairs) {
    total.out += number(one, 'bytesSent') + wrapping * number(one, 'packetsSent');
    total.in += number(one, 'bytesReceived') + wrapping * number(one, 'packetsReceived');
  }
  for (const pair of pairs) {
    total.out += (STUN_BYTES + wrapping) * (number(pair, 'requestsSent') + number(pair, 'responsesSent'));
    total.in += (STUN_BYTES + wrapping) * (number(pair, 'requestsReceived') + number(pair, 'responsesReceived'));
  }
  return total;
}

function selected(entries: readonly Entry[]): Entry | null {
  const name = entries.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
  const pairs = entries.filter(({ type }) => type === 'candidate-pair');
  return pairs.find(({ id, selected: chosen }) => (name === undefined ? chosen === true : id === name)) ?? null; // Firefox: `selected`
}

function protocol(entries: readonly Entry[]): Path {
  const pair = selected(entries);
  if (!pair || pair['state'] === 'failed') return 'none';
  const local = entries.find(({ id }) => id === pair['localCandidateId']);
  return (local?.['relayProtocol'] ?? local?.['protocol']) === 'udp' ? 'udp' : 'tcp';
}

const number = (entry: Entry, name: string): number => (typeof entry[name] === 'number' ? (entry[name] as number) : 0);
const sum = (entries: readonly Entry[], name: string): number => entries.reduce((total, entry) => total + number(entry, name), 0);
const whole = (value: number | null): number => (value === null || !Number.isFinite(value) ? -1 : Math.round(value));
const permille = (share: number | null): number => (share === null ? -1 : Math.min(1_000, Math.max(0, Math.round(share * 1_000))));
