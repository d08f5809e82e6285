/** English, for the first page of guardians and prescribers. */

import type { frOutside } from './fr_outside';
import type { Texts } from './text';

export const enOutside: Texts<typeof frOutside> = {
  'guardian.lead': "Your account belongs to {organisation}.",
  'guardian.contact': "For any question, your contact is the team of {organisation}, at the address they gave you.",
  'guardian.private': "The pair’s messages stay between the young person, their mentor and the professional team: this page does not show them.",
  'guardian.help': "If you are worried, the Help button at the top right gives the right numbers and tells the team.",
  'prescriber.private': "What the pair says stays between the young person, their mentor and the professional team: this page does not show it.",
};
