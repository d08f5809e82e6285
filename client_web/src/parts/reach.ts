/** How one is reached, with its texts: fetched by who opens it, and on a device that shows notifications. */

import '../main'; // as staff.ts does, and for the same reason

import { frReach } from '../locales/fr_reach';
import { learnTexts } from '../locales/text';

learnTexts(frReach);

export { ReachCards } from '../reach/association_cards';
export { ReachPage } from '../reach/reach_page';
export { renew } from '../reach/this_device';
