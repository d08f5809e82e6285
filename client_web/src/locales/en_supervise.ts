/** English, the part of who steps into a call, and of what is written aside. */

import type { frSupervise } from './fr_supervise';
import type { Texts } from './text';

export const enSupervise: Texts<typeof frSupervise> = {
  'supervise.title': "Accompany the session",
  'supervise.observe': "Observe without speaking",
  'supervise.lead': "Take over",
  'supervise.hand_back': "Hand back",
  'supervise.pause': "Pause",
  'supervise.resume': "Resume",
  'supervise.aside': "Write to the mentor",
  'supervise.more': "Step in",
  'supervise.what': "What to do?",
  'supervise.end': "End the call for all",
  'supervise.end_means': "The call ends at once for everybody. Another may begin afterwards. The reason stands in the journal of the two.",
  'supervise.pause_means': "The two neither hear, see nor write to each other here until it goes on. The Help button always works. The reason can be read at once.",
  'supervise.remove': "Put {name} out of the calls",
  'supervise.remove_means': "{name} leaves the call at once and does not come back without your word. Messages stay open. The reason stands in the journal of the two.",
  'supervise.remove_sure': "Put {name} out now? A word from you helps them to take it well.",
  'supervise.remove_yes': "Yes, put {name} out",
  'supervise.readmit': "Let {name} come back to the calls",
  'supervise.why': "Why",
  'supervise.why_choose': "Choose…",
  'supervise.why_needed': "The reason is missing.",
  'supervise.why.break': "To take a breath",
  'supervise.why.safety': "For somebody’s safety",
  'supervise.why.words': "To come back to what was said",
  'supervise.why.technical': "Something does not work",
  'supervise.why.other': "Another reason, which I will tell",
  'aside.title': "Aside with {name}, out of the young person’s sight",
  'aside.team': "the team",
  'aside.who_reads': "The young person does not see these words; their journal says that there were some.",
  'aside.write': "A few words for the mentor",
  'aside.answer': "Answer aside",
  'aside.send': "Send aside",
  'aside.came': "{name} wrote a word aside",
};
