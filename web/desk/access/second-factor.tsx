import { Anchor, Button, PinInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { SignedIn } from '../../../contract/deeds.ts';
import { useWords } from '../shell/language.tsx';
import { request } from '../shell/request.ts';
import { Trouble } from '../shell/states.tsx';

/** The second step of signing in: a code of the authenticator app, or one of the backup codes. */
export function SecondFactor({ onEntered, onBack }: { onEntered: () => unknown; onBack: () => void }) {
  const { t } = useWords();
  const [backup, setBackup] = useState(false);
  const [code, setCode] = useState('');
  const verify = useMutation({
    mutationFn: (given: string) =>
      request<SignedIn>(`/api/auth/two-factor/${backup ? 'verify-backup-code' : 'verify-totp'}`, {
        method: 'POST',
        body: { code: given },
      }),
    onSuccess: onEntered,
    // What was wrong is not typed over digit by digit.
    onError: () => setCode(''),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        verify.mutate(code);
      }}
    >
      <Stack gap="sm">
        {backup ? (
          <TextInput
            label={t('second-factor.backup.code')}
            autoComplete="off"
            maxLength={40}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        ) : (
          <>
            <Text size="sm">{t('second-factor.help')}</Text>
            <PinInput
              length={6}
              oneTimeCode
              type="number"
              autoFocus
              ariaLabel={t('second-factor.code')}
              value={code}
              onChange={setCode}
              onComplete={(complete) => verify.mutate(complete)}
              disabled={verify.isPending}
            />
          </>
        )}
        {verify.error && <Trouble error={verify.error} />}
        <Button type="submit" loading={verify.isPending} disabled={code.length < (backup ? 4 : 6)} fullWidth>
          {t('second-factor.enter')}
        </Button>
        {!backup && (
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={() => {
              verify.reset();
              setBackup(true);
              setCode('');
            }}
          >
            {t('second-factor.backup')}
          </Anchor>
        )}
        <Anchor component="button" type="button" size="sm" onClick={onBack}>
          {t('back')}
        </Anchor>
      </Stack>
    </form>
  );
}
