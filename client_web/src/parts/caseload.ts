/** What professionals and admins do around their pairs, with its texts: fetched by who opens it. */

import '../main'; // as staff.ts does, and for the same reason

import { frCaseload } from '../locales/fr_caseload';
import { frPairs } from '../locales/fr_pairs';
import { learnTexts } from '../locales/text';

learnTexts(frPairs); // words and reasons
learnTexts(frCaseload);

export { CharterPage } from '../caseload/charter_page';
export { HandoverPage } from '../caseload/handover_page';
export { SuspensionCard } from '../caseload/suspension_card';
