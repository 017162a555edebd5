import { Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ContactPoint } from '../../../contract/customers.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { ConsentBadge } from '../shell/standing.tsx';
import { Knot, Thread } from '../shell/thread.tsx';
import { ConsentForm } from './consent-form.tsx';
import { VerifyByDocument } from './verify-by-document.tsx';

/** One address, whether it may be used, and every yes and no with its time, its source and the words that were shown. */
export function ContactPointCard({ point }: { point: ContactPoint }) {
  const { t, word } = useWords();
  const may = useMay();
  const [recording, setRecording] = useState(false);
  return (
    <Card padding="sm">
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <div style={{ minWidth: 0 }}>
            <Group gap="xs">
              <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
                {point.address}
              </Text>
              <ConsentBadge consent={point.consent} />
              {point.endedAt && (
                <Badge color="gray" variant="light" radius="sm" tt="none">
                  {t('customer.contact-ended')}
                </Badge>
              )}
            </Group>
            <Text size="xs" c="dimmed" component="div">
              {word('channel', point.channel)} · {word('verification', point.verification)}
              {point.unreachableSince && (
                <>
                  {' '}
                  · {t('customer.unreachable')} <Moment at={point.unreachableSince} size="xs" clock />
                </>
              )}
            </Text>
          </div>
          {!point.endedAt && (
            <Group gap="xs">
              {may('parties:merge') && point.verification === 'claimed' && <VerifyByDocument point={point} />}
              {may('consent:record') && (
                <Button size="xs" variant="default" onClick={() => setRecording(true)}>
                  {t('consent.record')}
                </Button>
              )}
            </Group>
          )}
        </Group>
        {point.consents.length > 0 && (
          <Thread label={t('consent.history')}>
            {point.consents.map((consent, position) => (
              <Knot key={`${consent.recordedAt}${consent.givenAt}`} strong={position === 0}>
                <Text size="sm" component="div">
                  {word('consent', consent.decision)} · <Moment at={consent.givenAt} clock /> · {consent.source}
                </Text>
                <Text size="xs" c="dimmed" className="message-text">
                  “{consent.textShown}”
                </Text>
              </Knot>
            ))}
          </Thread>
        )}
      </Stack>
      {recording && <ConsentForm point={point} onClose={() => setRecording(false)} />}
    </Card>
  );
}
