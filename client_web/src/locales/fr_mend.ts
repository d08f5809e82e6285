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

  'message.held_slip': "Les coordonnées ne s’échangent pas ici : c’est sans doute un oubli, et ce n’est pas grave. Une personne de l’équipe regarde.",
  'message.held_frozen': "Une personne de l’équipe regarde vite. En attendant, la discussion est en pause pour tout le monde.",
  'message.held_why': "Une personne de l’équipe le lit avant de le transmettre. C’est une protection pour tout le monde.",
  'message.masked_why': [
    "Les coordonnées restent entre vous et l’équipe, pour protéger chacun. Le reste est bien arrivé.",
    "On garde les coordonnées à l’abri, pour te protéger. Le reste est bien arrivé, et tu n’as rien fait de mal.",
  ],
  'message.others_read': "Ce que les autres lisent :",
  'message.blocked_why': "Il contient quelque chose qui ne peut pas passer ici. L’équipe peut en parler, avec le bouton Aide.",
  'message.refused_why': "L’équipe a préféré ne pas transmettre ce message. Elle peut expliquer pourquoi.",
  'message.returned_own': [ "Ce message vous revient, avec un conseil", "Ce message te revient, avec un conseil" ],
  'message.returned_why': [
    "Personne d’autre ne l’a lu. Vous pouvez le modifier et l’envoyer de nouveau, il reprendra sa place.",
    "Personne d’autre ne l’a lu. Tu peux le modifier et l’envoyer de nouveau, il reprendra sa place.",
  ],
  'message.advice': "Le mot de l’équipe :",
  'message.change': "Modifier",
  'message.new_text': "Le nouveau texte :",
  'message.edit_why': "Les autres lisent encore le texte d’avant.",
  'message.appeal': "Demander un autre regard",
  'message.appeal_asked': "Un autre regard est demandé. La réponse s’affichera ici.",
  'message.appeal_answered': "Une personne de l’équipe a regardé de nouveau ({when}).",
  'message.appeal_decided': "Une personne de l’équipe a regardé de nouveau ({when}). La décision reste la même.",
} satisfies Record<string, Text>;
