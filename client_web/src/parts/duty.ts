/** Who is on call, with its texts: fetched by who opens it. */

import '../main'; // as staff.ts does, and for the same reason

import { frDuty } from '../locales/fr_duty';
import { learnTexts } from '../locales/text';

learnTexts(frDuty);

export { DutyPage } from '../duty/duty_page';
