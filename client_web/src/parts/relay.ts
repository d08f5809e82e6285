/** What leaves the house about a case, with its texts: fetched by who opens it. */

import '../main'; // as staff.ts does, and for the same reason

import { frRelay } from '../locales/fr_relay';
import { learnTexts } from '../locales/text';

learnTexts(frRelay);

export { CaseRelayPage, WaitingPage } from '../relay/case_page';
export { DepartmentsPage } from '../relay/departments_page';
export { DispatchPage } from '../relay/dispatch_page';
