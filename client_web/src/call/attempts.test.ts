import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Attempts } from './attempts';

/** A path whose attempts all fail, and what was done about it: seconds and deeds. */
function start({ mock: { timers } }: TestContext) {
  timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const deeds: string[] = [];
  const state = { flows: false, doubted: false, onWeb: false, roundTrip: 0.1 };
  const note = (deed: string): void => void deeds.push(`${now / 1000} ${deed}`);
  const attempts: Attempts = new Attempts({
    flows: () => state.flows,
    doubted: () => state.doubted,
    onWeb: () => state.onWeb,
    roundTrip: () => state.roundTrip,
    restart: () => note('restart'),
    another: (even) => {
      note(even ? 'deeper' : 'another');
      attempts.later();
    },
    fetchWeb: () => note('fetch'),
    web: () => {
      note('web');
      state.onWeb = true;
      attempts.later();
    },
  });
  const pass = (seconds: number): string[] => {
    for (const end = now + seconds * 1000; now < end; ) {
      now += 100;
      timers.tick(100);
    }
    return deeds.splice(0);
  };
  return { attempts, state, pass };
}

test('attempts follow one another more and more slowly, each second one deeper', (context) => {
  const { attempts, pass } = start(context);
  attempts.later();
  assert.deepEqual(pass(30), ['2 another', '5 deeper', '10 another', '18 deeper', '26 another']);
  attempts.anew();
  attempts.later();
  assert.deepEqual(pass(5), ['32 another', '35 deeper']);
});

test('over the web they are rarer, as each costs some of a voice', (context) => {
  const { attempts, state, pass } = start(context);
  state.onWeb = true;
  attempts.later();
  assert.deepEqual(pass(60), ['8 another', '23 deeper', '53 another']);
});

test('on a far line everything has its round trips, and each attempt that was in vain is counted', (context) => {
  const { attempts, state, pass } = start(context);
  state.roundTrip = 1.5;
  attempts.soon();
  assert.deepEqual(pass(4), ['3 restart']);
  assert.equal(attempts.failed, 0);
  attempts.later();
  attempts.watch();
  assert.deepEqual(pass(7), ['5 fetch', '8.5 web']);
  state.onWeb = false;
  attempts.later();
  assert.deepEqual(pass(15), ['17 another', '25 deeper']);
  assert.equal(attempts.failed, 4);
});

test('on a far line a new beginning, which takes longest, comes late', (context) => {
  const { attempts, state, pass } = start(context);
  state.roundTrip = 1.5;
  attempts.later();
  assert.deepEqual(pass(30), ['6 another', '12 another', '18 another', '26 deeper']);
});

test('a blip mends itself', (context) => {
  const { attempts, state, pass } = start(context);
  attempts.soon();
  state.flows = true;
  assert.deepEqual(pass(1), []);
  state.flows = false;
  attempts.soon();
  assert.deepEqual(pass(1), ['1.4 restart']);
});

test('the web stands in when nothing is through in time, however often that is asked for', (context) => {
  const { attempts, pass } = start(context);
  attempts.watch();
  pass(0.5);
  attempts.watch();
  assert.deepEqual(pass(4), ['1 fetch', '2.5 web']);
});

test('after a silence it stands in sooner', (context) => {
  const { attempts, pass } = start(context);
  attempts.watch(1_000);
  assert.deepEqual(pass(2), ['1 fetch', '1 web']);
});

test('nothing is tried where media is through, unless it is doubted', (context) => {
  const { attempts, state, pass } = start(context);
  state.flows = true;
  attempts.later();
  attempts.watch();
  assert.deepEqual(pass(20), []);
  state.doubted = true;
  attempts.later();
  assert.deepEqual(pass(2), ['22 another']);
  state.doubted = false;
  assert.deepEqual(pass(20), []);
});

test('when media is through everything rests, and the web is got ready for another time', (context) => {
  const { attempts, state, pass } = start(context);
  attempts.watch();
  attempts.later();
  pass(0.5);
  state.flows = true;
  attempts.rest();
  assert.deepEqual(pass(30), ['10.5 fetch']);
  state.flows = false;
  attempts.watch();
  attempts.later();
  assert.deepEqual(pass(2.5), ['31.5 fetch', '32.5 another', '33 web']);
});

test('once it is closed nothing happens any more', (context) => {
  const { attempts, pass } = start(context);
  attempts.watch();
  attempts.later();
  attempts.close();
  attempts.later();
  attempts.watch();
  assert.deepEqual(pass(60), []);
});
