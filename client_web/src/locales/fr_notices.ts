/** French, for the list of news: it comes with the first notice. Each part of the house adds its own kinds here. */

import type { Text } from './text';

export const frNotices = {
  'news.title': "Nouvelles",
  'news.seen': "C’est vu",

  'notice.other': [
    "Quelque chose a changé dans votre compte. L’équipe peut vous en dire plus.",
    "Quelque chose a changé dans ton compte. L’équipe peut t’en dire plus.",
  ],
  'notice.word': "–",
} satisfies Record<string, Text>;
