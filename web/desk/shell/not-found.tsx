import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useWords } from './language.tsx';
import { Empty } from './states.tsx';

/** There is nothing at this address. */
export function NotFound() {
  const { t } = useWords();
  return (
    <Empty
      title={t('not-found')}
      action={
        <Anchor component={Link} to="/incidents">
          {t('not-found.back')}
        </Anchor>
      }
    >
      {t('not-found.help')}
    </Empty>
  );
}
