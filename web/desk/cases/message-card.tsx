import { Anchor, Badge, Box, Button, Card, Collapse, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCheck,
  IconChecks,
  IconClock,
  IconEye,
  IconLock,
  IconPaperclip,
  IconUserQuestion,
  IconUsersGroup,
} from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Case, CaseAttachment, CaseChannel, CaseMessage, Visibility } from '../../../contract/cases.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { reasonSentence } from '../shell/reason.ts';
import { StateBadge } from '../shell/standing.tsx';
import { frameDocument } from './frame-document.ts';
import { undoMessages } from './queries.ts';
import { sizeIn } from './size-in.ts';

const SEEN_BY: Record<Visibility, Parameters<typeof StateBadge>[0]['look']> = {
  customer: ['thread', IconEye],
  partner: ['violet', IconUsersGroup],
  operator: ['yellow', IconLock],
};

const DELIVERY: Record<string, Parameters<typeof StateBadge>[0]['look']> = {
  held: ['blue', IconClock],
  queued: ['blue', IconClock],
  sent: ['gray', IconCheck],
  delivered: ['green', IconChecks],
  failed: ['red', IconAlertTriangle],
  withdrawn: ['gray', IconArrowBackUp],
  'in doubt': ['orange', IconAlertTriangle],
};

/** What a person or a program of the house wrote down: its author is not the one who said it. */
const WRITTEN_DOWN: ReadonlySet<CaseChannel> = new Set(['phone', 'api']);

/** One thing that was said: by whom, to whom it is visible, and what became of it. */
export function MessageCard({ message, case: { id: caseId, party } }: { message: CaseMessage; case: Case }) {
  const { t, word, label, who } = useWords();
  const notedFor = WRITTEN_DOWN.has(message.channel) && message.direction === 'in' && !message.claim;
  return (
    <Card
      component="article"
      padding="sm"
      className="said"
      data-direction={message.direction}
      data-visibility={message.visibility}
      data-taken-back={message.state === 'withdrawn'}
    >
      <Stack gap={6}>
        <Group gap={6} justify="space-between">
          <Group gap={6}>
            <Text size="sm" fw={600}>
              {notedFor ? party.name : who(message.author)}
            </Text>
            {notedFor && message.author !== party.name && (
              <Text size="xs" c="dimmed">
                {t('message.written-down', { name: message.author })}
              </Text>
            )}
            <Text size="xs" c="dimmed">
              {word('message-kind', message.kind)} · {word('case-channel', message.channel)}
            </Text>
            <Moment at={message.saidAt} size="xs" clock />
          </Group>
          <Group gap={4}>
            {message.claim && (
              <Badge
                color="yellow"
                variant="light"
                radius="sm"
                tt="none"
                leftSection={<IconUserQuestion size={14} aria-hidden />}
                style={{ minWidth: 'max-content' }}
              >
                {t('message.claim')}
              </Badge>
            )}
            {message.direction !== 'in' && (
              <StateBadge look={SEEN_BY[message.visibility]} label={word('visibility', message.visibility)} />
            )}
            {message.direction === 'out' && message.state && (
              <StateBadge
                look={DELIVERY[message.state] ?? ['gray', IconClock]}
                label={word('delivery', message.state)}
              />
            )}
          </Group>
        </Group>
        {message.claim && (
          <Text size="xs" c="dimmed">
            {t('message.claim.help')}
          </Text>
        )}
        {message.subject && (
          <Text size="sm" fw={500}>
            {message.subject}
          </Text>
        )}
        <Text size="sm" className="message-text" td={message.state === 'withdrawn' ? 'line-through' : undefined}>
          {message.body}
        </Text>
        {message.stateReason && message.state !== 'withdrawn' && (
          <Text size="xs" c={message.state === 'failed' ? 'red' : 'dimmed'}>
            {reasonSentence(label, message.stateReason)}
          </Text>
        )}
        {message.attachments.length > 0 && <Attachments caseId={caseId} attachments={message.attachments} />}
        <Folded message={message} />
        {message.state === 'held' && message.undoUntil && <TakeBack id={message.id} until={message.undoUntil} />}
      </Stack>
    </Card>
  );
}

/** What is there, but not in the way: the quoted part, the mail as it was made up, the original as it came. */
function Folded({ message }: { message: CaseMessage }) {
  const { t } = useWords();
  const may = useMay();
  const [quoted, showQuoted] = useDisclosure(false);
  const [mail, showMail] = useDisclosure(false);
  const original = message.inboundId !== null && may('raw:read');
  if (!message.quoted && !message.html && !original) return null;
  return (
    <>
      <Group gap="xs">
        {message.quoted && (
          <Button size="compact-xs" variant="subtle" aria-expanded={quoted} onClick={showQuoted.toggle}>
            {t(quoted ? 'message.quoted.hide' : 'message.quoted.show')}
          </Button>
        )}
        {message.html && (
          <Button size="compact-xs" variant="subtle" aria-expanded={mail} onClick={showMail.toggle}>
            {t(mail ? 'message.mail.hide' : 'message.mail.show')}
          </Button>
        )}
        {original && (
          <Anchor size="xs" href={`/api/v1/inbound/${message.inboundId}/raw`} download>
            {t('message.raw')}
          </Anchor>
        )}
      </Group>
      {message.quoted && (
        <Collapse expanded={quoted} transitionDuration={100}>
          <Text size="xs" c="dimmed" className="message-text quoted">
            {message.quoted}
          </Text>
        </Collapse>
      )}
      {message.html && mail && (
        <Box
          component="iframe"
          title={t('message.mail.title')}
          sandbox=""
          referrerPolicy="no-referrer"
          srcDoc={frameDocument(message.html)}
          className="mail-frame"
        />
      )}
    </>
  );
}

function Attachments({ caseId, attachments }: { caseId: string; attachments: CaseAttachment[] }) {
  const { t, number } = useWords();
  return (
    <Group component="ul" gap="xs" className="attachments" aria-label={t('message.attachments')}>
      {attachments.map((attachment) => (
        <li key={attachment.id}>
          <Group gap={4} wrap="nowrap">
            <IconPaperclip size={14} aria-hidden />
            {attachment.problem === null ? (
              <Anchor size="xs" href={`/api/v1/cases/${caseId}/attachments/${attachment.id}`} download>
                {attachment.name}
              </Anchor>
            ) : (
              <Text size="xs">{attachment.name}</Text>
            )}
            <Text size="xs" c="dimmed">
              {attachment.problem === null ? sizeIn(attachment.size, number) : t('message.attachment.not-kept')}
            </Text>
          </Group>
        </li>
      ))}
    </Group>
  );
}

/** Until it leaves it can be taken back; the time is one of the clock on the wall. */
function TakeBack({ id, until }: { id: string; until: string }) {
  const { t } = useWords();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const undo = useDeed({
    run: () => undoMessages([id]),
    touches: ['cases', 'promises'],
    done: t('message.taken-back'),
  });
  const seconds = Math.ceil((new Date(until).getTime() - now) / 1000);
  if (seconds <= 0) return null;
  return (
    <Button
      size="compact-sm"
      variant="light"
      leftSection={<IconArrowBackUp size={16} aria-hidden />}
      loading={undo.isPending}
      onClick={() => undo.mutate(undefined)}
      style={{ alignSelf: 'flex-start' }}
    >
      {t('message.take-back', { seconds })}
    </Button>
  );
}
