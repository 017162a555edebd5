import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { sayUndoable, useDeed } from '../shell/notices.tsx';
import { Shown } from '../shell/states.tsx';
import { Window } from '../shell/window.tsx';
import { blockedQuery, blockSender, unblockSender } from './queries.ts';

const TOUCHES = ['inbound'] as const;

/** Addresses and domains of which nothing makes a case any more. */
export function BlockedSenders({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const query = useQuery(blockedQuery);
  const [address, setAddress] = useState('');
  const block = useDeed({ run: blockSender, touches: TOUCHES, onDone: () => setAddress('') });
  const unblock = useDeed({
    run: unblockSender,
    touches: TOUCHES,
    onDone: (_answer, gone) => sayUndoable(t('set-aside.unblocked'), t('undo'), () => block.mutate(gone)),
  });
  return (
    <Window onClose={onClose} title={t('set-aside.blocked')}>
      <Stack gap="sm">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            block.mutate(address.trim());
          }}
        >
          <Group gap="xs" align="flex-end" wrap="nowrap">
            <TextInput
              label={t('set-aside.block-address')}
              description={t('set-aside.block-address.help')}
              placeholder="@example.org"
              maxLength={254}
              flex={1}
              value={address}
              onChange={(event) => setAddress(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" disabled={address.trim().length < 3} loading={block.isPending}>
              {t('set-aside.block-it')}
            </Button>
          </Group>
        </form>
        <Shown query={query}>
          {(senders) =>
            senders.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t('set-aside.blocked.none')}
              </Text>
            ) : (
              <Stack gap={4}>
                {senders.map((sender) => (
                  <Group key={sender.address} justify="space-between" wrap="nowrap">
                    <div style={{ minWidth: 0 }}>
                      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                        {sender.address}
                      </Text>
                      <Moment at={sender.madeAt} size="xs" clock />
                    </div>
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      color="gray"
                      onClick={() => unblock.mutate(sender.address)}
                    >
                      {t('set-aside.unblock')}
                    </Button>
                  </Group>
                ))}
              </Stack>
            )
          }
        </Shown>
      </Stack>
    </Window>
  );
}
