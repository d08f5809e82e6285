/** How a professional steps into a room and its call, and what the two adults write aside, with its texts. */

import '../main'; // as staff.ts does, and for the same reason

import { frSupervise } from '../locales/fr_supervise';
import { learnTexts } from '../locales/text';

learnTexts(frSupervise);

export { Supervise } from '../supervise/supervise';
