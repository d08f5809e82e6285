/** The desk of staff for people's data, with its texts: fetched by who opens it. */

import '../main'; // as staff.ts does, and for the same reason

import { frDesk } from '../locales/fr_desk';
import { frMyData } from '../locales/fr_mydata';
import { learnTexts } from '../locales/text';

learnTexts(frMyData);
learnTexts(frDesk);

export { DeskPage } from '../desk/desk_page';
