import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Voice } from '../wire/call';
import { isLean, leaned, shapeAnswer } from './shaping';

const VOICE: Voice = { kbps: 24, ptime: 20, red: false, dtx: true, fec: true };
const LEAN: Voice = { kbps: 6, ptime: 60, red: false, dtx: true, fec: true };

const SESSION = [
  'v=0',
  'o=- 4051377541 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'a=ice-lite',
  'a=ice-ufrag:sk2L',
  'a=ice-pwd:mv8aZ0mHSaJpPTBFVlkSgg',
  'a=setup:passive',
];
const VIDEO = ['m=video 9 UDP/TLS/RTP/SAVPF 96 97', 'c=IN IP4 0.0.0.0', 'a=mid:1', 'a=recvonly', 'a=rtcp-mux', 'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid', 'a=rtpmap:96 VP8/90000', 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96'];

// What the server answers Chromium and Safari (libwebrtc: opus 111, red 63) and Firefox (opus 109, no red).
const AUDIO = {
  libwebrtc: ['m=audio 9 UDP/TLS/RTP/SAVPF 111 63', 'c=IN IP4 0.0.0.0', 'a=mid:0', 'a=recvonly', 'a=rtcp-mux', 'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1', 'a=rtpmap:63 red/48000/2', 'a=fmtp:63 111/111', 'a=candidate:1 1 udp 2130706431 192.0.2.7 9000 typ host'],
  firefox: ['m=audio 9 UDP/TLS/RTP/SAVPF 109', 'c=IN IP4 0.0.0.0', 'a=mid:0', 'a=recvonly', 'a=rtcp-mux', 'a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level', 'a=rtpmap:109 OPUS/48000/2', 'a=candidate:1 1 udp 2130706431 192.0.2.7 9000 typ host'],
};
const description = (audio: readonly string[]): string => [...SESSION, ...audio, ...VIDEO, ''].join('\r\n');
const audioOf = (sdp: string): string[] => {
  const lines = sdp.split('\r\n');
  return lines.slice(lines.findIndex((line) => line.startsWith('m=audio')), lines.findIndex((line) => line.startsWith('m=video')));
};

test('rate, length and repair of the packets are as asked, and the second format is gone', () => {
  assert.deepEqual(audioOf(shapeAnswer(description(AUDIO.libwebrtc), VOICE)), [
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    'a=recvonly',
    'a=rtcp-mux',
    'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
    'a=rtpmap:111 opus/48000/2',
    'a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1;ptime=20;maxptime=20;maxaveragebitrate=24000',
    'a=candidate:1 1 udp 2130706431 192.0.2.7 9000 typ host',
    'a=ptime:20',
    'a=maxptime:20',
  ]);
});

test('redundancy stands first, so that it is what is sent', () => {
  const shaped = audioOf(shapeAnswer(description(AUDIO.libwebrtc), { ...VOICE, red: true }));
  assert.equal(shaped[0], 'm=audio 9 UDP/TLS/RTP/SAVPF 63 111');
  assert.ok(shaped.includes('a=rtpmap:63 red/48000/2') && shaped.includes('a=fmtp:63 111/111'));
});

test('a browser without it sends the plain voice', () => {
  const shaped = audioOf(shapeAnswer(description(AUDIO.firefox), { ...VOICE, red: true }));
  assert.equal(shaped[0], 'm=audio 9 UDP/TLS/RTP/SAVPF 109');
  assert.ok(shaped.includes('a=fmtp:109 minptime=10;ptime=20;maxptime=20;maxaveragebitrate=24000;usedtx=1;useinbandfec=1'));
});

test('the leanest voice has no header extensions, a constant rate only where there are no pauses to pay for peaks', () => {
  for (const audio of Object.values(AUDIO)) {
    const lean = audioOf(shapeAnswer(description(audio), LEAN));
    assert.ok(!lean.some((line) => line.startsWith('a=extmap')));
    assert.match(lean.join('\n'), /maxaveragebitrate=6000/);
    assert.doesNotMatch(lean.join('\n'), /cbr/);
    assert.match(shapeAnswer(description(audio), { ...LEAN, dtx: false }), /usedtx=0.*;cbr=1/);
  }
});

test('pictures and session stay as they are, to the letter', () => {
  const rest = (sdp: string): string => sdp.split('\r\n').filter((line) => !audioOf(sdp).includes(line)).join('\n');
  const before = description(AUDIO.libwebrtc);
  assert.equal(rest(shapeAnswer(before, LEAN)), rest(before));
  assert.ok(shapeAnswer(before, LEAN).endsWith('a=fmtp:97 apt=96\r\n'));
});

test('shaping what is shaped already changes nothing, and a way back loses nothing but what was asked away', () => {
  const lean = shapeAnswer(description(AUDIO.firefox), LEAN);
  assert.equal(shapeAnswer(lean, LEAN), lean);
});

test('a refused voice is left alone', () => {
  const refused = description(['m=audio 0 UDP/TLS/RTP/SAVPF 0', 'c=IN IP4 0.0.0.0', 'a=mid:0', 'a=inactive']);
  assert.equal(shapeAnswer(refused, LEAN), refused);
});

test('where there is no room a lean voice is sent once', () => {
  assert.deepEqual(leaned({ ...LEAN, red: true }, true), LEAN);
});

test('a voice that is lean already stays as it is, sent twice or not', () => {
  assert.ok(isLean(leaned(VOICE, false)));
  assert.deepEqual(leaned(VOICE, true), LEAN);
  assert.deepEqual(leaned({ ...LEAN, red: true }, false), { ...LEAN, red: true });
});
