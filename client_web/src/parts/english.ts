/** The English texts of all parts, fetched at once by who reads English. */

import '../main'; // as staff.ts does, and for the same reason

import { en as enPage } from '../locales/en';
import { enBoard } from '../locales/en_board';
import { enCases } from '../locales/en_cases';
import { enHeard } from '../locales/en_heard';
import { enCall } from '../locales/en_call';
import { enCaseload } from '../locales/en_caseload';
import { enConsent } from '../locales/en_consent';
import { enGlass } from '../locales/en_glass';
import { enHelp } from '../locales/en_help';
import { enHelplines } from '../locales/en_helplines';
import { enLetters } from '../locales/en_letters';
import { enJournal } from '../locales/en_journal';
import { enDesk } from '../locales/en_desk';
import { enDuty } from '../locales/en_duty';
import { enEntry } from '../locales/en_entry';
import { enPeople } from '../locales/en_people';
import { enLooks } from '../locales/en_looks';
import { enMend } from '../locales/en_mend';
import { enMyData } from '../locales/en_mydata';
import { enNotices } from '../locales/en_notices';
import { enReach } from '../locales/en_reach';
import { enRelay } from '../locales/en_relay';
import { enReports } from '../locales/en_reports';
import { enSecurity } from '../locales/en_security';
import { enOutside } from '../locales/en_outside';
import { enPairs } from '../locales/en_pairs';
import { enStaff } from '../locales/en_staff';
import { enSupervise } from '../locales/en_supervise';
import { enWatch } from '../locales/en_watch';
import { enWords } from '../locales/en_words';
import { enYoung } from '../locales/en_young';
import type { Key, Text } from '../locales/text';

export const en: Readonly<Record<Key, Text>> = { ...enPage, ...enBoard, ...enCall, ...enCaseload, ...enCases, ...enConsent, ...enDesk, ...enDuty, ...enEntry, ...enGlass, ...enHeard, ...enHelp, ...enHelplines, ...enJournal, ...enLetters, ...enLooks, ...enMend, ...enMyData, ...enNotices, ...enOutside, ...enPairs, ...enPeople, ...enReach, ...enRelay, ...enReports, ...enSecurity, ...enStaff, ...enSupervise, ...enWatch, ...enWords, ...enYoung };
