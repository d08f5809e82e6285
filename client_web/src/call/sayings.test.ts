import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallPerson } from '../wire/call';
import { whatHappened } from './sayings';

const person = (name: string, more: Partial<CallPerson> = {}): CallPerson => ({
  peer: `peer of ${name}`, account: name, name, role: 'mentor', mic: true, camera: true, voice_only: false, connected: true, since: '', rung: 'video', weak: false, ...more,
});
const said = (before: CallPerson[], after: CallPerson[], own: string | null = null): string[] =>
  whatHappened(before, after, own).map(({ key, name }) => `${name} ${key.slice('call.said.'.length)}`);

test('comings and goings, a professional by their role', () => {
  const [julien, lea, claire] = [person('Julien'), person('Léa'), person('Claire', { role: 'supervisor' })];
  assert.deepEqual(said([julien], [julien, lea, claire]), ['Léa joined', 'Claire staff_joined']);
  assert.deepEqual(said([julien, lea], [julien]), ['Léa left']);
});

test('mutings, cameras and voice only, one sentence each', () => {
  assert.deepEqual(said([person('Léa')], [person('Léa', { mic: false })]), ['Léa muted']);
  assert.deepEqual(said([person('Léa', { mic: false })], [person('Léa', { camera: false })]), ['Léa unmuted', 'Léa camera_off']);
  assert.deepEqual(said([person('Léa')], [person('Léa', { camera: false, voice_only: true })]), ['Léa voice_only']);
});

test('who observes, speaks, leads and hands back, and no muting that is not their own', () => {
  const claire = (more: Partial<CallPerson>): CallPerson => person('Claire', { role: 'supervisor', ...more });
  const watching = claire({ observing: true, hush: 'observing', mic: false, camera: false });
  const leading = claire({ leading: true });
  const led = person('Julien', { hush: 'led', mic: false, camera: false });
  assert.deepEqual(said([], [watching]), ['Claire observes']);
  assert.deepEqual(said([watching], [claire({})]), ['Claire speaks']);
  assert.deepEqual(said([person('Julien'), claire({})], [led, leading]), ['Claire leads']);
  assert.deepEqual(said([led, leading], [person('Julien'), claire({})]), ['Claire handed_back']);
  assert.deepEqual(said([person('Léa')], [person('Léa', { hush: 'paused', mic: false, camera: false })]), []);
});

test('nothing is said of oneself, nor of somebody who comes back after a cut', () => {
  assert.deepEqual(said([], [person('Léa')], 'peer of Léa'), []);
  assert.deepEqual(said([person('Léa')], [person('Léa', { peer: 'another' })]), []);
});
