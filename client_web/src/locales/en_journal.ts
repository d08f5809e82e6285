/** English, for the access journal: see `fr_journal.ts`. */

import type { frJournal } from './fr_journal';
import type { Texts } from './text';

export const enJournal: Texts<typeof frJournal> = {
  'journal.title': "Who read what",
  'journal.lead': "Here you see which professional read something about you, when, and why. Nobody can erase these lines.",
  'journal.empty': "Nobody has read anything about you so far.",
  'journal.more': "See older ones",
  'journal.operator': "Whoever runs the server",
  'journal.somebody': "Somebody who is no longer here",
  'journal.with': "Conversation with {names}.",
  'journal.told_late': "A professional had asked to wait before telling you. You were told {day}.",
  'journal.other': "Read something about you.",
  'journal.account.read': "Looked at your file: how to reach you, your date of birth, your devices.",
  'journal.consent.read': "Looked at where your consent stands.",
  'journal.data.read': "Read what is kept about you.",
  'journal.flag.context_read': "Read a few messages around a flagged message.",
  'journal.glass.broken': "Read your messages in an emergency, for an hour at most.",
  'journal.glass.told': "Read your messages in an emergency, for an hour at most.",
  'journal.papers.read': "Read your papers as a mentor.",
  'journal.room.entered': "Entered the conversation, seen by all.",
  'journal.room.entered.call': "Entered the call, seen by all.",
  'journal.voice_note.heard': "Listened to one of your voice notes.",
  'journal.welfare.read': "Read your child welfare file.",
  'journal.why': "Why: {why}",
  'journal.why.absence': "the pair’s own professional was away.",
  'journal.why.authority': "an authority asked for it.",
  'journal.why.danger': "somebody might have been in danger.",
  'journal.why.other': "a reason that the association has noted.",
  'journal.why.report': "somebody reported a problem.",
  'journal.because': "–",
  'journal.because.flag.context_read': "Why: to understand the flagged message before deciding.",
  'journal.because.room.entered': "Why: this professional follows the pair.",
  'journal.because.voice_note.heard': "Why: this professional follows the pair.",
};
