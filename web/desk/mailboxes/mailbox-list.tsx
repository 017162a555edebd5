import { Button, Card, Group, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Mailbox, MailboxTested } from '../../../contract/intake.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { MoreMenu } from '../shell/more-menu.tsx';
import { sayUndoable, useDeed } from '../shell/notices.tsx';
import { reasonSentence, reasonWords } from '../shell/reason.ts';
import { UpDownBadge } from '../shell/standing.tsx';
import { Empty, PageTitle, Shown } from '../shell/states.tsx';
import { teamsQuery } from '../teams/queries.ts';
import { MailboxForm } from './mailbox-form.tsx';
import { changeMailbox, endMailbox, mailboxesQuery, restoreMailbox, testMailbox } from './queries.ts';

/** The mailboxes that are read: whether they are, since when, and a test. */
export function MailboxList() {
  const { t } = useWords();
  const may = useMay();
  const query = useQuery(mailboxesQuery);
  const [editing, setEditing] = useState<Mailbox | 'new' | null>(null);
  const add = may('mailboxes:manage') && <Button onClick={() => setEditing('new')}>{t('mailboxes.add')}</Button>;
  return (
    <>
      <PageTitle title={t('place.settings.mailboxes')} hint={t('mailboxes.hint')}>
        {add}
      </PageTitle>
      <Shown query={query}>
        {(mailboxes) =>
          mailboxes.length === 0 ? (
            <Empty title={t('mailboxes.none')}>
              <Stack gap="xs">
                <span>{t('mailboxes.none.help')}</span>
                <span>{t('mailboxes.from-now')}</span>
              </Stack>
            </Empty>
          ) : (
            <Stack gap="xs">
              {mailboxes.map((mailbox) => (
                <OneMailbox key={mailbox.id} mailbox={mailbox} onEdit={() => setEditing(mailbox)} />
              ))}
            </Stack>
          )
        }
      </Shown>
      {editing && <MailboxForm mailbox={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </>
  );
}

function OneMailbox({ mailbox, onEdit }: { mailbox: Mailbox; onEdit: () => void }) {
  const { t, word, label } = useWords();
  const may = useMay();
  const manages = may('mailboxes:manage');
  const teams = useQuery({ ...teamsQuery, enabled: may('cases:work') });
  const [tested, setTested] = useState<MailboxTested | null>(null);
  const touches = ['mailboxes'];
  const test = useDeed({ run: () => testMailbox(mailbox.id), touches, onDone: setTested });
  const enable = useDeed({
    run: (enabled: boolean) => changeMailbox(mailbox.id, { enabled }),
    touches,
    onDone: () => setTested(null),
  });
  const restore = useDeed({ run: () => restoreMailbox(mailbox), touches, done: t('mailboxes.restored') });
  const end = useDeed({
    run: () => endMailbox(mailbox.id),
    touches,
    onDone: () => sayUndoable(t('mailboxes.ended', { name: mailbox.name }), t('undo'), () => restore.mutate(undefined)),
  });
  const team = teams.data?.find(({ id }) => id === mailbox.teamId)?.name;
  const { config } = mailbox;
  return (
    <Card padding="sm" component="section" aria-label={mailbox.name}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4} style={{ minWidth: 0 }}>
          <Group gap="xs">
            <Text fw={600}>{mailbox.name}</Text>
            {mailbox.enabled ? <UpDownBadge state={mailbox.state} /> : <Text size="sm">{t('mailboxes.disabled')}</Text>}
            {mailbox.stateSince && mailbox.enabled && <Moment at={mailbox.stateSince} size="xs" />}
          </Group>
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {[word('mailbox-kind', mailbox.kind), mailbox.address, `${config.host}:${config.port}`, config.folder, team]
              .filter(Boolean)
              .join(' · ')}
          </Text>
          {mailbox.state === 'down' && mailbox.stateReason && (
            <Text size="sm">{reasonSentence(label, mailbox.stateReason)}</Text>
          )}
          <Text size="xs" c="dimmed" component="div">
            {mailbox.connectedSince ? (
              <>
                {t('mailboxes.connected')} <Moment at={mailbox.connectedSince} size="xs" clock wall />
                {' · '}
                {t('mailboxes.older')}
              </>
            ) : (
              t('mailboxes.never-connected')
            )}
          </Text>
          {mailbox.kind !== 'letter' && mailbox.routeId === null && (
            <Text size="xs" c="dimmed">
              {t('mailboxes.no-route')}
            </Text>
          )}
          {tested && (
            <Text size="sm" role="status" c={tested.works ? 'green' : 'red'}>
              {tested.works
                ? t('mailboxes.test.works')
                : `${t('mailboxes.test.fails')} ${tested.reason === null ? '' : reasonWords(label, tested.reason)}`}
            </Text>
          )}
        </Stack>
        {manages && (
          <Group gap="xs">
            <Switch
              aria-label={`${t('mailboxes.enabled')}: ${mailbox.name}`}
              checked={mailbox.enabled}
              disabled={enable.isPending}
              onChange={(event) => enable.mutate(event.currentTarget.checked)}
            />
            <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate(undefined)}>
              {t('mailboxes.test')}
            </Button>
            <MoreMenu
              of={mailbox.name}
              pending={end.isPending}
              items={[
                { label: t('edit'), run: onEdit },
                { label: t('mailboxes.end'), run: () => end.mutate(undefined), destroys: true },
              ]}
            />
          </Group>
        )}
      </Group>
    </Card>
  );
}
