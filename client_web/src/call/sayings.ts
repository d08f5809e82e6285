/** What changed in a call between two lists of its people, as sentences to say. Pure. */

import type { Key } from '../locales/text';
import type { CallPerson } from '../wire/call';

export interface Saying {
  key: Key & `call.said.${string}`;
  name: string;
}

export function whatHappened(before: readonly CallPerson[], after: readonly CallPerson[], ownPeer: string | null): Saying[] {
  const sayings: Saying[] = [];
  for (const person of after) {
    if (person.peer === ownPeer) continue;
    const { name } = person;
    const was = before.find(({ peer }) => peer === person.peer);
    if (!was) {
      const isBack = before.some(({ account }) => account === person.account);
      if (!isBack) sayings.push({ key: person.observing ? 'call.said.observes' : person.role === 'supervisor' ? 'call.said.staff_joined' : 'call.said.joined', name });
      continue;
    }
    if (was.leading !== person.leading) sayings.push({ key: person.leading ? 'call.said.leads' : 'call.said.handed_back', name });
    else if (was.observing !== person.observing) sayings.push({ key: person.observing ? 'call.said.observes' : 'call.said.speaks', name });
    if (was.hush !== person.hush) continue; // not what they switched on or off
    if (was.mic !== person.mic) sayings.push({ key: person.mic ? 'call.said.unmuted' : 'call.said.muted', name });
    if (!was.voice_only && person.voice_only) sayings.push({ key: 'call.said.voice_only', name });
    else if (was.camera !== person.camera) sayings.push({ key: person.camera ? 'call.said.camera_on' : 'call.said.camera_off', name });
  }
  for (const { account, name, peer } of before) {
    if (peer !== ownPeer && !after.some((person) => person.account === account)) sayings.push({ key: 'call.said.left', name });
  }
  return sayings;
}
