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

  'message.held_slip': "Contact details are not exchanged here: most likely a slip, and no harm done. Someone from the team is looking.",
  'message.held_frozen': "Someone from the team will look soon. Until then the conversation is paused for everybody.",
  'message.held_why': "Someone from the team reads it before passing it on. It protects everybody.",
  'message.masked_why': [
    "Contact details stay between you and the team, to protect everyone. The rest has arrived.",
    "We keep contact details safe, to protect you. The rest has arrived, and you did nothing wrong.",
  ],
  'message.others_read': "What the others read:",
  'message.blocked_why': "It holds something that cannot pass here. The team can talk about it, with the Help button.",
  'message.refused_why': "The team chose not to pass this message on. They can explain why.",
  'message.returned_own': "This message comes back to you, with advice",
  'message.returned_why': "Nobody else has read it. You can change it and send it again; it takes its old place.",
  'message.advice': "A word from the team:",
  'message.change': "Change it",
  'message.new_text': "The new text:",
  'message.edit_why': "The others still read the text from before.",
  'message.appeal': "Ask for another look",
  'message.appeal_asked': "Another look has been asked for. The answer will show here.",
  'message.appeal_answered': "Someone from the team has looked again ({when}).",
  'message.appeal_decided': "Someone from the team has looked again ({when}). The decision stays the same.",
};
