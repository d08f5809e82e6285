/** English, for letters to and from professionals. */

import type { frLetters } from './fr_letters';
import type { Texts } from './text';

export const enLetters: Texts<typeof frLetters> = {
  'letters.title': "Letters",
  'letters.lead': "Here you write to your professional. The other of your pair and your family do not read these letters. No program reads them.",
  'letters.lead_other': "Here you write to somebody other than your professional. Your professional cannot read these letters.",
  'letters.lead_staff': "What people write to a professional, in private. No program reads it.",
  'letters.to': "Whom to write to",
  'letters.own': "To my professional",
  'letters.other': "To somebody else",
  'letters.around': "not to their own professional",
  'letters.all': "All letters",
  'letters.none': "No letter yet.",
  'letters.unread': "to read",
  'letters.people': "Write to somebody you follow",
  'letters.readers': "These letters are read by: {names}.",
  'letters.readers_of': "Letters of {person}. Read by: {names}.",
  'letters.nobody': "There is nobody else to write to in the association. The numbers behind the Help button answer.",
  'letters.older': "See older ones",
  'letters.you': "You",
  'letters.somebody': "Somebody who is no longer here",
  'letters.read': "read",
  'letters.sent': "sent",
  'letters.waiting': "Not gone yet. It goes by itself, as soon as the network is back.",
  'letters.discard': "Delete",
  'letters.write': "Your letter",
  'letters.send': "Send",
  'letters.empty': "The text is missing.",
  'letters.long': "That is too long: {count} characters at the most.",
};
