/** English, for the list of news. */

import type { frNotices } from './fr_notices';
import type { Texts } from './text';

export const enNotices: Texts<typeof frNotices> = {
  'news.title': "News",
  'news.seen': "Seen",

  'notice.other': "Something has changed in your account. The team can tell you more.",
  'notice.word': "–",
  'notice.consent_disagreement': "Two parents give different answers for a young person you work for ({purpose}). Meanwhile it stays off.",
  'notice.consent_off': "A consent has ended for a young person you work for ({purpose}).",
  'notice.consent_asks_again': "A text of consent has changed ({purpose}). It is to be answered again by {day}.",
  'notice.guardian_linked': "A guardian was noted.",
  'notice.guardian_ended': "A guardian is noted no more.",
  'notice.consent_alone_soon': "Soon 15: from {day} on it is you who says yes or no, without your parents.",
  'notice.consent_alone_soon_guardian': "Your child turns 15 {day}. From that day on it is your child who says yes or no, without you.",
  'notice.consent_alone_soon_staff': "A young person you work for turns 15 {day} and will decide alone on their consents.",
  'notice.consent_alone': "You are 15 (since {day}): it is you who says yes or no. What was on goes on until you answer.",
  'notice.consent_alone_guardian': "Your child is 15 and now says yes or no without you. You still see what is on.",
  'notice.consent_alone_staff': "A young person you work for is 15 and decides alone on their consents. Their answers are asked anew.",
  'notice.consent_grown_soon': "Soon 18: {day}, your parents’ access ends.",
  'notice.consent_grown_soon_guardian': "Your child turns 18 {day}. On that day your access ends.",
  'notice.consent_grown_soon_staff': "A young person you work for turns 18 {day}. Their parents’ access ends that day.",
  'notice.consent_grown': "You are 18 (since {day}): your consents are an adult’s own, and your parents’ access has ended.",
  'notice.consent_grown_guardian': "Your child is 18: your access to what concerns them has ended. Thank you for your trust.",
  'notice.consent_grown_staff': "A young person you work for is 18. Their parents’ access has ended.",
  'notice.word.chat': "writing",
  'notice.word.video': "calls",
  'notice.word.family_call': "calls with the family",
  'notice.word.prescriber': "news to who referred them",
  'notice.word.notifications': "reminders",
};
