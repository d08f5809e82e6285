/** What only the staff use, with its texts and its look: fetched when one of them signs in. */

import '../main'; // it stands on the page: so the bundler keeps all that they share in the page's one file

import { frConsent } from '../locales/fr_consent';
import { frGlass } from '../locales/fr_glass';
import { frPeople } from '../locales/fr_people';
import { frStaff } from '../locales/fr_staff';
import { frYoung } from '../locales/fr_young';
import { learnTexts } from '../locales/text';
import { dress } from '../shell/dress';

learnTexts(frGlass);
learnTexts(frStaff);
learnTexts(frPeople);
learnTexts(frConsent);
learnTexts(frYoung);

/** The address of `styles/staff.css`, which the bundler names by its content. */
declare const STAFF_STYLES: string;

export const dressed = dress(STAFF_STYLES);

export { Administration } from '../admin/administration';
export { PersonPage } from '../admin/person_page';
export { YoungPages } from '../consent/young_page';
export { QueueSection } from '../queue/queue_section';
export { GlassPage } from '../trail/glass_page';
export { HeadsPage } from '../trail/heads_page';
export { RulesPage } from '../rules/rules_page';
