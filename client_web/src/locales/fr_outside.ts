/** French, for the first page of guardians and prescribers. See `fr.ts`. */

import type { Text } from './text';

export const frOutside = {
  'guardian.lead': "Votre compte est rattaché à {organisation}.",
  'guardian.contact': "Pour toute question, le bon contact est l’équipe de {organisation}, par les coordonnées qu’elle vous a données.",
  'guardian.private': "Les messages du binôme restent entre le jeune, son mentor et l’équipe professionnelle : cette page ne les montre pas.",
  'guardian.help': "En cas d’inquiétude, le bouton Aide, en haut à droite, donne les bons numéros et prévient l’équipe.",
  'prescriber.private': "Les échanges du binôme restent entre le jeune, son mentor et l’équipe professionnelle : cette page ne les montre pas.",
} satisfies Record<string, Text>;
