/** French, for the page of an outside contact: it comes by the link that was sent to them. */

import type { Text } from './text';

export const frHeard = {
  'heard.title': "Quelqu’un a besoin de vous",
  'heard.lead': "{organisation} vous appelle : une situation attend qu’une personne s’en occupe.",
  'heard.since': "Depuis {when}. Personne n’a encore répondu.",
  'heard.severity': "C’est une situation critique : chaque minute compte.",
  'heard.reference': "Numéro à donner au téléphone : {reference}",
  'heard.take': "Je m’en occupe",
  'heard.take_why': "Les appels aux autres s’arrêtent. Appelez ensuite l’association, avec ce numéro.",
  'heard.private': "Ce lien ne montre rien de la situation elle-même. Il n’est que pour vous.",
  'heard.taken_title': "Merci",
  'heard.taken': "Quelqu’un s’en occupe depuis {when}.",
  'heard.taken_you': "C’est noté : vous vous en occupez. Plus personne d’autre n’est appelé. Appelez maintenant {organisation}, avec le numéro {reference}.",
  'heard.over': "Cette situation est close. Il n’y a rien à faire.",
} satisfies Record<string, Text>;
