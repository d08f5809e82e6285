/** What staff have on every page, and their own way through the pages, with its texts: fetched when one of them signs in. */

import '../main'; // as staff.ts does, and for the same reason

import { frWatch } from '../locales/fr_watch';
import { learnTexts } from '../locales/text';

learnTexts(frWatch);

export { CaseStrip } from '../cases/strip';
export { MoreLinks, StaffHome, WatchLinks } from '../home/staff_home';
export { StaffPages } from '../home/staff_pages';
export { Threshold, YouAreSeen } from '../room/threshold';
