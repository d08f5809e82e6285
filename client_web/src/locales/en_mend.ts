/** English, for changing a message and asking for another look: see `fr_mend.ts`. */

import type { frMend } from './fr_mend';
import type { Texts } from './text';

export const enMend: Texts<typeof frMend> = {
  'mend.edit_label': "Change the message",
  'mend.save': "Save",
  'mend.send_again': "Send it again",
  'mend.busy': "One moment…",
  'mend.offline': "Changing a message needs the network. Your text stays here meanwhile.",
  'mend.blocked': "This text cannot pass here. The message stays as it was.",
  'mend.keys': "Enter to save, Shift + Enter for a new line, Escape to cancel",
  'mend.appeal_lead': "Someone from the team will look at your message again, someone else than the first time where possible. The answer will show under the message.",
  'mend.appeal_words': "A few words for the team (optional)",
  'mend.appeal_send': "Ask",
  'mend.appeal_offline': "This request needs the network. Your words stay here meanwhile.",
};
