/** French, for voice notes and real-time text: it comes with their part of the page. As careful as `fr.ts`. */

import type { Text } from './text';

export const frWords = {
  'voice.recording': "Enregistrement",
  'voice.left': { one: "encore 1 seconde", other: "encore {count} secondes" },
  'voice.full': "Cinq minutes, c’est le maximum. L’enregistrement est arrêté.",
  'voice.stop': "Arrêter",
  'voice.review': "On peut écouter avant d’envoyer.",
  'voice.again': "Recommencer",
  'voice.discard': "Supprimer",
  'voice.send': "Envoyer",
  'voice.will_go': [
    "Pas de réseau : le message vocal partira tout seul, dès que possible. Il est gardé sur votre appareil jusque-là.",
    "Pas de réseau : le message vocal partira tout seul, dès que possible. Il est gardé sur ton appareil jusque-là.",
  ],
  'voice.play': "Écouter le message vocal : {name}, {length}",
  'voice.pause': "Pause",
  'voice.position': "Position",
  'voice.at': "{at} sur {length}",
  'voice.speed': "Vitesse : {speed}",
  'voice.loading': "Chargement {percent} %",
  'voice.failed': "Pas arrivé. Toucher pour réessayer.",
  'voice.unplayable': "Ce navigateur ne peut pas lire ce message vocal. Une mise à jour peut suffire.",
  'voice.unable': "Ce navigateur ne sait pas enregistrer de message vocal. Une mise à jour peut suffire ; les messages écrits marchent.",
  'voice.empty': "C’était trop court. On peut recommencer.",
  'voice.broken': "L’enregistrement n’a pas marché. On peut recommencer.",

  'live.switch': "Texte en direct",
  'live.on': "activé",
  'live.off': "désactivé",
  'live.why': "Les autres voient les mots arriver.",
  'live.held': "Les autres verront cette ligne après l’envoi, si elle peut passer.",
  'live.lines': "Texte en direct",
  'live.writes': "{name} écrit :",
  'live.said': "{name} écrit : {text}",
  'live.said_more': "{text}",
} satisfies Record<string, Text>;
