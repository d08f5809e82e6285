/** English, for the page of an outside contact. */

import type { frHeard } from './fr_heard';
import type { Texts } from './text';

export const enHeard: Texts<typeof frHeard> = {
  'heard.title': "Somebody needs you",
  'heard.lead': "{organisation} is calling you: a situation waits for a person to look after it.",
  'heard.since': "Since {when}. Nobody has answered yet.",
  'heard.severity': "This is critical: every minute counts.",
  'heard.reference': "Number to give on the telephone: {reference}",
  'heard.take': "I’ll look after it",
  'heard.take_why': "The calls to others stop. Then call the association, with this number.",
  'heard.private': "This link shows nothing of the situation itself. It is for you alone.",
  'heard.taken_title': "Thank you",
  'heard.taken': "Somebody has been looking after it since {when}.",
  'heard.taken_you': "Noted: you are looking after it. Nobody else is called. Now call {organisation}, with the number {reference}.",
  'heard.over': "This situation is closed. There is nothing to do.",
};
