import { Button, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import type { Customer } from '../../../contract/customers.ts';
import { useWords } from '../shell/language.tsx';
import { sayDone, useDeed } from '../shell/notices.tsx';
import { Window } from '../shell/window.tsx';
import { eraseParty, exportParty } from './queries.ts';

/** All that is kept about a customer as a file, and its erasure: what a person has a right to (GDPR, articles 15, 17 and 20). */
export function ExportAndErase({ customer }: { customer: Customer }) {
  const { t } = useWords();
  const [asking, setAsking] = useState(false);
  const save = useDeed({ run: () => exportParty(customer.id), touches: [] });
  return (
    <Card padding="sm" component="section" aria-label={t('erase')}>
      <Stack gap="sm">
        <div>
          <Title order={2}>{t('erase')}</Title>
          <Text size="sm" c="dimmed">
            {t('erase.hint')}
          </Text>
        </div>
        <Group gap="xs">
          <Button variant="default" loading={save.isPending} onClick={() => save.mutate(undefined)}>
            {t('erase.export')}
          </Button>
          <Button variant="default" c="red" onClick={() => setAsking(true)}>
            {t('erase.begin')}
          </Button>
        </Group>
      </Stack>
      {asking && <EraseForm customer={customer} onClose={() => setAsking(false)} />}
    </Card>
  );
}

function EraseForm({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const { t } = useWords();
  const word = customer.externalId ?? customer.id;
  const [typed, setTyped] = useState('');
  const erase = useDeed({
    run: () => eraseParty(customer.id, { confirm: word }),
    touches: ['customers', 'cases'],
    onDone: ({ messages, attachments, keptByLaw }) => {
      sayDone(t('erase.done', { messages, attachments, kept: keptByLaw }));
      onClose();
    },
  });
  return (
    <Window onClose={onClose} title={t('erase.ask', { name: customer.name })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          erase.mutate(undefined);
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{t('erase.help')}</Text>
          <TextInput
            label={t('erase.type', { word })}
            autoComplete="off"
            data-autofocus
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" color="red" disabled={typed.trim() !== word} loading={erase.isPending}>
              {t('erase.do')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Window>
  );
}
