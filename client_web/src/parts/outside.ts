/** What guardians and prescribers find on their first page, with its texts: fetched by them. */

import '../main'; // as staff.ts does, and for the same reason

import { frOutside } from '../locales/fr_outside';
import { learnTexts } from '../locales/text';

learnTexts(frOutside);

export { Outside } from '../home/outside';
