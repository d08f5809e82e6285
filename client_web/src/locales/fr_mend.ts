/** French, for changing a message and asking for another look: it comes with their part of the page. As careful as `fr.ts`. */

import type { Text } from './text';

export const frMend = {
  'mend.edit_label': "Modifier le message",
  'mend.save': "Enregistrer",
  'mend.send_again': "Envoyer de nouveau",
  'mend.busy': "Un instant…",
  'mend.offline': "Modifier demande le réseau. Le texte reste ici en attendant.",
  'mend.blocked': "Ce texte ne peut pas passer ici. Le message reste comme il était.",
  'mend.keys': "Entrée pour enregistrer, Maj + Entrée pour aller à la ligne, Échap pour annuler",
  'mend.appeal_lead': [
    "Une personne de l’équipe regardera de nouveau votre message, si possible une autre que la première fois. La réponse s’affichera sous le message.",
    "Une personne de l’équipe regardera de nouveau ton message, si possible une autre que la première fois. La réponse s’affichera sous le message.",
  ],
  'mend.appeal_words': "Quelques mots pour l’équipe (facultatif)",
  'mend.appeal_send': "Demander",
  'mend.appeal_offline': "Cette demande a besoin du réseau. Les mots restent ici en attendant.",
} satisfies Record<string, Text>;
