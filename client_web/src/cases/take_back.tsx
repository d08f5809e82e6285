/** To take back what was added to a case, with a reason, which stays in its timeline. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Area, FormDialog } from '../shell/fields';
import { MOST_NOTE } from './new_case';

export type Done = () => Promise<void>;

interface Props {
  title: string;
  said: string;
  onClose: () => void;
  save: (why: string) => Promise<unknown>;
  onDone: Done;
}

export function TakeBack({ title, said, onClose, save, onDone }: Props): VNode {
  const send = async ({ note = '' }: Record<string, string>): Promise<void> => {
    await save(note);
    onClose();
    await onDone();
  };
  return (
    <FormDialog title={title} act={t('case.remove')} onClose={onClose} save={send}>
      <p>{said}</p>
      <Area label={t('case.why')} name="note" rows={3} maxLength={MOST_NOTE} />
    </FormDialog>
  );
}
