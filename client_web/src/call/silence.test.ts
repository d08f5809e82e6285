import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Silence, type Due, type Finding } from './silence';

const LOOK_MS = 200;
const START = 1_000_000;
const VOICES: Due = { voices: true, lean: false, roundTrip: 0 };
const NONE: Due = { voices: false, lean: false, roundTrip: 0 };
const LEAN_VOICES: Due = { voices: true, lean: true, roundTrip: 0 };
const LEAN_NONE: Due = { voices: false, lean: true, roundTrip: 0 };

/** A line that is looked at every 200 ms, and what was found on it. */
class Line {
  readonly silence = new Silence();
  now = START;
  private up = 1;
  private down = 1;

  constructor() {
    this.silence.rest(this.now);
    this.silence.see({ up: this.up, down: this.down }, this.now, NONE);
  }

  /** `ms` in which something comes on either, or not; gives the last finding. */
  pass(ms: number, due: Due, { up = true, down = true } = {}): Finding {
    let finding: Finding = 'flows';
    for (let passed = 0; passed < ms; passed += LOOK_MS) {
      this.now += LOOK_MS;
      if (up) this.up += 1;
      if (down) this.down += 1;
      finding = this.silence.see({ up: this.up, down: this.down }, this.now, due);
    }
    return finding;
  }

  /** After how many ms without anything each was found first. */
  quiet(due: Due, what = { up: false, down: false }, most = 20_000): { doubtful: number; silent: number } {
    const began = this.now;
    const found = { doubtful: Infinity, silent: Infinity };
    while (this.now - began < most && found.silent === Infinity) {
      const finding = this.pass(LOOK_MS, due, what);
      if (finding !== 'flows' && found[finding] === Infinity) found[finding] = this.now - began;
    }
    return found;
  }
}

const talking = (due: Due): Line => {
  const line = new Line();
  assert.equal(line.pass(5_000, due), 'flows');
  return line;
};

test('where voices are due their absence is doubted at once and certain after two seconds', () => {
  assert.deepEqual(talking(VOICES).quiet(VOICES), { doubtful: 800, silent: 2_200 });
});

test('where none is due there are reports to wait for', () => {
  assert.deepEqual(talking(NONE).quiet(NONE), { doubtful: 2_400, silent: 4_200 });
});

test('where bytes are dear nothing is doubted, and silence takes longer', () => {
  assert.deepEqual(talking(LEAN_VOICES).quiet(LEAN_VOICES), { doubtful: Infinity, silent: 3_200 });
  assert.deepEqual(talking(LEAN_NONE).quiet(LEAN_NONE), { doubtful: Infinity, silent: 11_200 });
});

test('either of the two may fall silent alone', () => {
  assert.deepEqual(talking(VOICES).quiet(VOICES, { up: true, down: false }), { doubtful: 800, silent: 2_200 });
  assert.deepEqual(talking(VOICES).quiet(VOICES, { up: false, down: true }), { doubtful: 2_400, silent: 4_200 });
});

test('a far server is given half a round trip more, for a doubt, never for certainty', () => {
  const far = { ...VOICES, roundTrip: 0.8 };
  assert.deepEqual(talking(far).quiet(far), { doubtful: 1_200, silent: 2_200 });
});

test('the leanest voice on a far line is waited for longer', () => {
  const far = { ...LEAN_VOICES, roundTrip: 1.6 };
  assert.deepEqual(talking(far).quiet(far), { doubtful: Infinity, silent: 5_200 });
});

test('a voice that is switched on is waited for from then on', () => {
  const line = talking(NONE);
  line.pass(1_600, NONE, { up: true, down: false });
  assert.deepEqual(line.quiet(VOICES, { up: true, down: false }), { doubtful: 1_000, silent: 2_400 });
});

test('a line that breaks off again and again is doubted later and later', () => {
  const line = talking(VOICES);
  const doubts = [1, 2, 3, 4].map(() => {
    const began = line.now;
    let finding: Finding = 'flows';
    while (finding === 'flows') finding = line.pass(LOOK_MS, VOICES, { up: false, down: false });
    const after = line.now - began;
    if (finding === 'silent') return 'silent';
    line.pass(1_000, VOICES);
    return after;
  });
  assert.deepEqual(doubts, [800, 1_400, 'silent', 'silent']);
});

test('one doubt a minute is forgiven', () => {
  const line = talking(VOICES);
  const doubted = (): number => {
    const began = line.now;
    while (line.pass(LOOK_MS, VOICES, { up: false, down: false }) === 'flows');
    return line.now - began;
  };
  assert.equal(doubted(), 800);
  line.pass(61_000, VOICES);
  assert.equal(doubted(), 800);
  line.pass(10_000, VOICES);
  assert.equal(doubted(), 1_400);
});

test('a doubt that lasts is one doubt', () => {
  const line = talking(VOICES);
  assert.equal(line.pass(1_800, VOICES, { up: false, down: false }), 'doubtful');
  line.pass(1_000, VOICES);
  assert.equal(line.quiet(VOICES).doubtful, 1_400);
});

test('after rest both are given time, and what comes then is told', () => {
  const line = talking(VOICES);
  assert.equal(line.pass(2_400, VOICES, { up: false, down: false }), 'silent');
  line.silence.rest(line.now);
  const moment = line.now;
  assert.equal(line.pass(400, VOICES, { up: false, down: false }), 'flows');
  assert.equal(line.silence.heardSince(moment), false);
  line.pass(200, VOICES, { up: true, down: false });
  assert.equal(line.silence.heardSince(moment), false); // one of the two is not enough
  line.pass(200, VOICES);
  assert.equal(line.silence.heardSince(moment), true);
});
