/** French, for what staff have on every page, and their own way through the pages. See `fr.ts`. */

import type { Text } from './text';

export const frWatch = {
  'app.board': "Tableau de veille",
  'app.cases': "Dossiers",
  'app.duty': "Astreinte",
  'app.desk': "Données des personnes",
  'app.second_looks': "Seconds regards",
  'app.glass': "Lecture d’urgence",
  'app.departments': "CRIP des départements",
  'app.heads': "Empreintes du journal d’audit",

  'case.waits': { one: "Un dossier vous attend", other: "{count} dossiers vous attendent" },

  'home.caseload': "Mes binômes",
  'home.caseload_empty': "Aucun binôme pour le moment.",

  'room.enter_visit': "Entrer, visible de tous",
  'room.enter_why': "Entrer dans ce salon se voit : votre nom s’affiche et la visite est notée dans le journal que le binôme peut lire.",
  'room.you_are_seen': "Votre présence est visible de tout le monde ici, et notée dans le journal des visites.",
} satisfies Record<string, Text>;
