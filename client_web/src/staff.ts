/** What only the staff use, fetched when one of them signs in. */

import './main'; // it stands on the page: so the bundler keeps all that they share in the page's one file

import { frStaff } from './locales/fr_staff';
import { learnTexts } from './locales/text';

learnTexts(frStaff);

export { Administration } from './admin/administration';
export { QueueSection } from './queue/queue_section';
