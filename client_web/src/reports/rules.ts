/** What can be reported, and what that stops. Pure. */

import type { ReportKind, ReportSubject } from '../wire/reports';

/** What can be said of what, the gravest first; as the server has it. */
export const KINDS: Readonly<Record<ReportSubject, readonly ReportKind[]>> = {
  message: ['danger', 'sexual', 'secrets', 'hurtful', 'uneasy', 'other'],
  person: ['danger', 'sexual', 'secrets', 'hurtful', 'uneasy', 'unwell', 'other'],
  worry: ['danger', 'unwell', 'other'],
};

const STOPS: readonly ReportKind[] = ['secrets', 'sexual'];

/** Whether contact is to stop, as the form shows it: a young person's word of such things does so by itself. */
export const stopsFor = ({ kind, stop }: { kind: ReportKind | null; stop: boolean | null }, young: boolean): boolean => stop ?? (young && kind !== null && STOPS.includes(kind));
