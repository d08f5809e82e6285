// Put into every page of the laboratory before its own code: remembers the PeerConnections, hands every sound that the
// page plays to `labHeard` (16-bit samples at 16 kHz with their moment), and gathers statistics when asked.
'use strict';
(() => {
  const RATE = 16000;
  const CHUNK = 4096; // samples at RATE: a quarter of a second
  const connections = [];
  const connect = AudioNode.prototype.connect;
  let sources = 0;
  let firstVoice = null; // the wall clock when the first voice left a jitter buffer

  // Looks often, but only while a first voice can be expected: looking costs the page something.
  const awaitVoice = async (connection) => {
    for (let looks = 0; firstVoice === null && looks < 1500 && connection.connectionState !== 'closed'; looks += 1) {
      if (connection.connectionState === 'connected') {
        for (const report of (await connection.getStats()).values()) {
          if (report.type !== 'inbound-rtp' || !(report.jitterBufferEmittedCount > 0 && report.totalAudioEnergy > 0)) continue;
          firstVoice ??= Date.now() / 1000;
        }
      }
      await new Promise((done) => setTimeout(done, 20));
    }
  };

  const encode = (samples) => {
    const bytes = new Uint8Array(samples.buffer);
    let text = '';
    for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
    return btoa(text);
  };

  // Passes what `node` plays on; any context's rate is a multiple of RATE, or RATE itself.
  const record = (context, node) => {
    const name = `${(sources += 1)}`;
    const step = Math.max(1, Math.round(context.sampleRate / RATE));
    const tap = context.createScriptProcessor(CHUNK, 1, 1);
    let zero = null; // the wall clock, in seconds, when the context's time was 0
    tap.onaudioprocess = ({ inputBuffer, playbackTime }) => {
      zero ??= Date.now() / 1000 - context.currentTime;
      const heard = inputBuffer.getChannelData(0);
      const samples = new Int16Array(Math.floor(heard.length / step));
      for (let index = 0; index < samples.length; index += 1) {
        let sum = 0;
        for (let at = 0; at < step; at += 1) sum += heard[index * step + at];
        samples[index] = Math.max(-1, Math.min(1, sum / step)) * 32767;
      }
      window.labHeard(name, zero + playbackTime, encode(samples));
    };
    connect.call(node, tap);
    connect.call(tap, context.destination); // silent: it never fills its output
  };

  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode || target instanceof MediaStreamAudioDestinationNode) record(this.context, this);
    return connect.call(this, target, ...rest);
  };

  const moved = []; // what the browser says of the network by itself, and when
  const note = ({ type }) => moved.push([Date.now() / 1000, type, navigator.onLine]);
  for (const name of ['online', 'offline']) window.addEventListener(name, note);
  navigator.connection?.addEventListener('change', note);

  const Made = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Made {
    constructor(...given) {
      super(...given);
      connections.push(this);
      this.addEventListener('track', () => void awaitVoice(this), { once: true });
      this.addEventListener('track', ({ track }) => {
        if (track.kind !== 'audio') return;
        const context = new AudioContext({ sampleRate: RATE });
        record(context, context.createMediaStreamSource(new MediaStream([track])));
        this.addEventListener('connectionstatechange', () => this.connectionState === 'closed' && context.close());
      });
    }
  };

  const WANTED = {
    'inbound-rtp': [
      'kind', 'packetsReceived', 'packetsLost', 'bytesReceived', 'concealedSamples', 'silentConcealedSamples',
      'totalSamplesReceived', 'totalAudioEnergy', 'jitterBufferDelay', 'jitterBufferEmittedCount', 'framesDecoded',
      'frameWidth', 'framesPerSecond', 'fecPacketsReceived',
    ],
    'outbound-rtp': ['kind', 'packetsSent', 'bytesSent', 'framesSent', 'frameWidth', 'targetBitrate', 'active'],
    'remote-inbound-rtp': ['kind', 'fractionLost', 'roundTripTime', 'packetsLost'],
    'candidate-pair': ['currentRoundTripTime', 'availableOutgoingBitrate', 'nominated', 'state', 'localCandidateId', 'bytesSent', 'bytesReceived', 'lastPacketReceivedTimestamp'],
    'local-candidate': ['protocol', 'tcpType', 'address'],
  };

  window.lab = {
    async statistics() {
      const found = [];
      for (const [index, connection] of connections.entries()) {
        if (connection.connectionState === 'closed') continue;
        for (const report of (await connection.getStats()).values()) {
          const names = WANTED[report.type];
          if (names === undefined) continue;
          const row = { connection: index, type: report.type, id: report.id };
          for (const name of names) if (report[name] !== undefined) row[name] = report[name];
          found.push(row);
        }
      }
      return {
        at: Date.now() / 1000,
        firstVoice,
        moved,
        states: connections.map((one) => [one.connectionState, one.iceConnectionState]),
        phase: document.querySelector('.stage-state')?.textContent ?? '',
        words: [...document.querySelectorAll('.stage-words, .stage-reason')].map((one) => one.textContent).join(' | '),
        tiles: document.querySelectorAll('.tile').length,
        rows: found,
      };
    },
  };
})();
