import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credentialsOf, regenerate } from './restarting';

// What the server offers, cut to what matters: credentials and candidates once for the session, or once a section.
const OFFER = [
  'v=0',
  'o=- 4051377541 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE a0 v0',
  'a=ice-lite',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=ice-ufrag:0123456789ab',
  'a=ice-pwd:mv8aZ0mHSaJpPTBFVlkSggmv8aZ0mHSaJpPT',
  'a=mid:a0',
  'a=candidate:1 1 udp 2130706431 192.0.2.7 8081 typ host',
  'a=candidate:2 1 udp 2130706175 2001:db8::7 8081 typ host',
  'a=candidate:3 1 tcp 1692467199 192.0.2.7 8081 typ host tcptype passive',
  'a=end-of-candidates',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=ice-ufrag:0123456789ab',
  'a=ice-pwd:mv8aZ0mHSaJpPTBFVlkSggmv8aZ0mHSaJpPT',
  'a=mid:v0',
  '',
].join('\r\n');

const priorities = (sdp: string): number[] => [...sdp.matchAll(/^a=candidate:\S+ 1 \S+ (\d+) /gm)].map(([, priority]) => Number(priority));

test('a restart has a fragment and a version of its own, and nothing else that is new', () => {
  const restarted = regenerate(OFFER, 3);
  assert.deepEqual([...restarted.matchAll(/^a=ice-ufrag:(.*)$/gm)].map(([, ufrag]) => ufrag), ['0123456789ab3', '0123456789ab3']);
  assert.match(restarted, /^o=- 4051377541 4 IN IP4 127\.0\.0\.1\r$/m);
  const plain = (sdp: string): string => sdp.replace(/^(a=ice-ufrag:|o=|a=candidate:).*$/gm, '');
  assert.equal(plain(restarted), plain(OFFER));
});

test('the first description is as the server wrote it, but for how its candidates rank', () => {
  const first = regenerate(OFFER, 0);
  const plain = (sdp: string): string => sdp.replace(/^(a=candidate:\S+ 1 \S+) \d+/gm, '$1');
  assert.equal(plain(first), plain(OFFER));
});

test('what the server put first stays first, and each restart goes before all that were', () => {
  const all = [0, 1, 2, 10, 1000].map((generation) => priorities(regenerate(OFFER, generation)));
  for (const ranks of all) assert.deepEqual(ranks, [...ranks].sort((one, other) => other - one));
  for (const [index, ranks] of all.slice(1).entries()) assert.ok(Math.min(...ranks) > Math.max(...all[index]!), `${ranks} after ${all[index]}`);
});

test('all ranks are below those of a browser, which decide then (RFC 8445 section 6.1.2.3)', () => {
  const lowestOfABrowser = 2 ** 24; // a relay, of type preference 0 or 2, of Chromium and Firefox
  const ranks = [0, 1, 100_000].flatMap((generation) => priorities(regenerate(OFFER, generation)));
  for (const rank of ranks) assert.ok(rank > 0 && rank < lowestOfABrowser && Number.isInteger(rank));
});

test('more candidates than anybody has do not reach into the next restart', () => {
  const many = ['v=0', ...Array.from({ length: 200 }, (_, number) => `a=candidate:${number} 1 udp 5 192.0.2.7 ${number} typ host`), ''].join('\r\n');
  assert.ok(Math.min(...priorities(regenerate(many, 2))) > Math.max(...priorities(regenerate(many, 1))));
});

test('TCP may be left out, and what is left ranks as it did', () => {
  const udp = regenerate(OFFER, 2, true);
  assert.doesNotMatch(udp, /^a=candidate:\S+ 1 tcp/m);
  assert.deepEqual(priorities(udp), priorities(regenerate(OFFER, 2)).slice(0, 2));
  assert.match(udp, /^a=ice-ufrag:0123456789ab2\r$/m);
});

test('each restart begins from the same description', () => {
  assert.notEqual(regenerate(OFFER, 1), regenerate(regenerate(OFFER, 1), 1));
  assert.equal(regenerate(OFFER, 1), regenerate(OFFER, 1));
});

test('the credentials of a description are the first that it has', () => {
  assert.deepEqual(credentialsOf(OFFER), { ufrag: '0123456789ab', pwd: 'mv8aZ0mHSaJpPTBFVlkSggmv8aZ0mHSaJpPT' });
  assert.deepEqual(credentialsOf('v=0\r\na=ice-ufrag:a/+Z\r\na=ice-pwd:x/y+z\r\n'), { ufrag: 'a/+Z', pwd: 'x/y+z' });
  assert.deepEqual(credentialsOf('v=0\r\n'), { ufrag: '', pwd: '' });
});
