/** One's own data, with its texts: fetched by who opens it. */

import '../main'; // as staff.ts does, and for the same reason

import { frMyData } from '../locales/fr_mydata';
import { learnTexts } from '../locales/text';

learnTexts(frMyData);

export { DataPage } from '../mydata/data_page';
