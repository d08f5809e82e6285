/** Which reasons an act may have: as `server/pairs/life.py` has them. */

const ENDS = ['goal_reached', 'term', 'moved', 'wish', 'mentor_leaves', 'no_contact', 'safety', 'other'];

const REASONS: Readonly<Record<string, readonly string[]>> = {
  withdraw: ['availability', 'mistake', 'other'],
  probation: ['beginning', 'doubt', 'other'],
  confirm: ['going_well', 'other'],
  pause: ['absence', 'holidays', 'exams', 'tension', 'other'],
  resume: ['back', 'settled', 'other'],
  suspend: ['safety', 'report', 'papers', 'other'],
  lift: ['cleared', 'settled', 'other'],
  plan_closing: ENDS,
  keep: ['changed_mind', 'other'],
  close: ['goodbye_said', 'no_goodbye'],
  end_bridge: ['mentor_back', 'term', 'other'],
};

export const reasonsOf = (act: string): readonly string[] => REASONS[act] ?? [];
