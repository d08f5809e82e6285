/** How loud a microphone is, 0–1, some twenty times a second. Nothing is kept. */

export function watchLevel(track: MediaStreamTrack, heard: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    heard(loudness(power));
  }, 50);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/** From −60 dB (0: silence) to 0 dB (1), as ears count. */
const loudness = (power: number): number => Math.max(0, Math.min(1, 1 + (10 * Math.log10(power + 1e-9)) / 60));
