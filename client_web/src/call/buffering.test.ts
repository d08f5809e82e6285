import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Buffering } from './buffering';

const LOOK = 96_000; // two seconds of samples

/** The target after looks in each of which the given share of the voice was made up. */
function after(shares: readonly number[]): number {
  const buffering = new Buffering();
  let concealed = 0;
  buffering.see(0, 0);
  shares.forEach((share, look) => buffering.see((look + 1) * LOOK, (concealed += share * LOOK)));
  return buffering.target;
}

test('a voice that comes whole waits for nothing', () => {
  assert.equal(after(Array<number>(50).fill(0)), 0);
});

test('a voice that is made up again and again waits longer, up to a quarter of a second', () => {
  assert.equal(after([0.1]), 60);
  assert.equal(after(Array<number>(50).fill(0.1)), 240);
});

test('the wait shrinks only after the voice was whole for long', () => {
  const bad = Array<number>(4).fill(0.1);
  assert.equal(after([...bad, ...Array<number>(9).fill(0)]), 240);
  assert.equal(after([...bad, ...Array<number>(10).fill(0)]), 210);
  assert.equal(after([...bad, ...Array<number>(200).fill(0)]), 0);
  assert.equal(after([...bad, ...Array<number>(200).fill(0.02)]), 240);
});

test('silence and new connections say nothing', () => {
  const buffering = new Buffering();
  assert.equal(buffering.see(LOOK, LOOK), 0);
  assert.equal(buffering.see(LOOK, LOOK), 0);
  assert.equal(buffering.see(0, 0), 0);
});
