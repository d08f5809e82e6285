// What a client does (docs/protocol.md, "The sequence in a browser"), with the socket replaced by exposed functions.
window.start = async ({ audio = true, video = true, small = false, red = false, ...configuration } = {}) => {
  const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const up = new RTCPeerConnection({ bundlePolicy: "max-bundle", ...configuration });
  const [mic] = media.getAudioTracks();
  const [camera] = media.getVideoTracks();
  const microphone = up.addTransceiver(audio ? mic : "audio", { direction: "sendonly" });
  const eye = up.addTransceiver(video ? camera : "video", { direction: "sendonly" });
  const little = { active: false, scaleResolutionDownBy: 4, maxBitrate: 150_000, maxFramerate: 24 };
  const tiny = small && up.addTransceiver(camera.clone(), { direction: "sendonly", sendEncodings: [little] });
  await up.setLocalDescription();
  const began = performance.now();
  const joined = await window.join(up.localDescription.sdp);
  const down = new RTCPeerConnection({ bundlePolicy: "max-bundle", ...configuration });
  const first = red ? joined.answer.replace(/^(m=audio .*) (111) (63)/m, "$1 $3 $2") : joined.answer;
  await up.setRemoteDescription({ type: "answer", sdp: first });
  await down.setRemoteDescription({ type: "offer", sdp: joined.offer });
  await down.setLocalDescription();
  await window.answer(down.localDescription.sdp);
  const pictures = [];
  for (const transceiver of down.getTransceivers()) {
    const element = document.createElement(transceiver.mid.startsWith("a") ? "audio" : "video");
    element.srcObject = new MediaStream([transceiver.receiver.track]);
    element.autoplay = true;
    document.body.append(element);
    pictures.push(element);
  }
  Object.assign(window, { up, down, mic, camera, microphone, eye, tiny, media, began });
  return { answer: joined.answer, offer: joined.offer, upOffer: up.localDescription.sdp };
};

// Sends the qualities that somebody looks at, and no others.
window.layers = async (wanted) => {
  for (const [name, { sender }] of [["full", window.eye], ["small", window.tiny]]) {
    const parameters = sender.getParameters();
    parameters.encodings[0].active = wanted.includes(name);
    await sender.setParameters(parameters);
  }
};

window.restart = async () => {
  window.up.restartIce();
  await window.up.setLocalDescription();
  const restarted = await window.restartCall(window.up.localDescription.sdp);
  await window.up.setRemoteDescription({ type: "answer", sdp: restarted.answer });
  await window.down.setRemoteDescription({ type: "offer", sdp: restarted.offer });
  await window.down.setLocalDescription();
  await window.answer(window.down.localDescription.sdp);
};

// What is received on each slot, and what is sent, in plain numbers.
window.stats = async () => {
  const received = {};
  for (const transceiver of window.down.getTransceivers()) {
    const report = [...(await transceiver.receiver.getStats()).values()].find((one) => one.type === "inbound-rtp");
    if (report) received[transceiver.mid] = { ...report };
  }
  const sent = {};
  for (const report of (await window.up.getStats()).values()) {
    if (report.type === "outbound-rtp") sent[report.kind] = { ...report };
    if (report.type === "remote-inbound-rtp") sent[`${report.kind}Remote`] = { ...report };
    if (report.type === "candidate-pair" && report.nominated) sent.pair = { ...report };
  }
  for (const report of (await window.down.getStats()).values()) {
    if (report.type === "candidate-pair" && report.nominated) sent.downPair = { ...report };
    if (report.type === "transport") sent.downTransport = { ...report };
  }
  return { received, sent, up: window.up.connectionState, down: window.down.connectionState };
};

// The end of each connection's selected pair that is here: its `type` and its `protocol`.
window.localEnds = async () =>
  Promise.all(
    [window.up, window.down].map(async (connection) => {
      const reports = await connection.getStats();
      const transport = [...reports.values()].find((one) => one.type === "transport");
      const local = reports.get(reports.get(transport?.selectedCandidatePairId)?.localCandidateId);
      return { type: local?.candidateType, protocol: local?.protocol };
    }),
  );

// What a client does on `call:ice`, when it goes through a relay.
window.renew = async (configuration) => {
  for (const connection of [window.up, window.down]) connection.setConfiguration({ bundlePolicy: "max-bundle", ...configuration });
  await window.restart();
};
