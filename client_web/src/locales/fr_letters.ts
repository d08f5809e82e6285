/** French, for letters to and from professionals. */

import type { Text } from './text';

export const frLetters = {
  'letters.title': "Lettres",
  'letters.lead': ["Ici, vous écrivez à votre professionnel. Votre binôme ne lit pas ces lettres. Aucun programme ne les lit.", "Ici, tu écris à ton professionnel. Ton mentor et tes parents ne lisent pas ces lettres. Aucun programme ne les lit."],
  'letters.lead_other': ["Ici, vous écrivez à quelqu’un d’autre que votre professionnel. Votre professionnel ne peut pas lire ces lettres.", "Ici, tu écris à quelqu’un d’autre que ton professionnel. Ton professionnel ne peut pas lire ces lettres."],
  'letters.lead_staff': "Ce que des personnes écrivent à un professionnel, en privé. Aucun programme ne le lit.",
  'letters.to': "À qui écrire",
  'letters.own': ["À mon professionnel", "À mon professionnel"],
  'letters.other': ["À quelqu’un d’autre", "À quelqu’un d’autre"],
  'letters.around': "pas à son propre professionnel",
  'letters.all': "Toutes les lettres",
  'letters.none': "Aucune lettre pour le moment.",
  'letters.unread': "à lire",
  'letters.people': "Écrire à une personne que vous suivez",
  'letters.readers': ["Ces lettres sont lues par : {names}.", "Ces lettres sont lues par : {names}."],
  'letters.readers_of': "Lettres de {person}. Lues par : {names}.",
  'letters.nobody': ["Il n’y a personne d’autre à qui écrire dans l’association. Les numéros du bouton Aide répondent.", "Il n’y a personne d’autre à qui écrire dans l’association. Les numéros du bouton Aide répondent."],
  'letters.older': "Voir plus ancien",
  'letters.you': ["Vous", "Toi"],
  'letters.somebody': "Une personne qui n’est plus ici",
  'letters.read': "lue",
  'letters.sent': "envoyée",
  'letters.waiting': "Pas encore partie. Elle part seule, dès que le réseau revient.",
  'letters.discard': "Supprimer",
  'letters.write': ["Votre lettre", "Ta lettre"],
  'letters.send': "Envoyer",
  'letters.empty': "Il manque le texte.",
  'letters.long': "C’est trop long : au plus {count} caractères.",
} satisfies Record<string, Text>;
