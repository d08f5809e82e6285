/** Voice notes and real-time text, with their texts: fetched ahead once a room stands. See `notes/words.ts`. */

import '../main'; // as staff.ts does, and for the same reason

import { frCall } from '../locales/fr_call';
import { frWords } from '../locales/fr_words';
import { learnTexts } from '../locales/text';

learnTexts(frCall); // what is said of a microphone that cannot be had
learnTexts(frWords);

export { LiveBar } from '../live/live_bar';
export { LiveLines } from '../live/live_lines';
export { Player } from '../notes/player';
export { Recorder } from '../notes/recorder';
export { uploadNote } from '../notes/upload';
