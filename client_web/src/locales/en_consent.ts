/** English, for the pages of consent. */

import type { frConsent } from './fr_consent';
import type { Texts } from './text';

export const enConsent: Texts<typeof frConsent> = {
  'consent.lead': "For each thing you can say yes or no, and change your mind at any time. A no acts at once.",
  'consent.lead_guardian': "Under 15, your child and somebody who holds parental authority both say yes. Each can say no, and change their mind at any time. A no acts at once.",
  'consent.none': "No child is linked to this account. The association can do that.",
  'consent.easy': "Easy to read",
  'consent.full': "Full text",
  'consent.of_child': "For {name}",

  'consent.purpose.chat': "Writing to each other",
  'consent.purpose.video': "Calling each other",
  'consent.purpose.family_call': "A call with the family, now and then",
  'consent.purpose.prescriber': "Keeping informed who sent the young person here",
  'consent.purpose.notifications': "Getting reminders",

  'consent.on': "On",
  'consent.off': "Off",

  'consent.off.chat': "Without this, the room is paused. What was written stays readable, and help stays open.",
  'consent.off.video': "Without this, there are no calls. The room stays open for writing.",
  'consent.off.family_call': "Without this, the family is not invited into a call. All the rest goes on.",
  'consent.off.prescriber': "Without this, that person hears nothing. All the rest goes on.",
  'consent.off.notifications': "Without this, no reminder is sent. All the rest goes on.",

  'consent.why.agreed': "All who must agree have agreed.",
  'consent.why.carried': [
    "It goes on with the yes of before 15. A new answer is awaited, without the parents this time.",
    "It goes on with your yes of before 15. Now it is up to you: confirm it, or say no.",
  ],
  'consent.why.ask_young': ["The young person’s answer is still missing.", "Your answer is still missing."],
  'consent.why.ask_guardian': ["The answer of somebody who holds parental authority is still missing.", "The answer of a parent is still missing."],
  'consent.why.ask_both': ["The answers of the young person and of a parent are still missing.", "Your answer and that of a parent are still missing."],
  'consent.why.refused': "One of those who decide has said no. That is their right, and it can change.",
  'consent.why.refused_mine': "You have said no. That is your right, and you can change your mind.",
  'consent.why.disagreed': "The parents’ answers do not go together. A professional will talk with them. Meanwhile it stays off.",

  'consent.yes': "Yes, I agree",
  'consent.no': "No",
  'consent.withdraw': "Take my yes back",
  'consent.confirm': "Confirm my yes",
  'consent.saved': "It is noted.",
  'consent.call_over': "The call has ended, and that is your right. The other person reads what is no longer switched on, not who said what.",
  'consent.asks_again': "The text has changed: it must be answered before {day}. Until then the earlier yes holds.",

  'consent.mine': "You",
  'consent.other_parent': "Another guardian",
  'consent.said.given': "yes",
  'consent.said.refused': "no",
  'consent.said.withdrawn': "yes, taken back",
  'consent.said.none': "no answer yet",
  'consent.said.old': "yes, to an earlier text",
  'consent.who': "Who has answered what",

  'consent.next_15': [
    "At 15, {day}, it is {name} who decides, without a parent’s consent. Each thing will be asked again.",
    "On the day you turn 15, {day}, you decide without your parents. Each thing will be asked again.",
  ],
  'consent.next_18': ["At 18, {day}, the parents’ access ends.", "On the day you turn 18, {day}, your parents’ access ends."],
  'consent.read_only_15': "{name} is 15 or older and decides alone. Here you see what is on.",
  'consent.read_only': "This account is not noted with parental authority: it can see, and does not answer.",

  'consent.history': "All that was said",
  'consent.no_history': "Nothing has been said yet.",
  'consent.line.given': "{name} said yes: {purpose}",
  'consent.line.refused': "{name} said no: {purpose}",
  'consent.line.withdrawn': "{name} took their yes back: {purpose}",
  'consent.how.app': "here",
  'consent.how.paper': "on paper, seen by {by}",
  'consent.how.oral': "by word of mouth, noted by {by}",
  'consent.version': "text no. {version}",

  'consent.waiting': { one: "One answer is awaited.", other: "{count} answers are awaited." },
  'consent.all_said': "All is answered. You can change your mind at any time.",
  'consent.open': "See and answer",
  'consent.children': "Consent for my child",
};
