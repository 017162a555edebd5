import { Button, Card, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { CustomerDelegation } from '../../../contract/customers.ts';
import { Moment, useBusinessNow } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { Shown } from '../shell/states.tsx';
import { delegationsQuery, revokeDelegation } from './queries.ts';

/** Who may act for a customer, in what and until when. Customers appoint them on their own page, with a code. */
export function Delegations({ id }: { id: string }) {
  const { t } = useWords();
  const query = useQuery(delegationsQuery(id));
  return (
    <section aria-label={t('delegations')}>
      <Title order={2}>{t('delegations')}</Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('delegations.hint')}
      </Text>
      <Shown query={query}>
        {(delegations) =>
          delegations.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('delegations.none')}
            </Text>
          ) : (
            <Card padding={0}>
              {delegations.map((delegation) => (
                <OneDelegation key={delegation.id} partyId={id} delegation={delegation} />
              ))}
            </Card>
          )
        }
      </Shown>
    </section>
  );
}

function OneDelegation({ partyId, delegation }: { partyId: string; delegation: CustomerDelegation }) {
  const { t, word } = useWords();
  const may = useMay();
  const now = useBusinessNow();
  const revoke = useDeed({
    run: () => revokeDelegation(partyId, delegation.id),
    touches: ['customers'],
    done: t('delegations.revoked'),
  });
  const isOver =
    delegation.revokedAt !== null ||
    (delegation.endsAt !== null && new Date(delegation.endsAt).getTime() <= now.getTime());
  return (
    <Group className="list-row" justify="space-between" gap="xs">
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={600} c={isOver ? 'dimmed' : undefined}>
          {delegation.name}
        </Text>
        <Text size="xs" c="dimmed" component="div">
          {delegation.scopes.map((scope) => word('delegation-scope', scope)).join(', ')}
          {' · '}
          {delegation.revokedAt ? (
            <>
              {t('delegations.was-revoked')} <Moment at={delegation.revokedAt} size="xs" clock />
            </>
          ) : delegation.endsAt ? (
            <>
              {t(isOver ? 'delegations.ended' : 'delegations.until')} <Moment at={delegation.endsAt} size="xs" clock />
            </>
          ) : (
            t('delegations.until-revoked')
          )}
        </Text>
      </div>
      {!isOver && may('consent:record') && (
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          loading={revoke.isPending}
          onClick={() => revoke.mutate(undefined)}
        >
          {t('delegations.revoke')}
        </Button>
      )}
    </Group>
  );
}
