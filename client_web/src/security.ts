/** The second step of a sign-in and the page of one's own keys, with their texts: fetched by who needs them. */

import './main'; // as staff.ts does, and for the same reason

import { frSecurity } from './locales/fr_security';
import { learnTexts } from './locales/text';

learnTexts(frSecurity);

export { signInWithPasskey } from './security/passkeys';
export { SecondStep } from './security/second_step';
export { SecurityPage } from './security/security_page';
