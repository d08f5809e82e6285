/** Coming in by link or code, a forgotten password, the PIN of a device, with their texts: fetched by who needs them. */

import '../main'; // as staff.ts does, and for the same reason

import { frEntry } from '../locales/fr_entry';
import { learnTexts } from '../locales/text';

learnTexts(frEntry);

export { JoinPage } from '../entry/join_page';
export { PinCard } from '../entry/pin_card';
export { PinCurtain } from '../entry/pin_curtain';
export { CodeForm } from '../signin/code_form';
export { ResetForm } from '../signin/reset_form';
