/** What became of one's own message, changing it and asking for another look, with their texts. See `room/mending.ts`. */

import '../main'; // as staff.ts does, and for the same reason

import { frMend } from '../locales/fr_mend';
import { learnTexts } from '../locales/text';

learnTexts(frMend);

export { AppealBox } from '../room/appeal_box';
export { EditBox } from '../room/edit_box';
export { OwnFate } from '../room/own_fate';
