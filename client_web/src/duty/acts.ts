/** What is done with the plan: sent, and then shown anew. */

import { Refusal } from '../wire/refusal';
import { http } from '../wire/http';
import type { DutyView, PlanParts } from '../wire/duty';

export interface Duty {
  view: DutyView;
  /** Puts these parts into the plan; with `accept`, whatever they leave to nobody. */
  plan: (parts: PlanParts, accept?: boolean) => Promise<void>;
  /** Changes something between two instants: `path` stands behind `duty/`. */
  change: (path: string, body: object) => Promise<void>;
}

/** `again` asks for what stands now: also when a colleague was faster. */
export function dutyOf(view: DutyView, again: () => Promise<void>): Duty {
  const sent = async (method: string, path: string, body: object): Promise<void> => {
    try {
      await http(method, path, body);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'conflict') await again();
      throw error;
    }
    await again();
  };
  return {
    view,
    plan: (parts, accept = false) => sent('PUT', 'duty', { revision: view.revision, ...parts, ...(accept && { accept_gaps: true }) }),
    change: (path, body) => sent('POST', `duty/${path}`, body),
  };
}

export const nameOf = (view: DutyView, id: string | undefined): string => view.people.find((person) => person.id === id)?.name ?? '';

/** Who can be on call: staff whose account is open. */
export const team = (view: DutyView): readonly (readonly [id: string, name: string])[] =>
  view.people.filter((person) => person.open && ['supervisor', 'admin'].includes(person.role)).map(({ id, name }) => [id, name] as const);
