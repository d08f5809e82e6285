/** What only the staff use, with its texts and its look: fetched when one of them signs in. */

import './main'; // it stands on the page: so the bundler keeps all that they share in the page's one file

import { frConsent } from './locales/fr_consent';
import { frGlass } from './locales/fr_glass';
import { frPeople } from './locales/fr_people';
import { frStaff } from './locales/fr_staff';
import { frYoung } from './locales/fr_young';
import { learnTexts } from './locales/text';

learnTexts(frGlass);
learnTexts(frStaff);
learnTexts(frPeople);
learnTexts(frConsent);
learnTexts(frYoung);

/** The address of `styles/staff.css`, which the bundler names by its content. */
declare const STAFF_STYLES: string;

/** Settles when the look is here, or cannot be had: without it all still works. */
export const dressed = new Promise<void>((done) => {
  const sheet = document.createElement('link');
  sheet.rel = 'stylesheet';
  sheet.href = STAFF_STYLES;
  sheet.onload = sheet.onerror = () => done();
  document.head.append(sheet);
});

export { Administration } from './admin/administration';
export { PersonPage } from './admin/person_page';
export { YoungPages } from './consent/young_page';
export { QueueSection } from './queue/queue_section';
export { GlassPage } from './trail/glass_page';
export { HeadsPage } from './trail/heads_page';
export { RulesPage } from './rules/rules_page';
