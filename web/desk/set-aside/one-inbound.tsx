import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { Static } from 'typebox';
import type { DecideInbound, InboundBrief, InboundList } from '../../../contract/intake.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { MoreMenu } from '../shell/more-menu.tsx';
import { sayDone, sayUndoable, useDeed } from '../shell/notices.tsx';
import { decideInbound, unblockSender } from './queries.ts';

const TOUCHES = ['inbound', 'cases'] as const;
/** Reports about messages of ours, and words that already had their effect: no case can be made of them. */
const NO_CASE: readonly InboundList[] = ['receipt', 'bounce', 'waiting'];

/** One message: who wrote, its words, why it was decided so; and what else it may become. */
export function OneInbound({ inbound, list }: { inbound: InboundBrief; list: InboundList }) {
  const { t, word, label } = useWords();
  const may = useMay();
  const unblock = useDeed({
    run: () => unblockSender(inbound.sender),
    touches: TOUCHES,
    done: t('set-aside.unblocked'),
  });
  const decide = useDeed({
    run: (wish: Static<typeof DecideInbound>) => decideInbound(inbound.id, wish),
    touches: TOUCHES,
    onDone: (_brief, wish) => {
      if (wish.decision === 'case') sayDone(t('set-aside.became-case'));
      else if (wish.blockSender)
        sayUndoable(t('set-aside.is-blocked', { sender: inbound.sender }), t('undo'), () => unblock.mutate(undefined));
      else sayUndoable(t('set-aside.is-spam'), t('set-aside.make-case'), () => decide.mutate({ decision: 'case' }));
    },
  });
  const works = may('cases:work') && inbound.caseId === null;
  const why = inbound.why && (label('inbound-why', inbound.why) ?? inbound.why);
  return (
    <article className="list-row" aria-label={inbound.sender}>
      <Group justify="space-between" align="flex-start" gap="sm" wrap="nowrap">
        <Stack gap={2} style={{ minWidth: 0 }} flex={1}>
          <Group gap="xs">
            <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
              {inbound.sender || t('set-aside.no-sender')}
            </Text>
            <Text size="xs" c="dimmed" component="div">
              {word('case-channel', inbound.channel)}
              {inbound.mailbox && ` · ${inbound.mailbox}`} · <Moment at={inbound.receivedAt} size="xs" clock />
            </Text>
          </Group>
          <Text size="sm" className="message-text" lineClamp={4} c={inbound.text === '' ? 'dimmed' : undefined}>
            {inbound.text || t('set-aside.words-in-original')}
          </Text>
          {why && (
            <Text size="xs" c="dimmed">
              {t('set-aside.because', { why })}
            </Text>
          )}
          {inbound.trouble && (
            <Text size="xs" c="dimmed">
              {t('set-aside.trouble')} {label('inbound-trouble', inbound.trouble) ?? inbound.trouble}
            </Text>
          )}
          <Group gap="md">
            {inbound.caseId !== null && (
              <Anchor href={`/desk/cases/${inbound.caseId}`} size="sm">
                {t('set-aside.open-case')}
              </Anchor>
            )}
            {may('raw:read') && (
              <Anchor href={`/api/v1/inbound/${inbound.id}/raw`} download size="sm">
                <Group gap={4}>
                  <IconDownload size={14} aria-hidden />
                  {t('set-aside.original')}
                </Group>
              </Anchor>
            )}
          </Group>
        </Stack>
        {works && list !== 'waiting' && (
          <Group gap={4} wrap="nowrap">
            {!NO_CASE.includes(list) && (
              <Button
                size="xs"
                variant="default"
                loading={decide.isPending}
                onClick={() => decide.mutate({ decision: 'case' })}
              >
                {t('set-aside.make-case')}
              </Button>
            )}
            <MoreMenu
              of={inbound.sender}
              items={[
                ...(NO_CASE.includes(list)
                  ? []
                  : [
                      {
                        label: t('set-aside.make-case-and-say'),
                        run: () => decide.mutate({ decision: 'case', acknowledge: true }),
                      },
                    ]),
                ...(list === 'spam'
                  ? []
                  : [{ label: t('set-aside.to-spam'), run: () => decide.mutate({ decision: 'spam' }) }]),
                {
                  label: t('set-aside.block'),
                  run: () => decide.mutate({ decision: 'spam', blockSender: true }),
                  destroys: true,
                },
              ]}
            />
          </Group>
        )}
      </Group>
    </article>
  );
}
