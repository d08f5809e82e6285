/** When the young person is told of what leaves about them, and in which words. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import type { Kind, Telling, When } from '../wire/relay';
import { Line, Pick, Text } from './bound';

interface Props {
  telling: Telling;
  kind: Kind;
  onChange: (telling: Telling) => void;
}

export function TellingFields({ telling, kind, onChange }: Props): VNode {
  const set = (more: Partial<Telling>): void => onChange({ ...telling, ...more });
  return (
    <fieldset class="relay-group">
      <legend>{t('relay.telling')}</legend>
      <p>{t('relay.telling_why')}</p>
      <Pick
        label={t('relay.tell')}
        name="tell"
        value={telling.when}
        options={(['now', 'later', 'never'] as const).map((when) => [when, t(`relay.tell.${when}`)] as const)}
        onChange={(when) => set({ when: when as When })}
      />
      {telling.when === 'later' && <Line type="date" label={t('relay.tell_on')} name="on" value={(telling.on ?? '').slice(0, 10)} onChange={(on) => set({ on })} />}
      {telling.when !== 'now' && <Text rows={2} label={t('relay.tell_why')} hint={t('relay.tell_why_hint')} name="why" value={telling.why ?? ''} onChange={(why) => set({ why })} />}
      {telling.when !== 'never' && kind !== 'bundle' && (
        <Text rows={3} label={t('relay.tell_words')} hint={t('relay.tell_words_hint')} name="words" value={telling.words ?? ''} onChange={(words) => set({ words })} />
      )}
    </fieldset>
  );
}

/** As it is sent: only what goes with its `when`. */
export function sentTelling({ when, on, why, words }: Telling): Telling {
  const day = on && on.length === 10 ? new Date(`${on}T08:00:00`).toISOString() : on;
  return {
    when,
    ...(when === 'later' && day && { on: day }),
    ...(when !== 'now' && why && { why }),
    ...(when !== 'never' && words && { words }),
  };
}
