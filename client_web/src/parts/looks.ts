/** The page that says what is looked at, with its texts: fetched by who opens it. */

import '../main'; // as staff.ts does, and for the same reason

import { frLooks } from '../locales/fr_looks';
import { learnTexts } from '../locales/text';

learnTexts(frLooks);

export { LooksPage } from '../looks/looks_page';
