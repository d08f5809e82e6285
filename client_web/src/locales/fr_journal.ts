/** French, for the access journal: it comes when it is asked for. One text for each reading of `server/trail/acts.py`. */

import type { Text } from './text';

export const frJournal = {
  'journal.title': "Qui a lu quoi",
  'journal.lead': [
    "Ici, vous voyez quel professionnel a lu quelque chose à votre sujet, quand, et pourquoi. Personne ne peut effacer ces lignes.",
    "Ici, tu vois quel professionnel a lu quelque chose sur toi, quand, et pourquoi. Personne ne peut effacer ces lignes.",
  ],
  'journal.empty': [
    "Personne n’a rien lu à votre sujet pour le moment.",
    "Personne n’a rien lu sur toi pour le moment.",
  ],
  'journal.more': "Voir plus ancien",
  'journal.operator': "La personne qui gère le serveur",
  'journal.somebody': "Une personne qui n’est plus ici",
  'journal.with': "Discussion avec {names}.",
  'journal.told_late': [
    "Un professionnel avait demandé d’attendre avant de vous le dire. On vous l’a dit {day}.",
    "Un professionnel avait demandé d’attendre avant de te le dire. On te l’a dit {day}.",
  ],
  'journal.other': ["A lu quelque chose à votre sujet.", "A lu quelque chose sur toi."],
  'journal.account.read': [
    "A regardé votre fiche : comment vous joindre, votre date de naissance, vos appareils.",
    "A regardé ta fiche : comment te joindre, ta date de naissance, tes appareils.",
  ],
  'journal.consent.read': ["A regardé où en sont vos accords.", "A regardé où en sont tes accords."],
  'journal.data.read': ["A lu ce qui est gardé à votre sujet.", "A lu ce qui est gardé sur toi."],
  'journal.flag.context_read': "A lu quelques messages autour d’un message signalé.",
  'journal.glass.broken': ["A lu vos messages en urgence, pendant une heure au plus.", "A lu tes messages en urgence, pendant une heure au plus."],
  'journal.glass.told': ["A lu vos messages en urgence, pendant une heure au plus.", "A lu tes messages en urgence, pendant une heure au plus."],
  'journal.papers.read': ["A lu vos documents de mentor.", "A lu tes documents de mentor."],
  'journal.room.entered': "A rejoint la discussion, de façon visible.",
  'journal.room.entered.call': "A rejoint l’appel, de façon visible.",
  'journal.voice_note.heard': ["A écouté un de vos messages vocaux.", "A écouté un de tes messages vocaux."],
  'journal.welfare.read': ["A lu votre suivi de protection de l’enfance.", "A lu ton suivi de protection de l’enfance."],
  'journal.why': "Pourquoi : {why}",
  'journal.why.absence': "le professionnel du binôme était absent.",
  'journal.why.authority': "une autorité l’a demandé.",
  'journal.why.danger': "quelqu’un pouvait être en danger.",
  'journal.why.other': "une raison notée par l’association.",
  'journal.why.report': "quelqu’un a signalé un problème.",
  'journal.because': "–",
  'journal.because.flag.context_read': "Pourquoi : pour comprendre le message signalé avant de décider.",
  'journal.because.room.entered': "Pourquoi : ce professionnel suit le binôme.",
  'journal.because.voice_note.heard': "Pourquoi : ce professionnel suit le binôme.",
} satisfies Record<string, Text>;
