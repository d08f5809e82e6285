/** English, for voice notes and real-time text: see `fr_words.ts`. */

import type { frWords } from './fr_words';
import type { Texts } from './text';

export const enWords: Texts<typeof frWords> = {
  'voice.recording': "Recording",
  'voice.left': { one: "1 second left", other: "{count} seconds left" },
  'voice.full': "Five minutes is the most. The recording has stopped.",
  'voice.stop': "Stop",
  'voice.review': "You can listen before you send it.",
  'voice.again': "Start again",
  'voice.discard': "Delete",
  'voice.send': "Send",
  'voice.will_go': "No network: the voice note will go by itself, as soon as it can. It is kept on this device until then.",
  'voice.play': "Listen to the voice note: {name}, {length}",
  'voice.pause': "Pause",
  'voice.position': "Position",
  'voice.at': "{at} of {length}",
  'voice.speed': "Speed: {speed}",
  'voice.loading': "Loading {percent}%",
  'voice.failed': "It did not arrive. Tap to try again.",
  'voice.unplayable': "This browser cannot play this voice note. An update may be enough.",
  'voice.unable': "This browser cannot record voice notes. An update may be enough; written messages work.",
  'voice.empty': "That was too short. You can start again.",
  'voice.broken': "The recording did not work. You can start again.",

  'live.switch': "Live text",
  'live.on': "on",
  'live.off': "off",
  'live.why': "The others see the words as they come.",
  'live.held': "The others will see this line once it is sent, if it may pass.",
  'live.lines': "Live text",
  'live.writes': "{name} is writing:",
  'live.said': "{name} is writing: {text}",
  'live.said_more': "{text}",
};
