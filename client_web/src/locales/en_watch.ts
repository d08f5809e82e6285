/** English, for what staff have on every page, and their own way through the pages. */

import type { frWatch } from './fr_watch';
import type { Texts } from './text';

export const enWatch: Texts<typeof frWatch> = {
  'app.board': "Watch board",
  'app.cases': "Cases",
  'app.duty': "On call",
  'app.desk': "People’s data",
  'app.second_looks': "Second looks",
  'app.glass': "Emergency reading",
  'app.departments': "CRIP of the departments",
  'app.heads': "Heads of the audit trail",

  'case.waits': { one: "A case is waiting for you", other: "{count} cases are waiting for you" },

  'home.caseload': "My pairs",
  'home.caseload_empty': "No pair at the moment.",

  'room.enter_visit': "Enter, seen by all",
  'room.enter_why': "Entering this room is visible: your name is shown, and the visit is noted in the journal that the pair can read.",
  'room.you_are_seen': "Everyone here can see that you are present, and it is noted in the journal of visits.",
};
