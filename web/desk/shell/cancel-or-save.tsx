import { Button, Group } from '@mantine/core';
import { useWords } from './language.tsx';

/** The end of a form in a dialog. */
export function CancelOrSave({ onCancel, saving }: { onCancel: () => void; saving: boolean }) {
  const { t } = useWords();
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onCancel}>
        {t('cancel')}
      </Button>
      <Button type="submit" loading={saving}>
        {t('save')}
      </Button>
    </Group>
  );
}
