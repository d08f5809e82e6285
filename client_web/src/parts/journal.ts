/** The access journal, with its texts: fetched by who opens it. */

import '../main'; // as staff.ts does, and for the same reason

import { frJournal } from '../locales/fr_journal';
import { learnTexts } from '../locales/text';

learnTexts(frJournal);

export { JournalPage } from '../journal/journal_page';
export { Visits } from '../journal/visits';
