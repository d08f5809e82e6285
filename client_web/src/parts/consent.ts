/** One's own pages of consent, with their texts: fetched by who opens them. */

import '../main'; // as staff.ts does, and for the same reason

import { frConsent } from '../locales/fr_consent';
import { learnTexts } from '../locales/text';

learnTexts(frConsent);

export { ConsentCard } from '../consent/consent_card';
export { ConsentPage } from '../consent/consent_page';
