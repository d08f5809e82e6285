// One person's screen in the forwarding benchmark: a connection up, a connection down, and their counters.
// Signalling is done outside, so that the same code runs on each engine.
'use strict';

const CONFIG = { bundlePolicy: 'max-bundle', iceServers: [] };
let up = null;
let down = null;

function gathered(connection) {
  if (connection.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    connection.addEventListener('icegatheringstatechange', () => {
      if (connection.iceGatheringState === 'complete') resolve();
    });
  });
}

function preferred(kind, mimeTypes) {
  const codecs = RTCRtpSender.getCapabilities(kind).codecs;
  return mimeTypes.flatMap((mimeType) => codecs.filter((codec) => codec.mimeType.toLowerCase() === mimeType));
}

async function offerUp({ width, height, frameRate, videoBitrate }) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width, height, frameRate } });
  up = new RTCPeerConnection(CONFIG);
  const audio = up.addTransceiver(stream.getAudioTracks()[0], { direction: 'sendonly', streams: [stream] });
  const video = up.addTransceiver(stream.getVideoTracks()[0], {
    direction: 'sendonly',
    streams: [stream],
    sendEncodings: [{ maxBitrate: videoBitrate }],
  });
  audio.setCodecPreferences(preferred('audio', ['audio/opus']));
  video.setCodecPreferences(preferred('video', ['video/vp8', 'video/rtx']));
  await up.setLocalDescription(await up.createOffer());
  await gathered(up);
  return up.localDescription.sdp;
}

async function acceptUp(sdp) {
  await up.setRemoteDescription({ type: 'answer', sdp });
}

async function answerDown(sdp) {
  if (down === null) {
    down = new RTCPeerConnection(CONFIG);
    down.addEventListener('track', ({ track }) => {
      const sink = document.createElement(track.kind); // <audio> or <video>
      sink.autoplay = true;
      sink.srcObject = new MediaStream([track]);
      document.body.append(sink);
    });
  }
  await down.setRemoteDescription({ type: 'offer', sdp });
  await down.setLocalDescription(await down.createAnswer());
  await gathered(down);
  return down.localDescription.sdp;
}

async function counters() {
  const totals = { sent: 0, received: 0, receivedBytes: 0, lost: 0, framesDecoded: 0, audioEnergy: 0 };
  for (const report of (await up.getStats()).values()) {
    if (report.type === 'outbound-rtp') totals.sent += report.packetsSent;
  }
  for (const report of down === null ? [] : (await down.getStats()).values()) {
    if (report.type !== 'inbound-rtp') continue;
    totals.received += report.packetsReceived;
    totals.receivedBytes += report.bytesReceived;
    totals.lost += report.packetsLost;
    totals.framesDecoded += report.framesDecoded ?? 0;
    totals.audioEnergy += report.totalAudioEnergy ?? 0;
  }
  return { ...totals, up: up.connectionState, down: down === null ? 'new' : down.connectionState };
}
