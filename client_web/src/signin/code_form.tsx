/** Coming in with a code that staff gave: the device is bound by it, and asked for no password. */

import type { VNode } from 'preact';
import { readCode } from '../entry/read_code';
import { OneField } from '../entry/one_field';
import { t } from '../locales/text';
import { finish } from '../session/session';
import { http } from '../wire/http';
import type { SignedIn } from '../wire/security';

export const CodeForm = (): VNode => (
  <OneField
    kind="code"
    focus
    label={t('code.label')}
    hint={t('code.hint')}
    act={t('code.enter')}
    send={async (text) => {
      const code = readCode(text);
      if (code === null) return t('code.wrong');
      await finish(await http<SignedIn>('POST', 'join/device', { code }));
      return undefined;
    }}
  />
);
