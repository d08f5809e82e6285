/** What only a call needs, with its texts: fetched ahead once the page stands. See `call/current.ts`. */

import '../main'; // as staff.ts does, and for the same reason

import '../call/waking';
import { frCall } from '../locales/fr_call';
import { learnTexts } from '../locales/text';

learnTexts(frCall);

export { begin } from '../call/check/begin';
export { CheckDialog } from '../call/check/check_dialog';
export { Door, EnterNow } from '../call/door';
export { KnockLine } from '../call/knock_line';
export { knocking } from '../call/knocking';
export { Sayings } from '../call/sayings_aloud';
export { Stage } from '../call/stage';
export { comeIn } from '../call/summons';
export { Voices } from '../call/voices';
export { Held, KeptOut } from '../call/waits';
