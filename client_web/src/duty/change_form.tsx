/** Something that differs from the rota for a time: a colleague is asked, or an absence, somebody more, somebody instead is set. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Choice } from '../shell/fields';
import type { Gap } from '../wire/duty';
import { newId } from '../wire/ids';
import { team, type Duty } from './acts';
import { DutyForm, When } from './duty_form';
import { clockIn, dayIn, instantIn } from './zoned';

export type Kind = 'ask' | 'extra' | 'absence' | 'swap';

interface Props {
  duty: Duty;
  kind: Kind;
  when?: Gap;
  onClose: () => void;
}

export function ChangeForm({ duty, kind, when, onClose }: Props): VNode {
  const { view } = duty;
  const id = useSignal(newId()); // the same when it is sent again
  const own = me.value?.account.id;
  const people = team(view);
  const send = async (fields: Record<string, string>, accept: boolean): Promise<void> => {
    const at = (name: string): string => instantIn(view.zone, fields[`${name}_day`]!, fields[name]!).toISOString();
    const { into, out } = fields;
    const body = { id: id.peek(), begins: at('begins'), ends: at('ends') };
    if (kind === 'ask') await duty.change('swaps', { ...body, to: into });
    else await duty.change('changes', { ...body, ...(into && { into }), ...(out && { out }), ...(accept && { accept_gaps: true }) });
  };
  const edge = (name: 'begins' | 'ends'): VNode => {
    const at = when && new Date(when[name]);
    return (
      <fieldset class="duty-edge">
        <legend>{t(`duty.${name}`)}</legend>
        <When type="date" label={t('duty.day')} name={`${name}_day`} value={at ? dayIn(view.zone, at) : view.today} />
        <When label={t('duty.hour')} name={name} value={at ? clockIn(view.zone, at) : ''} />
      </fieldset>
    );
  };
  return (
    <DutyForm title={t(`duty.new_${kind}`)} act={t(kind === 'ask' ? 'duty.ask' : 'admin.save')} view={view} onClose={onClose} send={send}>
      {kind === 'ask' && <p>{t('duty.ask_why')}</p>}
      {(kind === 'absence' || kind === 'swap') && <Choice label={t('duty.out')} name="out" options={people} />}
      {kind !== 'absence' && (
        <Choice label={t(kind === 'ask' ? 'duty.ask_whom' : 'duty.into')} name="into" options={people.filter(([person]) => kind !== 'ask' || person !== own)} />
      )}
      {edge('begins')}
      {edge('ends')}
      <p class="hint">{t('duty.zone', { zone: view.zone })}</p>
    </DutyForm>
  );
}
