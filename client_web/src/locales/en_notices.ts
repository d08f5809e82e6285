/** English, for the list of news. */

import type { frNotices } from './fr_notices';
import type { Texts } from './text';

export const enNotices: Texts<typeof frNotices> = {
  'news.title': "News",
  'news.seen': "Seen",

  'notice.other': "Something has changed in your account. The team can tell you more.",
  'notice.word': "–",
};
