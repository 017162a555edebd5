import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ContactPoint } from '../../../contract/customers.ts';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { verifyByDocument } from './queries.ts';

/** An address becomes the customer's own because somebody saw a document: from then on it may be told what is theirs. */
export function VerifyByDocument({ point }: { point: ContactPoint }) {
  const { t } = useWords();
  const [asking, setAsking] = useState(false);
  const [seen, setSeen] = useState(false);
  const close = () => {
    setAsking(false);
    setSeen(false);
  };
  const verify = useDeed({
    run: () => verifyByDocument(point.id),
    touches: ['customers', 'cases'],
    done: t('customer.verified'),
    onDone: close,
  });
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setAsking(true)}>
        {t('customer.verify')}
      </Button>
      {/* It opens the customer's matters to an address, and nothing takes that back: asked first. */}
      <Modal opened={asking} onClose={close} title={t('customer.verify.ask', { address: point.address })}>
        <Stack gap="sm">
          <Text size="sm">{t('customer.verify.help')}</Text>
          <Checkbox
            label={t('customer.verify.seen')}
            checked={seen}
            onChange={(event) => setSeen(event.currentTarget.checked)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('cancel')}
            </Button>
            <Button disabled={!seen} loading={verify.isPending} onClick={() => verify.mutate(undefined)}>
              {t('customer.verify')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
