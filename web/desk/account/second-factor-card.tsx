import { Anchor, Button, Card, Group, PasswordInput, PinInput, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { SecondFactorMade } from '../../../contract/deeds.ts';
import { CopyText } from '../shell/copy.tsx';
import { useWords } from '../shell/language.tsx';
import { useMe } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { Problem } from '../shell/request.ts';
import { beginSecondFactor, finishSecondFactor, removeSecondFactor } from './queries.ts';
import { totpKey } from './totp-key.ts';

/** Sets the second factor up (key, backup codes, a first code to prove it) or removes it; both ask for the password. */
export function SecondFactorCard() {
  const { t } = useWords();
  const { secondFactor = false } = useMe();
  const [asking, setAsking] = useState(false);
  const [made, setMade] = useState<SecondFactorMade | null>(null);
  const leave = () => {
    setAsking(false);
    setMade(null);
  };
  return (
    <Card>
      <Stack gap="sm" align="flex-start">
        <div>
          <Title order={2}>{t('second-factor')}</Title>
          <Text size="sm" c="dimmed">
            {t(secondFactor ? 'account.second-factor.on' : 'account.second-factor.off')}
          </Text>
        </div>
        {made ? (
          <ProveIt made={made} onDone={leave} />
        ) : asking ? (
          <AskPassword removing={secondFactor} onMade={setMade} onDone={leave} />
        ) : (
          <Button variant="default" onClick={() => setAsking(true)}>
            {t(secondFactor ? 'account.second-factor.remove' : 'account.second-factor.set-up')}
          </Button>
        )}
      </Stack>
    </Card>
  );
}

function AskPassword({
  removing,
  onMade,
  onDone,
}: {
  removing: boolean;
  onMade: (made: SecondFactorMade) => void;
  onDone: () => void;
}) {
  const { t } = useWords();
  const [password, setPassword] = useState('');
  const [wrong, setWrong] = useState(false);
  const onProblem = (error: unknown) => {
    const refused = error instanceof Problem && error.code === 'refused';
    setWrong(refused);
    return refused;
  };
  const begin = useDeed({ run: () => beginSecondFactor({ password }), touches: [], onDone: onMade, onProblem });
  const remove = useDeed({
    run: () => removeSecondFactor({ password }),
    touches: ['me', 'staff', 'sessions'],
    done: t('account.second-factor.removed'),
    onDone,
    onProblem,
  });
  const deed = removing ? remove : begin;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        deed.mutate(undefined);
      }}
    >
      <Stack gap="sm" w="min(420px, 100%)">
        <PasswordInput
          label={t('account.password.current')}
          description={t('account.second-factor.password.help')}
          autoComplete="current-password"
          maxLength={128}
          data-autofocus
          value={password}
          onChange={(event) => {
            setPassword(event.currentTarget.value);
            setWrong(false);
          }}
          error={wrong && t('account.password.wrong')}
        />
        <Group gap="xs">
          <Button
            type="submit"
            color={removing ? 'red' : undefined}
            disabled={password === ''}
            loading={deed.isPending}
          >
            {t(removing ? 'account.second-factor.remove' : 'second-factor.enter')}
          </Button>
          <Button variant="default" onClick={onDone}>
            {t('cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function ProveIt({ made, onDone }: { made: SecondFactorMade; onDone: () => void }) {
  const { t } = useWords();
  const [code, setCode] = useState('');
  const finish = useDeed({
    run: (given: string) => finishSecondFactor(given),
    touches: ['me', 'staff', 'sessions'],
    done: t('account.second-factor.done'),
    onDone,
    onProblem: () => {
      setCode('');
      return false;
    },
  });
  return (
    <form
      style={{ width: '100%' }}
      onSubmit={(event) => {
        event.preventDefault();
        finish.mutate(code);
      }}
    >
      <Stack gap="md" align="stretch">
        <div>
          <Text size="sm" mb={4}>
            {t('account.second-factor.key.help')}
          </Text>
          <CopyText label={t('account.second-factor.key')} text={totpKey(made.totpURI)} />
          <Anchor href={made.totpURI} size="sm">
            {t('account.second-factor.open')}
          </Anchor>
        </div>
        <div>
          <CopyText label={t('account.second-factor.codes')} text={made.backupCodes.join('\n')} />
          <Text size="sm" mt={4}>
            {t('account.second-factor.codes.help')}
          </Text>
        </div>
        <div>
          <Text size="sm" mb={4}>
            {t('account.second-factor.confirm')}
          </Text>
          <PinInput
            length={6}
            oneTimeCode
            type="number"
            ariaLabel={t('second-factor.code')}
            value={code}
            onChange={setCode}
            onComplete={(complete) => finish.mutate(complete)}
            disabled={finish.isPending}
          />
        </div>
        <Group gap="xs">
          <Button type="submit" disabled={code.length < 6} loading={finish.isPending}>
            {t('account.second-factor.finish')}
          </Button>
          <Button variant="default" onClick={onDone}>
            {t('cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
