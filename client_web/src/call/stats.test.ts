import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meter, numbers, read, type Entry, type Reading } from './stats';

/** Entries as Chromium 156 gives them, without what is not used. */
const connection = (more: { sent: number; received: number; packets?: number; protocol?: string; address?: string }): Entry[] => [
  { id: 'T', type: 'transport', bytesSent: more.sent, bytesReceived: more.received, packetsSent: more.packets ?? 0, packetsReceived: 0, selectedCandidatePairId: 'P' },
  { id: 'P', type: 'candidate-pair', state: 'succeeded', nominated: true, localCandidateId: 'L', currentRoundTripTime: 0.8, availableOutgoingBitrate: 300_000, requestsSent: 0 },
  { id: 'X', type: 'candidate-pair', state: 'in-progress', localCandidateId: 'L', requestsSent: 0 },
  { id: 'L', type: 'local-candidate', protocol: more.protocol ?? 'udp', address: more.address ?? '192.0.2.1' },
];
const voice = (id: string, received: number, lost: number, samples: number, concealed: number, silent: number): Entry => ({
  id, type: 'inbound-rtp', kind: 'audio', packetsReceived: received, packetsLost: lost, totalSamplesReceived: samples, concealedSamples: concealed, silentConcealedSamples: silent,
});
const picture = (frames: number): Entry => ({ id: 'V', type: 'outbound-rtp', kind: 'video', framesSent: frames });
const remote: Entry = { id: 'R', type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.125 };
const more = { used: 1_234_567, socketMs: 812.4, way: 'media', filming: false } as const;

test('two looks become the numbers of call:stats', () => {
  const before = read([...connection({ sent: 10_000, received: 0 }), picture(10)], [...connection({ sent: 0, received: 20_000 }), voice('A', 100, 0, 96_000, 0, 0)], 0);
  const now = read(
    [...connection({ sent: 20_000, received: 0 }), picture(50), remote],
    [...connection({ sent: 0, received: 60_000 }), voice('A', 180, 20, 192_000, 19_200, 9_600), voice('B', 0, 0, 0, 0, 0)],
    2_000,
  );
  assert.deepEqual(numbers(before, now, more), [1_235, 300, 40, 125, 160, 200, 100, 800, 812, 20, 1]);
});

test('what is not known is −1, and nothing but integers goes out', () => {
  const nothing = read([], [], 0);
  assert.deepEqual(numbers(nothing, read([], [], 2_000), { ...more, socketMs: null, way: 'none' }), [1_235, -1, 0, -1, 0, -1, -1, -1, -1, -1, 0]);
});

test('a camera whose pictures do not get out sends none a second', () => {
  const look = (at: number): Reading => read([...connection({ sent: 0, received: 0 }), picture(10)], [], at);
  assert.equal(numbers(look(0), look(2_000), { ...more, filming: true })[9], 0);
});

test('the worse of the two paths counts, and the web socket when it carries the voices', () => {
  const udp = connection({ sent: 0, received: 0 });
  const tcp = connection({ sent: 0, received: 0, protocol: 'tcp' });
  assert.equal(read(udp, tcp, 0).path, 'tcp');
  assert.equal(read(udp, [], 0).path, 'none');
  assert.equal(numbers(read([], [], 0), read(udp, udp, 2_000), { ...more, way: 'web' })[10], 3);
});

test('bytes are those on the wire: each packet with what wraps it', () => {
  assert.equal(read(connection({ sent: 1_000, received: 0, packets: 10 }), [], 0).out, 1_280);
  assert.equal(read(connection({ sent: 1_000, received: 0, packets: 10, protocol: 'tcp' }), [], 0).out, 1_420);
  assert.equal(read(connection({ sent: 1_000, received: 0, packets: 10, address: '2001:db8::1' }), [], 0).out, 1_480);
});

test('Firefox, which has no transport and marks the pair, is read too', () => {
  const [, pair, , local] = connection({ sent: 0, received: 0 });
  const firefox = [{ ...pair!, selected: true, bytesSent: 500, bytesReceived: 700 }, local!];
  const { out, in: received, path } = read(firefox, firefox, 0);
  assert.deepEqual({ out, received, path }, { out: 1_000, received: 1_400, path: 'udp' });
});

test('the meter goes on when other connections count from nought', () => {
  const meter = new Meter();
  for (const [out, received] of [[100, 50], [400, 300], [10, 5], [60, 40]] as const) meter.see({ out, in: received } as Reading);
  assert.equal(meter.bytes, 800);
});
