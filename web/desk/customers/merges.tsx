import { Anchor, Button, Card, Group, List, Select, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Customer, PartyMerge } from '../../../contract/customers.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { sayUndoable, useDeed } from '../shell/notices.tsx';
import { Shown } from '../shell/states.tsx';
import { Window } from '../shell/window.tsx';
import { planMerge } from './merge-plan.ts';
import { casesOfCustomerQuery, customerQuery, customersQuery, mergeInto, mergesQuery, undoMerge } from './queries.ts';

const TOUCHES = ['customers', 'cases'] as const;
const FEWEST_LETTERS = 2;

/** One person who stands here twice: joined, with what moves shown first, and apart again. */
export function Merges({ customer }: { customer: Customer }) {
  const { t } = useWords();
  const query = useQuery(mergesQuery(customer.id));
  const [merging, setMerging] = useState(false);
  return (
    <section aria-label={t('merges')}>
      <Group justify="space-between" mb="sm">
        <div>
          <Title order={2}>{t('merges')}</Title>
          <Text size="sm" c="dimmed">
            {t('merges.hint')}
          </Text>
        </div>
        <Button variant="default" size="xs" onClick={() => setMerging(true)}>
          {t('merges.begin')}
        </Button>
      </Group>
      <Shown query={query}>
        {(merges) =>
          merges.length > 0 && (
            <Card padding={0}>
              {merges.map((merge) => (
                <OneMerge key={merge.id} merge={merge} here={customer.id} />
              ))}
            </Card>
          )
        }
      </Shown>
      {merging && <MergeForm customer={customer} onClose={() => setMerging(false)} />}
    </section>
  );
}

function OneMerge({ merge, here }: { merge: PartyMerge; here: string }) {
  const { t } = useWords();
  const undo = useDeed({ run: () => undoMerge(merge.id), touches: TOUCHES, done: t('merges.undone') });
  const other = merge.fromPartyId === here ? merge.intoPartyId : merge.fromPartyId;
  return (
    <Group className="list-row" justify="space-between" gap="xs">
      <Text size="sm" component="div">
        {t(merge.fromPartyId === here ? 'merges.went' : 'merges.came')}{' '}
        <Anchor component={Link} to={`/customers/${other}`} size="sm">
          {t('merges.other')}
        </Anchor>{' '}
        · <Moment at={merge.mergedAt} clock />
        {merge.undoneAt && (
          <>
            {' · '}
            {t('merges.was-undone')} <Moment at={merge.undoneAt} clock />
          </>
        )}
      </Text>
      {!merge.undoneAt && (
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          loading={undo.isPending}
          onClick={() => undo.mutate(undefined)}
        >
          {t('merges.undo')}
        </Button>
      )}
    </Group>
  );
}

function MergeForm({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed.trim(), 250);
  const [chosen, setChosen] = useState<string | null>(null);
  const found = useQuery({ ...customersQuery(asked), enabled: asked.length >= FEWEST_LETTERS });
  const options = (found.data ?? [])
    .filter(({ id }) => id !== customer.id)
    .map(({ id, name, externalId }) => ({ value: id, label: [name, externalId].filter(Boolean).join(' · ') }));
  return (
    <Window onClose={onClose} size="lg" title={t('merges.begin')}>
      <Stack gap="sm">
        <Select
          label={t('merges.choose')}
          description={t('merges.choose.help')}
          searchable
          data-autofocus
          data={options}
          // What the server found by an address or a number need not contain what was typed.
          filter={({ options: all }) => all}
          searchValue={typed}
          onSearchChange={setTyped}
          nothingFoundMessage={asked.length < FEWEST_LETTERS ? t('merges.type') : t('customers.none')}
          value={chosen}
          onChange={setChosen}
        />
        {chosen && <Preview customer={customer} chosenId={chosen} onClose={onClose} />}
      </Stack>
    </Window>
  );
}

function Preview({ customer, chosenId, onClose }: { customer: Customer; chosenId: string; onClose: () => void }) {
  const query = useQuery(customerQuery(chosenId));
  return <Shown query={query}>{(chosen) => <Plan customer={customer} chosen={chosen} onClose={onClose} />}</Shown>;
}

function Plan({ customer, chosen, onClose }: { customer: Customer; chosen: Customer; onClose: () => void }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const plan = planMerge(customer, chosen);
  const cases = useQuery(casesOfCustomerQuery(plan?.from.id ?? customer.id, 'all'));
  const undo = useDeed({ run: undoMerge, touches: TOUCHES, done: t('merges.undone') });
  const merge = useDeed({
    run: mergeInto,
    touches: TOUCHES,
    onDone: (made, { into }) => {
      sayUndoable(t('merges.done'), t('undo'), () => undo.mutate(made.id));
      onClose();
      void navigate({ to: '/customers/$id', params: { id: into } });
    },
  });
  if (!plan) return <Text size="sm">{t('merges.both-imported')}</Text>;
  const count = cases.data?.cases.length ?? 0;
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {t('merges.plan', { from: plan.from.name, into: plan.into.name })}
      </Text>
      <List size="sm">
        <List.Item>
          {plan.moves.length === 0
            ? t('merges.no-address')
            : t('merges.addresses', { addresses: plan.moves.join(', ') })}
        </List.Item>
        {plan.shared.length > 0 && <List.Item>{t('merges.shared', { addresses: plan.shared.join(', ') })}</List.Item>}
        <List.Item>{cases.data?.next ? t('merges.many-cases') : t('merges.cases', { count })}</List.Item>
        <List.Item>{t('merges.stays')}</List.Item>
      </List>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button loading={merge.isPending} onClick={() => merge.mutate({ from: plan.from.id, into: plan.into.id })}>
          {t('merges.do')}
        </Button>
      </Group>
    </Stack>
  );
}
