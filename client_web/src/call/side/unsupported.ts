/** This browser cannot send or play voices over the web socket (no WebCodecs with Opus, or no AudioWorklet). */
export class VoiceUnsupported extends Error {}
