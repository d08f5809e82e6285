/** The list of news with its texts: fetched when there is some. */

import '../main'; // as staff.ts does, and for the same reason

import { frNotices } from '../locales/fr_notices';
import { learnTexts } from '../locales/text';

learnTexts(frNotices);

export { NoticeList } from '../notices/notice_list';
