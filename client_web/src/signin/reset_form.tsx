/** A forgotten password: a link by mail, for who has given an address. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { OneField } from '../entry/one_field';
import { t } from '../locales/text';
import { http } from '../wire/http';

export function ResetForm(): VNode {
  const sent = useSignal(false);
  if (sent.value) {
    return (
      <p class="notice" role="status">
        {t('reset.sent')}
      </p>
    );
  }
  return (
    <OneField
      kind="login"
      focus
      label={t('reset.label')}
      act={t('reset.send')}
      send={async (login) => {
        await http('POST', 'reset', { login });
        sent.value = true;
      }}
    />
  );
}
