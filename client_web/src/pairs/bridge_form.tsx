/** Another mentor steps in, so that the young person is not without anyone. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Choice, Field, FormDialog } from '../shell/fields';
import { http } from '../wire/http';
import type { PairFile } from '../wire/pairs';

interface Props {
  file: PairFile;
  onClose: () => void;
  onDone: () => void;
}

export const BridgeForm = ({ file, onClose, onDone }: Props): VNode => (
  <FormDialog
    title={t('pairs.bridge')}
    act={t('pairs.bridge')}
    onClose={onClose}
    save={async ({ mentor, day }) => {
      const until = new Date(`${day}T20:00`).toISOString();
      await http('POST', `pairs/${file.pair.id}/bridge`, { mentor, until, revision: file.revision });
      onDone();
    }}
  >
    <p>{t('pairs.bridge_why', { name: file.pair.mentee.name })}</p>
    <Choice label={t('pairs.bridge_mentor')} name="mentor" options={file.bridges.map(({ id, name }) => [id, name])} />
    <Field label={t('pairs.bridge_day')} name="day" type="date" hint={t('pairs.bridge_hint')} />
  </FormDialog>
);
