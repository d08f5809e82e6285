import assert from 'node:assert/strict';
import test from 'node:test';
import { bytesOf, isAnothers, sameBytes, standing, type Browser } from './rules';

const browser: Browser = { can: true, permission: 'granted', wantsHomeScreen: false, subscribed: true };

test('where notifications stand on this device', () => {
  assert.equal(standing(browser, true), 'on');
  assert.equal(standing(browser, false), 'off'); // the server sends elsewhere
  assert.equal(standing({ ...browser, subscribed: false }, true), 'off'); // the browser has forgotten
  assert.equal(standing({ ...browser, permission: 'default' }, true), 'off');
  assert.equal(standing({ ...browser, permission: 'denied' }, true), 'denied');
  assert.equal(standing({ ...browser, can: false }, true), 'cannot');
  assert.equal(standing({ ...browser, can: false, wantsHomeScreen: true }, true), 'home_screen');
});

test('keys as the server writes them', () => {
  assert.deepEqual([...bytesOf('BP-_')], [4, 255, 191]);
  assert.deepEqual([...bytesOf('AQI')], [1, 2]);
  assert.ok(sameBytes(new Uint8Array([1, 2]).buffer, bytesOf('AQI')));
  assert.ok(!sameBytes(new Uint8Array([1, 3]).buffer, bytesOf('AQI')));
  assert.ok(!sameBytes(new Uint8Array([1]).buffer, bytesOf('AQI')));
  assert.ok(!sameBytes(null, bytesOf('AQI')));
});

test('a device that somebody else switched on', () => {
  assert.ok(isAnothers('lea', 'paul'));
  assert.ok(!isAnothers('lea', 'lea'));
  assert.ok(!isAnothers(null, 'paul'));
});
