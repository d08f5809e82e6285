/** French, for coming in by link or code, and for the PIN of a device: fetched by who needs it. */

import type { Text } from './text';

export const frEntry = {
  'join.title': "Bienvenue",
  'join.looking': "On regarde ce lien…",
  'join.invited': [
    "{organisation} vous invite, {name}.",
    "{organisation} t’invite, {name}.",
  ],
  'join.reset': [
    "Bonjour {name}. Ici, vous choisissez un autre mot de passe pour {organisation}.",
    "Bonjour {name}. Ici, tu choisis un autre mot de passe pour {organisation}.",
  ],
  'join.device': [
    "Cet appareil s’ouvrira sur votre espace, sans mot de passe. Le lien ne marche qu’une fois.",
    "Cet appareil s’ouvrira sur ton espace, sans mot de passe. Le lien ne marche qu’une fois.",
  ],
  'join.shared': [
    "Si d’autres personnes utilisent cet appareil, pensez à vous déconnecter ou à mettre un code PIN.",
    "Si d’autres personnes utilisent cet appareil, pense à te déconnecter ou à mettre un code PIN.",
  ],
  'join.instead': [
    "Cet appareil est ouvert au nom de {here}. Continuer l’ouvre à votre nom, {name}.",
    "Cet appareil est ouvert au nom de {here}. Continuer l’ouvre à ton nom, {name}.",
  ],
  'join.enter': "Entrer",
  'join.not_me': "Ce n’est pas moi",
  'join.login': "Nom de connexion",
  'join.password': "Mot de passe",
  'join.password_hint': "Une phrase de quelques mots est facile à retenir et difficile à deviner.",
  'join.save': "Enregistrer et continuer",
  'join.home': "Aller à la page d’entrée",

  'code.label': "Code donné par l’association",
  'code.hint': "Dix signes, par exemple BCDFG-HJK23. Majuscules et minuscules sont pareilles.",
  'code.enter': "Entrer avec ce code",
  'code.wrong': "Un des signes ne va pas. Les codes n’ont ni voyelles, ni 0, ni 1.",

  'reset.label': "Nom de connexion ou adresse e‑mail",
  'reset.send': "Recevoir un lien par e‑mail",
  'reset.sent': "Si un compte correspond et qu’il a une adresse e-mail, un lien vient de partir. Il sert une fois, pendant une heure. Sinon, l’association peut aider.",

  'pin.title': "Code PIN de cet appareil",
  'pin.why': [
    "Il est demandé quand vous revenez après cinq minutes. Il arrête les curieux qui prennent l’appareil, pas un expert.",
    "Il est demandé quand tu reviens après cinq minutes. Il arrête les curieux qui prennent l’appareil, pas un expert.",
  ],
  'pin.none': "Aucun code PIN pour le moment.",
  'pin.set': "Un code PIN est demandé sur cet appareil.",
  'pin.current': "Code PIN actuel",
  'pin.new': "Nouveau code PIN",
  'pin.hint': "4 à 6 chiffres",
  'pin.save': "Enregistrer ce code PIN",
  'pin.remove': "Ne plus demander de code PIN",
  'pin.saved': "C’est enregistré.",
  'pin.removed': "Plus aucun code PIN n’est demandé.",
  'pin.ask': ["Vous revoilà", "Te revoilà"],
  'pin.label': "Code PIN",
  'pin.enter': "Ouvrir",
  'pin.forgot': [
    "Oublié ? Déconnectez cet appareil : l’équipe vous donnera un nouveau code.",
    "Oublié ? Déconnecte cet appareil : l’équipe te donnera un nouveau code.",
  ],
} satisfies Record<string, Text>;
