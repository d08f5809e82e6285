/** The page of an outside contact, with its texts: fetched by who follows the link that was sent to them. */

import '../main'; // as staff.ts does, and for the same reason

import { frHeard } from '../locales/fr_heard';
import { learnTexts } from '../locales/text';

learnTexts(frHeard);

export { HeardPage } from '../cases/heard_page';
