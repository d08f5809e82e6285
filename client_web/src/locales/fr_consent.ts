/** French, for the pages of consent: fetched by who opens one. What is agreed to is the server's text. */

import type { Text } from './text';

export const frConsent = {
  'consent.lead': [
    "Pour chaque chose, on peut dire oui ou non, et changer d’avis à tout moment. Un non agit tout de suite.",
    "Pour chaque chose, tu peux dire oui ou non, et changer d’avis quand tu veux. Un non agit tout de suite.",
  ],
  'consent.lead_guardian': "Avant 15 ans, votre enfant et une personne qui a l’autorité parentale disent oui tous les deux. Chacun peut dire non, et changer d’avis à tout moment. Un non agit tout de suite.",
  'consent.none': "Aucun enfant n’est relié à ce compte. L’association peut le faire.",
  'consent.easy': "Facile à lire",
  'consent.full': "Texte complet",
  'consent.of_child': "Pour {name}",

  'consent.purpose.chat': "S’écrire",
  'consent.purpose.video': "S’appeler",
  'consent.purpose.family_call': "Un appel avec la famille, de temps en temps",
  'consent.purpose.prescriber': "Tenir au courant la personne qui a orienté le jeune",
  'consent.purpose.notifications': "Recevoir des rappels",

  'consent.on': "Activé",
  'consent.off': "Pas activé",

  'consent.off.chat': "Sans cet accord, le salon est en pause. Ce qui a été écrit reste lisible, et l’aide reste ouverte.",
  'consent.off.video': "Sans cet accord, il n’y a pas d’appels. Le salon reste ouvert pour s’écrire.",
  'consent.off.family_call': "Sans cet accord, la famille n’est pas invitée en appel. Tout le reste continue.",
  'consent.off.prescriber': "Sans cet accord, cette personne ne reçoit aucune nouvelle. Tout le reste continue.",
  'consent.off.notifications': "Sans cet accord, aucun rappel n’est envoyé. Tout le reste continue.",

  'consent.why.agreed': "Les accords nécessaires sont là.",
  'consent.why.carried': [
    "Cela continue avec le oui donné avant 15 ans. Une nouvelle réponse est attendue, sans les parents cette fois.",
    "Cela continue avec ton oui d’avant tes 15 ans. Maintenant c’est à toi de répondre : confirmer, ou dire non.",
  ],
  'consent.why.ask_young': ["La réponse du jeune manque encore.", "Il manque encore ta réponse."],
  'consent.why.ask_guardian': ["La réponse d’une personne qui a l’autorité parentale manque encore.", "Il manque encore la réponse d’un parent."],
  'consent.why.ask_both': ["Les réponses du jeune et d’un parent manquent encore.", "Il manque encore ta réponse et celle d’un parent."],
  'consent.why.refused': "Une des personnes qui décident a dit non. C’est son droit, et cela peut changer.",
  'consent.why.refused_mine': ["Vous avez dit non. C’est votre droit, et vous pouvez changer d’avis.", "Tu as dit non. C’est ton droit, et tu peux changer d’avis."],
  'consent.why.disagreed': "Les réponses des parents ne vont pas ensemble. Un professionnel en parlera avec eux. En attendant, cela reste désactivé.",

  'consent.yes': "Oui, je suis d’accord",
  'consent.no': "Non",
  'consent.withdraw': "Revenir sur mon oui",
  'consent.confirm': "Confirmer mon oui",
  'consent.saved': "C’est noté.",
  'consent.call_over': [
    "L’appel s’est arrêté, et c’est votre droit. L’autre personne lit ce qui n’est plus activé, sans savoir qui a dit quoi.",
    "L’appel s’est arrêté, et c’est ton droit. L’autre personne lit ce qui n’est plus activé, sans savoir qui a dit quoi.",
  ],
  'consent.asks_again': "Le texte a changé : il faut y répondre avant {day}. Jusque-là, le oui d’avant tient.",

  'consent.mine': ["Vous", "Toi"],
  'consent.other_parent': "Une autre personne responsable",
  'consent.said.given': "oui",
  'consent.said.refused': "non",
  'consent.said.withdrawn': "oui repris",
  'consent.said.none': "pas encore répondu",
  'consent.said.old': "oui, à un texte d’avant",
  'consent.who': "Qui a répondu quoi",

  'consent.next_15': [
    "À 15 ans, {day}, c’est {name} qui décidera, sans l’accord d’un parent. On lui demandera chaque chose de nouveau.",
    "Le jour de tes 15 ans, {day}, tu décideras sans tes parents. On te demandera chaque chose de nouveau.",
  ],
  'consent.next_18': [
    "À 18 ans, {day}, l’accès des parents prendra fin.",
    "Le jour de tes 18 ans, {day}, l’accès de tes parents prendra fin.",
  ],
  'consent.read_only_15': "{name} a 15 ans ou plus : c’est à {name} de décider. Ici se voit ce qui est activé.",
  'consent.read_only': "Ce compte n’est pas noté avec l’autorité parentale : il peut voir, et ne répond pas.",

  'consent.history': "Tout ce qui a été dit",
  'consent.no_history': "Rien n’a encore été dit.",
  'consent.line.given': "{name} a dit oui : {purpose}",
  'consent.line.refused': "{name} a dit non : {purpose}",
  'consent.line.withdrawn': "{name} a repris son oui : {purpose}",
  'consent.how.app': "ici",
  'consent.how.paper': "sur papier, vu par {by}",
  'consent.how.oral': "de vive voix, noté par {by}",
  'consent.version': "texte n° {version}",

  'consent.waiting': { one: "Une réponse est attendue.", other: "{count} réponses sont attendues." },
  'consent.all_said': "Tout est répondu. On peut changer d’avis à tout moment.",
  'consent.open': "Voir et répondre",
  'consent.children': "Accords pour mon enfant",
} satisfies Record<string, Text>;
