/** The second step of a sign-in and the page of one's own keys, with their texts: fetched by who needs them. */

import '../main'; // as staff.ts does, and for the same reason

import { frSecurity } from '../locales/fr_security';
import { learnTexts } from '../locales/text';
import { dress } from '../shell/dress';

learnTexts(frSecurity);

/** The address of `styles/security.css`, which the bundler names by its content. */
declare const SECURITY_STYLES: string;

/** So that nothing jumps. */
export const dressed = dress(SECURITY_STYLES);

export { signInWithPasskey } from '../security/passkeys';
export { SecondStep } from '../security/second_step';
export { SecurityPage } from '../security/security_page';
