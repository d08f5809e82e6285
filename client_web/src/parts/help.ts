/** What the help card holds beside the call for help, with its texts: kept on the device with the page (`build.mjs`). */

import '../main'; // as staff.ts does, and for the same reason

import { frHelp } from '../locales/fr_help';
import { learnTexts } from '../locales/text';

learnTexts(frHelp);

export { Numbers } from '../help/numbers';
export { People } from '../help/people';
