/** French, for the list of news: it comes with the first notice. Each part of the house adds its own kinds here. */

import type { Text } from './text';

export const frNotices = {
  'news.title': "Nouvelles",
  'news.seen': "C’est vu",

  'notice.other': [
    "Quelque chose a changé dans votre compte. L’équipe peut vous en dire plus.",
    "Quelque chose a changé dans ton compte. L’équipe peut t’en dire plus.",
  ],
  'notice.word': "–",
  'notice.consent_disagreement': "Deux parents ne répondent pas la même chose pour un jeune que vous suivez ({purpose}). En attendant, cela reste désactivé.",
  'notice.consent_off': "Un accord a pris fin pour un jeune que vous suivez ({purpose}).",
  'notice.consent_asks_again': [
    "Le texte d’un accord a changé ({purpose}). La réponse est redemandée d’ici à {day}.",
    "Le texte d’un accord a changé ({purpose}). On te redemande ta réponse d’ici à {day}.",
  ],
  'notice.guardian_linked': ["Un responsable a été noté pour un jeune.", "Un responsable a été noté pour toi."],
  'notice.guardian_ended': ["Un responsable n’est plus noté pour un jeune.", "Un responsable n’est plus noté pour toi."],
  'notice.consent_alone_soon': ["À 15 ans, {day}, c’est à vous seul de dire oui ou non.", "Bientôt 15 ans : à partir de {day}, c’est toi qui dis oui ou non, sans tes parents."],
  'notice.consent_alone_soon_guardian': "Votre enfant aura 15 ans {day}. À partir de ce jour, c’est votre enfant qui dit oui ou non, sans vous.",
  'notice.consent_alone_soon_staff': "Un jeune que vous suivez aura 15 ans {day} et décidera seul de ses accords.",
  'notice.consent_alone': ["Depuis {day}, c’est à vous seul de dire oui ou non.", "Tu as 15 ans : c’est toi qui dis oui ou non. Ce qui était activé continue en attendant tes réponses."],
  'notice.consent_alone_guardian': "Votre enfant a 15 ans et dit maintenant oui ou non sans vous. Vous voyez encore ce qui est activé.",
  'notice.consent_alone_staff': "Un jeune que vous suivez a 15 ans et décide seul de ses accords. Ses réponses lui sont redemandées.",
  'notice.consent_grown_soon': ["À 18 ans, {day}, l’accès de vos parents prendra fin.", "Bientôt 18 ans : {day}, l’accès de tes parents prendra fin."],
  'notice.consent_grown_soon_guardian': "Votre enfant aura 18 ans {day}. Ce jour-là, votre accès prendra fin.",
  'notice.consent_grown_soon_staff': "Un jeune que vous suivez aura 18 ans {day}. L’accès de ses parents prendra fin ce jour-là.",
  'notice.consent_grown': ["Depuis {day}, vos accords sont ceux d’un adulte, et l’accès de vos parents a pris fin.", "Tu as 18 ans : tes accords sont ceux d’un adulte, et l’accès de tes parents a pris fin."],
  'notice.consent_grown_guardian': "Votre enfant a 18 ans : votre accès le concernant a pris fin. Merci pour votre confiance.",
  'notice.consent_grown_staff': "Un jeune que vous suivez a 18 ans. L’accès de ses parents a pris fin.",
  'notice.word.chat': "s’écrire",
  'notice.word.video': "s’appeler",
  'notice.word.family_call': "appels avec la famille",
  'notice.word.prescriber': "nouvelles à la personne qui a orienté",
  'notice.word.notifications': "rappels",
} satisfies Record<string, Text>;
