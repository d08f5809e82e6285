import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lean, pack, unpack } from './descriptions';

// Of Chromium 156, cut to one codec a section.
const SESSION = ['v=0', 'o=- 61 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1', 'a=extmap-allow-mixed', 'a=msid-semantic: WMS'];
const IDENTITY = ['a=ice-ufrag:UhtG', 'a=ice-pwd:CuC/ZFgAxwmPtJOJAsn9t4Zp', 'a=ice-options:trickle', 'a=fingerprint:sha-256 07:EB', 'a=setup:actpass'];
const AUDIO = [
  'm=audio 41940 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 192.0.2.2',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=candidate:1986196781 1 udp 2122194687 192.0.2.2 41940 typ host generation 0 network-id 1',
  ...IDENTITY,
  'a=mid:0',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=sendonly',
  'a=msid:- 7c4e06ef',
  'a=rtcp-mux',
  'a=rtcp-rsize',
  'a=rtcp-xr:rcvr-rtt=all',
  'a=rtpmap:111 opus/48000/2',
  'a=rtcp-fb:111 transport-cc',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=ssrc:2501093352 cname:nL7C3bEt48Cg61Tp',
  'a=ssrc:2501093352 msid:- 7c4e06ef',
];
const VIDEO = ['m=video 9 UDP/TLS/RTP/SAVPF 96 97', 'c=IN IP4 0.0.0.0', ...IDENTITY, 'a=mid:1', 'a=sendonly', 'a=rtcp-mux', 'a=rtpmap:96 VP8/90000', 'a=rtcp-fb:96 nack pli', 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96', 'a=ssrc-group:FID 1 2', 'a=ssrc:1 cname:n', 'a=ssrc:2 cname:n'];
const SDP = [...SESSION, ...AUDIO, ...VIDEO, ''].join('\r\n');

test('only what the server reads is left', () => {
  assert.deepEqual(lean(SDP).split('\r\n'), [
    ...['v=0', 'o=- 61 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1'],
    ...['m=audio 41940 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 192.0.2.2', 'a=ice-ufrag:UhtG', 'a=ice-pwd:CuC/ZFgAxwmPtJOJAsn9t4Zp', 'a=fingerprint:sha-256 07:EB', 'a=setup:actpass', 'a=mid:0'],
    ...['a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level', 'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid'],
    ...['a=sendonly', 'a=rtcp-mux', 'a=rtcp-rsize', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=1', 'a=ssrc:2501093352 cname:nL7C3bEt48Cg61Tp'],
    ...['m=video 9 UDP/TLS/RTP/SAVPF 96 97', 'c=IN IP4 0.0.0.0', 'a=mid:1', 'a=sendonly', 'a=rtcp-mux', 'a=rtpmap:96 VP8/90000', 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96', 'a=ssrc-group:FID 1 2', 'a=ssrc:1 cname:n', 'a=ssrc:2 cname:n', ''],
  ]);
  assert.equal(lean(lean(SDP)), lean(SDP));
});

test('what is packed comes out again, in letters that JSON leaves alone', async () => {
  const packed = await pack(SDP);
  assert.match(packed, /^z:[A-Za-z0-9_-]+$/);
  assert.equal(await unpack(packed), lean(SDP));
  assert.ok(packed.length < SDP.length / 2);
  assert.equal(await unpack(SDP), SDP);
});
