/** English, for coming in by link or code, and for the PIN of a device. */

import type { frEntry } from './fr_entry';
import type { Texts } from './text';

export const enEntry: Texts<typeof frEntry> = {
  'join.title': "Welcome",
  'join.looking': "Looking at this link…",
  'join.invited': "{organisation} invites you, {name}.",
  'join.reset': "Hello {name}. Here you choose another password for {organisation}.",
  'join.device': "This device will open on your space, without a password. The link works once.",
  'join.shared': "If other people use this device, remember to sign out or to set a PIN.",
  'join.instead': "This device is open in the name of {here}. Going on opens it in yours, {name}.",
  'join.enter': "Come in",
  'join.not_me': "This is not me",
  'join.login': "Sign-in name",
  'join.password': "Password",
  'join.password_hint': "A phrase of a few words is easy to remember and hard to guess.",
  'join.save': "Save and go on",
  'join.home': "Go to the sign-in page",

  'code.label': "Code given by the association",
  'code.hint': "Ten characters, such as BCDFG-HJK23. Capitals and small letters are the same.",
  'code.enter': "Come in with this code",
  'code.wrong': "One of the characters is not right. Codes have no vowels, no 0 and no 1.",

  'reset.label': "Sign-in name or e-mail address",
  'reset.send': "Get a link by e-mail",
  'reset.sent': "If there is such an account and it has an e-mail address, a link is on its way. It works once, for an hour. Otherwise the association can help.",

  'pin.title': "PIN of this device",
  'pin.why': "It is asked for when you come back after five minutes. It stops the curious who pick the device up, not an expert.",
  'pin.none': "No PIN for now.",
  'pin.set': "A PIN is asked for on this device.",
  'pin.current': "Current PIN",
  'pin.new': "New PIN",
  'pin.hint': "4 to 6 digits",
  'pin.save': "Save this PIN",
  'pin.remove': "Ask for no PIN any more",
  'pin.saved': "It is saved.",
  'pin.removed': "No PIN is asked for any more.",
  'pin.ask': "Welcome back",
  'pin.label': "PIN",
  'pin.enter': "Open",
  'pin.forgot': "Forgotten? Sign this device out: the team will give you a new code.",
};
