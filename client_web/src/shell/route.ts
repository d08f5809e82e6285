/** Where we are: the part of the address after `#`, so that the server needs to know no page of ours. */

import { computed, signal } from '@preact/signals';

export type Route =
  | { page: 'security' }
  | { page: 'reach' }
  | { page: 'report'; room: number | null; seq: number | null; person: string | null }
  | { page: 'reports' }
  | { page: 'journal' }
  | { page: 'glass' }
  | { page: 'heads' }
  | { page: 'consents' }
  | { page: 'consent_texts' }
  | { page: 'young'; mentee: string | null }
  | { page: 'pair' | 'mentor' | 'welfare'; id: string }
  | { page: 'papers' }
  | { page: 'handover'; pair: string | null }
  | { page: 'charter' }
  | { page: 'join' | 'heard'; token: string }
  | { page: 'case'; id: string }
  | { page: 'cases' }
  | { page: 'board' }
  | { page: 'person'; id: string }
  | { page: 'data' }
  | { page: 'helplines' }
  | { page: 'letters'; person: string | null; line: 'own' | 'other' }
  | { page: 'desk' }
  | { page: 'duty' }
  | { page: 'case_relay' | 'dispatch'; id: string }
  | { page: 'departments' | 'second_looks' }
  | { page: 'home' } | { page: 'looks' } | { page: 'rules' } | { page: 'room'; number: number };

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

function read(): Route {
  const link = /^#\/(join|heard)\/([\w-]{20,200})$/.exec(location.hash);
  if (link) return { page: link[1] as 'join', token: link[2]! };
  const found = /^#\/case\/([\w-]{22,36})$/.exec(location.hash);
  if (found) return { page: 'case', id: found[1]! };
  if (location.hash === CASES) return { page: 'cases' };
  if (location.hash === BOARD) return { page: 'board' };
  const person = /^#\/person\/([\w-]{22,36})$/.exec(location.hash);
  if (person) return { page: 'person', id: person[1]! };
  if (location.hash === PAPERS) return { page: 'papers' };
  const one = /^#\/(pair|mentor|welfare)\/([\w-]{22,36})$/.exec(location.hash);
  if (one) return { page: one[1] as 'pair', id: one[2]! };
  const handover = /^#\/handover(?:\/([\w-]{22,36}))?$/.exec(location.hash);
  if (handover) return { page: 'handover', pair: handover[1] ?? null };
  if (location.hash === CHARTER) return { page: 'charter' };
  const letters = /^#\/letters(?:\/([\w-]{22,36})\/(own|other))?$/.exec(location.hash);
  if (letters) return { page: 'letters', person: letters[1] ?? null, line: letters[2] === 'other' ? 'other' : 'own' };
  if (location.hash === HELPLINES) return { page: 'helplines' };
  if (location.hash === DATA) return { page: 'data' };
  if (location.hash === DESK) return { page: 'desk' };
  if (location.hash === DUTY) return { page: 'duty' };
  const caseRelay = /^#\/case\/([\w-]{22,36})\/relay$/.exec(location.hash);
  if (caseRelay) return { page: 'case_relay', id: caseRelay[1]! };
  const dispatch = /^#\/dispatch\/([\w-]{22,36})$/.exec(location.hash);
  if (dispatch) return { page: 'dispatch', id: dispatch[1]! };
  if (location.hash === SECOND_LOOKS) return { page: 'second_looks' };
  if (location.hash === DEPARTMENTS) return { page: 'departments' };
  if (location.hash === JOURNAL) return { page: 'journal' };
  if (location.hash === GLASS) return { page: 'glass' };
  if (location.hash === HEADS) return { page: 'heads' };
  if (location.hash === REACH) return { page: 'reach' };
  const report = /^#\/report(?:\/(\d+)\/(\d+)|\/([\w-]{22,36}))?$/.exec(location.hash);
  if (report) return { page: 'report', room: report[1] ? Number(report[1]) : null, seq: report[2] ? Number(report[2]) : null, person: report[3] ?? null };
  if (location.hash === REPORTS) return { page: 'reports' };
  if (location.hash === SECURITY) return { page: 'security' };
  if (location.hash === CONSENTS) return { page: 'consents' };
  if (location.hash === CONSENT_TEXTS) return { page: 'consent_texts' };
  const young = /^#\/young(?:\/([\w-]{22,36}))?$/.exec(location.hash);
  if (young) return { page: 'young', mentee: young[1] ?? null };
  const room = /^#\/r\/(\d+)$/.exec(location.hash);
  if (location.hash === LOOKS) return { page: 'looks' };
  if (location.hash === RULES) return { page: 'rules' };
  return room ? { page: 'room', number: Number(room[1]) } : { page: 'home' };
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
