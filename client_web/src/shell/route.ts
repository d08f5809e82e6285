/** Where we are: the part of the address after `#`, so that the server needs to know no page of ours. */

import { computed, signal } from '@preact/signals';

export type Route =
  | { page: Plain }
  | { page: 'report'; room: number | null; seq: number | null; person: string | null }
  | { page: 'young'; mentee: string | null }
  | { page: 'pair' | 'mentor' | 'welfare' | 'case' | 'case_relay' | 'dispatch' | 'person'; id: string }
  | { page: 'handover'; pair: string | null }
  | { page: 'join' | 'heard'; token: string }
  | { page: 'letters'; person: string | null; line: 'own' | 'other' }
  | { page: 'room'; number: number };

/** What is looked at, and who sees it; open to everybody. */
export const LOOKS = '#/looks';
/** The rules of moderation of one's association; for supervisors and admins. */
export const RULES = '#/rules';

/** What one agrees to, or one's child. */
export const CONSENTS = '#/consents';
/** For professionals: how consent stands for the young people they work for. */
export const YOUNG = '#/young';
export const youngAddress = (mentee: string): string => `${YOUNG}/${mentee}`;
/** For admins: the words in which consent is asked. */
export const CONSENT_TEXTS = '#/consent-texts';

/** Who read what about oneself. */
export const JOURNAL = '#/journal';
/** Breaking the glass, for staff. */
export const GLASS = '#/glass';
/** The heads of the audit trail, for admins. */
export const HEADS = '#/heads';

/** Saying that something worries one: about a message, a person, or in words. */
export const REPORT = '#/report';
export const reportAddress = (room: number, seq: number): string => `${REPORT}/${room}/${seq}`;
export const reportOf = (person: string): string => `${REPORT}/${person}`;
/** What one has reported. */
export const REPORTS = '#/reports';

/** For staff: what goes on now, and what waits. */
export const BOARD = '#/board';
/** For staff: all cases, and one. */
export const CASES = '#/cases';
export const caseAddress = (id: string): string => `#/case/${id}`;

/** One's own second factors, password and devices. */
export const SECURITY = '#/security';

/** How one is told while the page is closed. */
export const REACH = '#/reach';

/** A mentor's own papers. */
export const PAPERS = '#/papers';
/** For professionals: one pair, one mentor's papers, one young person's child-welfare track. */
export const pairAddress = (pair: string): string => `#/pair/${pair}`;
export const mentorAddress = (mentor: string): string => `#/mentor/${mentor}`;
export const welfareAddress = (mentee: string): string => `#/welfare/${mentee}`;

/** For professionals: pairs to another one of them; from the page of one pair, that pair. */
export const HANDOVER = '#/handover';
export const handoverAddress = (pair: string): string => `${HANDOVER}/${pair}`;
/** For admins: the words of the mentors' charter. */
export const CHARTER = '#/charter';

/** Between a person and their professionals. */
export const LETTERS = '#/letters';
export const letterAddress = (person: string, line: 'own' | 'other'): string => `${LETTERS}/${person}/${line}`;
/** For admins: the numbers of the help card. */
export const HELPLINES = '#/helplines';

/** One's own data: a copy, who sees what, requests. */
export const DATA = '#/data';
/** For staff: people's requests on their data. */
export const DESK = '#/data-desk';

/** What leaves the house about a case, and one thing that does. */
export const caseRelayAddress = (id: string): string => `#/case/${id}/relay`;
export const dispatchAddress = (dispatch: string): string => `#/dispatch/${dispatch}`;
/** What waits for one's own second look, for staff. */
export const SECOND_LOOKS = '#/second-looks';
/** The contacts of the CRIP, by department. */
export const DEPARTMENTS = '#/departments';
/** For staff: who is on call. */
export const DUTY = '#/duty';

/** For admins: what is kept of one person, and how they come in. */
export const personAddress = (person: string): string => `#/person/${person}`;

/** The pages that have one address. */
const PLAIN = {
  [LOOKS]: 'looks',
  [RULES]: 'rules',
  [CONSENTS]: 'consents',
  [CONSENT_TEXTS]: 'consent_texts',
  [JOURNAL]: 'journal',
  [GLASS]: 'glass',
  [HEADS]: 'heads',
  [REPORTS]: 'reports',
  [BOARD]: 'board',
  [CASES]: 'cases',
  [SECURITY]: 'security',
  [REACH]: 'reach',
  [PAPERS]: 'papers',
  [CHARTER]: 'charter',
  [HELPLINES]: 'helplines',
  [DATA]: 'data',
  [DESK]: 'desk',
  [SECOND_LOOKS]: 'second_looks',
  [DEPARTMENTS]: 'departments',
  [DUTY]: 'duty',
} as const;
type Plain = (typeof PLAIN)[keyof typeof PLAIN] | 'home';

const ID = '([\\w-]{22,36})';

/** What stands behind the name of a page in its address, by the pattern of all of it. */
const behind = (pattern: string): RegExpExecArray | null => new RegExp(`^#/${pattern}$`).exec(location.hash);

function read(): Route {
  const plain = (PLAIN as Readonly<Record<string, Plain>>)[location.hash];
  if (plain) return { page: plain };
  const room = behind('r/(\\d+)');
  if (room) return { page: 'room', number: Number(room[1]) };
  const link = behind('(join|heard)/([\\w-]{20,200})');
  if (link) return { page: link[1] as 'join', token: link[2]! };
  const relay = behind(`case/${ID}/relay`);
  if (relay) return { page: 'case_relay', id: relay[1]! };
  const one = behind(`(case|person|pair|mentor|welfare|dispatch)/${ID}`);
  if (one) return { page: one[1] as 'case', id: one[2]! };
  const handover = behind(`handover(?:/${ID})?`);
  if (handover) return { page: 'handover', pair: handover[1] ?? null };
  const letters = behind(`letters(?:/${ID}/(own|other))?`);
  if (letters) return { page: 'letters', person: letters[1] ?? null, line: letters[2] === 'other' ? 'other' : 'own' };
  const report = behind(`report(?:/(\\d+)/(\\d+)|/${ID})?`);
  if (report) return { page: 'report', room: report[1] ? Number(report[1]) : null, seq: report[2] ? Number(report[2]) : null, person: report[3] ?? null };
  const young = behind(`young(?:/${ID})?`);
  return young ? { page: 'young', mentee: young[1] ?? null } : { page: 'home' };
}

export const route = signal<Route>(read());
export const currentRoom = computed(() => (route.value.page === 'room' ? route.value.number : null));
export const roomAddress = (number: number): string => `#/r/${number}`;

export function go(address: string, replace = false): void {
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  route.value = read();
}

addEventListener('hashchange', () => {
  route.value = read();
});
addEventListener('popstate', () => {
  route.value = read();
});
